"""Each tidiness rule finds what it is there for, leaves the innocent alone, and finds nothing in this checkout."""

import pytest

from tests.architecture import tidy


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("sim/long.py", "x = 1\n" * 401, "401 lines"),
        ("sim/long.py", "x = 1\n" * 301, "301 lines"),
        ("reports/helpers.py", "", "'helpers'"),
        ("domain/common/ids.py", "", "'common'"),
        ("tests/sim/util.py", "", "'util'"),
        ("docs/tour.md", "unpack it in /" + "home/ada/src", "path of one machine"),
        ("README.md", "see /" + "Users/ada", "path of one machine"),
        ("requirements.lock", "--index" + "-url https:/" + "/example.org", "address"),
        ("requirements.lock", "-i example", "address"),
        ("pyproject.toml", 'url = "https:/' + '/example.org"', "address"),
        (".ci/run", "curl http:/" + "/example.org", "address"),
        ("domain/scheduling/turns.py", "first = hash('a')", "PYTHONHASHSEED"),
    ],
)
def test_a_planted_violation_is_found(path: str, text: str, expected: str) -> None:
    assert [found for found in tidy.findings(path, text) if expected in found.text]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("sim/short.py", "x = 1\n" * 300),
        ("reports/basement.py", ""),
        ("docs/tour.md", "read https:/" + "/example.org and ../shared/data, open </" + "work/x>"),
        ("requirements.lock", "numpy==2.0 --hash=sha256:0"),
        ("reports/table.py", "key = hash('a')"),
        ("sim/stable.py", "key = self.hash('a')"),
    ],
)
def test_the_innocent_are_left_alone(path: str, text: str) -> None:
    assert tidy.findings(path, text) == []


def test_only_the_hard_limit_is_an_error() -> None:
    assert [found.is_error for found in tidy.findings("sim/a.py", "x = 1\n" * 301)] == [False]
    assert [found.is_error for found in tidy.findings("sim/a.py", "x = 1\n" * 401)] == [True]


def test_this_checkout_is_tidy() -> None:
    assert [found for found in tidy.check(tidy.ROOT) if found.is_error] == []
