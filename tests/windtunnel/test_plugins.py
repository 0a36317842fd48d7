"""Policies from a user's own file: run, listed, checked, named in what is published; and refused with file and line."""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from scenarios.plugins import load_plugin, plug_in, plugin_of, unplug
from scenarios.problems import ScenarioError
from scenarios.schema import POLICIES
from tests.windtunnel.conftest import Windtunnel

GOOD = '''"""Mine."""


def tall(free_cpu, cpu, total_cpu):
    """The node with the largest share of CPU free."""
    return (1 << 20) - ((free_cpu - cpu) << 20) // total_cpu if total_cpu else 0


def patient(demand, now):
    return max((1 << 62) - (now - demand.queued_at_us), 0)


PLACEMENTS = {"tall": tall}
ORDERINGS = {"patient": patient}
'''


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What a test plugs in is gone after it."""
    before = {question: set(policies) for question, policies in POLICIES.items()}
    yield
    for question, policies in POLICIES.items():
        for name in set(policies) - before[question]:
            plugin = plugin_of(question, name)
            assert plugin is not None
            unplug(plugin)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(GOOD)
    return path


def test_a_scenario_may_name_it_and_the_result_says_which_file(windtunnel: Windtunnel, tiny: Path, mine: Path) -> None:
    asked = ("--set", "scheduling.placement=tall", "--set", "scheduling.ordering=patient", "-q", "--json", "-")
    ran = windtunnel("run", str(tiny), "--plugin", str(mine), "--check", *asked)
    assert ran.code == 0, ran.err
    scheduling = json.loads(ran.out)["summaries"][0]["scheduling"]
    assert scheduling["plugin"] == f"mine.py sha256:{sha256(mine.read_bytes()).hexdigest()}"
    plain = windtunnel("run", str(tiny), "-q", "--json", "-")
    assert "plugin" not in json.loads(plain.out)["summaries"][0]["scheduling"]


def test_a_stored_run_says_which_file_too(windtunnel: Windtunnel, tiny: Path, mine: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    windtunnel("run", str(tiny), "--plugin", str(mine), "--set", "scheduling.placement=tall", "-q", "--out", str(kept))
    manifest = json.loads((kept / "manifest.json").read_text())
    assert manifest["runs"][0]["scheduling"]["plugin"].startswith("mine.py sha256:")


def test_validate_and_list_know_it(windtunnel: Windtunnel, tiny: Path, mine: Path) -> None:
    asked = ("--set", "scheduling.placement=tall")
    assert windtunnel("validate", str(tiny), "--plugin", str(mine), *asked).code == 0
    rows = json.loads(windtunnel("list", "policies", "--plugin", str(mine), "--json").out)
    (row,) = (row for row in rows if row["name"] == "tall")
    assert row["about"] == "The node with the largest share of CPU free."
    assert row["conformance"] == "conforms"
    assert row["path"] == "fast"
    assert "sha256" in row["plugin"]
    assert next(row for row in rows if row["name"] == "patient")["answers"] == "time"


def test_without_the_plugin_the_name_is_unknown(windtunnel: Windtunnel, tiny: Path) -> None:
    refused = windtunnel("validate", str(tiny), "--set", "scheduling.placement=tall")
    assert refused.code == 2
    assert "tall" in refused.err


def test_conformance_says_yes_or_names_what_is_broken(windtunnel: Windtunnel, mine: Path, tmp_path: Path) -> None:
    good = windtunnel("conformance", str(mine))
    assert good.code == 0
    assert "mine.py:4: placement tall: conforms" in good.out
    bad = tmp_path / "bad.py"
    bad.write_text("def half(leftover):\n    return leftover / 2\n\nPLACEMENTS = {'half': half}\n")
    broken = windtunnel("conformance", str(bad))
    assert broken.code == 3
    assert "bad.py:1: placement half: broken" in broken.out
    assert "a float, not an integer" in broken.out
    (row,) = json.loads(windtunnel("conformance", str(bad), "--json").out)
    assert not row["conforms"]
    assert row["sha256"] == sha256(bad.read_bytes()).hexdigest()


BAD = {
    "def f(:\n": (1, "invalid syntax", "Python"),
    "x = 1\nimport nothing_of_that_name\n": (2, "ModuleNotFoundError", "a file that can be imported"),
    "\nraise ValueError('no')\n": (2, "ValueError: no", "a file that can be imported"),
    "x = 1\n": (1, "no policies", "PLACEMENTS"),
    "\nPLACEMENTS = [1]\n": (2, "a list", "a dict: name"),
    "PLACEMENTS = {1: len}\n": (1, "the name 1", "a name"),
    "PLACEMENTS = {'a': 7}\n": (1, "7", "a function"),
    "PLACEMENTS = {'a': len}\n": (1, "a builtin_function_or_method", "a function written in Python"),
    "x = 1\ndef a(leftovers):\n    return 0\nPLACEMENTS = {'a': a}\n": (2, "leftovers", "did you mean leftover?"),
    "def a(one):\n    return 0\nALLOCATORS = {'a': a}\n": (1, "1 parameters", "two parameters"),
    "def a(one, two, three):\n    return 0\nORDERINGS = {'a': a}\n": (1, "3 parameters", "one parameter"),
    "def a(leftover):\n    return 0\nPLACEMENTS = {'spread': a}\n": (1, "a name that windtunnel has", "another name"),
    "\ndef a(leftover):\n    return -1\nPLACEMENTS = {'a': a}\n": (2, "broken obligations", "windtunnel conformance"),
}


@pytest.mark.parametrize("text", BAD)
def test_what_is_wrong_is_said_with_file_and_line(
    text: str, windtunnel: Windtunnel, tiny: Path, tmp_path: Path
) -> None:
    path = tmp_path / "bad.py"
    path.write_text(text)
    line, found, allowed = BAD[text]
    refused = windtunnel("run", str(tiny), "--plugin", str(path))
    assert refused.code == 2
    assert f"bad.py:{line}: " in refused.err
    assert found in refused.err
    assert allowed in refused.err


def test_a_file_that_is_none(windtunnel: Windtunnel, tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "bytes.py").write_bytes(b"x = 1\n\xff\n")
    for name, found in (("none.py", "cannot be read"), (".", "cannot be read"), ("bytes.py", "not UTF-8")):
        refused = windtunnel("conformance", str(tmp_path / name))
        assert refused.code == 2
        assert found in refused.err


def test_the_same_file_may_be_plugged_in_again_and_another_may_not_take_its_name(mine: Path, tmp_path: Path) -> None:
    plug_in(str(mine))
    plug_in(str(mine))
    other = tmp_path / "other.py"
    other.write_text(GOOD + "\n# another\n")
    with pytest.raises(ScenarioError, match=r"mine\.py has already"):
        plug_in(str(other))


def test_a_policy_that_remembers_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "memory.py"
    path.write_text(
        "seen = []\n\ndef f(leftover):\n    seen.append(leftover)\n    return len(set(seen))\n\nPLACEMENTS = {'f': f}\n"
    )
    (policy,) = load_plugin(str(path)).policies
    assert any("depends on what was asked before" in complaint for complaint in policy.complaints())


@pytest.mark.parametrize("text", [
    "seen = {}\n\ndef f(demand):\n    return seen.setdefault(demand.sequence, len(seen))\n",
    "def f(demand, seen=[]):\n    seen.append(1)\n    return 0\n",
    "count = 0\n\ndef f(demand):\n    global count\n    count += 1\n    return 0\n",
])  # fmt: skip
def test_so_is_one_that_keeps_something_whatever_it_answers(text: str, tmp_path: Path) -> None:
    path = tmp_path / "keeping.py"
    path.write_text(text + "\nORDERINGS = {'f': f}\n")
    (policy,) = load_plugin(str(path)).policies
    assert any(complaint.startswith("it keeps ") for complaint in policy.complaints())


def test_a_table_of_constants_is_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "table.py"
    path.write_text("RANK = {'test': 1}\ndef f(demand):\n    return RANK.get(demand.label, 0)\nORDERINGS = {'f': f}\n")
    (policy,) = load_plugin(str(path)).policies
    assert policy.complaints() == []


def test_a_file_that_ends_the_program_is_refused(windtunnel: Windtunnel, tiny: Path, tmp_path: Path) -> None:
    path = tmp_path / "ending.py"
    path.write_text("import sys\nsys.exit(0)\n")
    for command in (("conformance", str(path)), ("run", str(tiny), "--plugin", str(path))):
        refused = windtunnel(*command)
        assert refused.code == 2
        assert "ending.py:2: found SystemExit: 0" in refused.err


@pytest.mark.parametrize("more", [(), ("--set", "scheduling.path=compiled"), ("--replications", "2")])
def test_a_policy_that_breaks_a_run_off_is_named_and_is_not_our_fault(
    more: tuple[str, ...], windtunnel: Windtunnel, tiny: Path, tmp_path: Path
) -> None:
    path = tmp_path / "late.py"
    path.write_text(
        "def f(total_memory):\n    if total_memory == 8192:\n        raise ValueError('odd')\n"
        "    return 1\n\nPLACEMENTS = {'f': f}\n"
    )
    broken = windtunnel("run", str(tiny), "--plugin", str(path), "--set", "scheduling.placement=f", "-q", *more)
    assert broken.code == 2
    assert re.search(r"late\.py:[13]: found ValueError: odd", broken.err), "1: what was compiled before has no lines"
    assert "fault of windtunnel" not in broken.err


def test_list_policies_is_a_table(windtunnel: Windtunnel, monkeypatch: pytest.MonkeyPatch) -> None:
    for columns in ("80", "160"):
        monkeypatch.setenv("COLUMNS", columns)
        shown = windtunnel("list", "policies").out
        assert max(map(len, shown.splitlines())) <= int(columns)
        for words in ("placement: On which node?", "best-fit", "conforms", "readable", "conservative", "two-level"):
            assert words in shown
