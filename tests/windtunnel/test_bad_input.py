"""Bad input: told with file, line, field, what was found and what is allowed; all at once; nothing written."""

import json
from pathlib import Path

import pytest

from tests.windtunnel.conftest import TINY, Windtunnel

TRACE = """\
name: replay
workload:
  trace:
    file: {file}
    format: csv
    columns: {{queued: queued, started: started, duration: seconds}}
    times: epoch_s
    duration_unit: s
    default: {{resources: {{cpu: 1cpu}}}}
fleet: {{providers: {{local: {{pools: {{linux: {{nodes: 1, capacity: {{cpu: 4cpu}}}}}}}}}}}}
"""

CASES = {
    "unknown key": ("warm_up: 10m", "warmup: 10m", "warmup", "warm_up"),
    "wrong unit": ("horizon: 2h", "horizon: 2GiB", "horizon", "2GiB"),
    "no unit": ("horizon: 2h", "horizon: 7200", "horizon", "7200"),
    "negative capacity": ("capacity: {cpu: 4cpu", "capacity: {cpu: -4cpu", "capacity.cpu", "-4cpu"),
    "job larger than any node": ("resources: {cpu: 1cpu", "resources: {cpu: 64cpu", "jobs.test", "64cpu"),
    "no such allocator": ("{allocator: drf}", "{allocator: dfr}", "allocator", "drf"),
    "duplicate key": ("seed: 7", "seed: 7\nseed: 8", "seed", "once"),
    "no as a country code": ("data: {}", "no: {}", "no", "quote"),
    "zero nodes": ("nodes: 4", "nodes: 0", "nodes", "0"),
    "horizon shorter than warm-up": ("horizon: 2h", "horizon: 5m", "warm_up", "10m"),
}


@pytest.mark.parametrize("case", CASES)
def test_each_is_told_with_its_place(windtunnel: Windtunnel, tiny: Path, case: str) -> None:
    right, wrong, field, word = CASES[case]
    line = TINY[: TINY.index(right)].count("\n") + 1 + wrong.count("\n")
    tiny.write_text(TINY.replace(right, wrong))
    outcome = windtunnel("run", tiny, "--out", "kept", "--json", "figures.json")
    assert outcome.code == 2, outcome
    assert outcome.out == ""
    assert "Traceback" not in outcome.err
    told = [text for text in outcome.err.splitlines() if f"tiny.yaml:{line}: " in text]
    assert told, outcome.err
    assert any(field in text and word in text for text in told), outcome.err
    assert {path.name for path in Path().iterdir()} == {"tiny.yaml"}


def test_all_are_told_at_once(windtunnel: Windtunnel, tiny: Path) -> None:
    text = TINY
    for case in ("unknown key", "negative capacity", "no unit", "zero nodes"):
        text = text.replace(*CASES[case][:2])
    tiny.write_text(text)
    outcome = windtunnel("run", tiny)
    assert outcome.code == 2
    for field in ("warmup", "horizon", "capacity.cpu", "nodes"):
        assert field in outcome.err
    assert len(outcome.err.splitlines()) == 4


def test_a_file_that_is_missing(windtunnel: Windtunnel) -> None:
    outcome = windtunnel("run", "nowhere.yaml")
    assert outcome.code == 2
    assert "nowhere.yaml" in outcome.err
    assert "Traceback" not in outcome.err


def test_a_catalogue_name_that_is_nearly_right(windtunnel: Windtunnel) -> None:
    outcome = windtunnel("run", "quikstart")
    assert outcome.code == 2
    assert "quickstart" in outcome.err


def test_a_policy_that_the_scenario_does_not_have(windtunnel: Windtunnel, tiny: Path) -> None:
    outcome = windtunnel("run", tiny, "--policy", "shortst", "--policy", "zzz")
    assert outcome.code == 2
    assert "did you mean shortest" in outcome.err
    assert "zzz" in outcome.err


@pytest.mark.parametrize("setting", ["horizn=1h", "horizon", "horizon=-1h", "=", "fleet.providers=3"])
def test_a_setting_that_does_not_fit(windtunnel: Windtunnel, tiny: Path, setting: str) -> None:
    outcome = windtunnel("run", tiny, "--set", setting)
    assert outcome.code == 2
    assert "--set" in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(
    ("content", "word"),
    [(None, "trace.csv"), ("", "empty"), ("queued,started,seconds\n", ""), ("a,b\n1,2\n", "queued")],
)
def test_a_trace_without_jobs(windtunnel: Windtunnel, tmp_path: Path, content: str | None, word: str) -> None:
    scenario = tmp_path / "replay.yaml"
    scenario.write_text(TRACE.format(file="trace.csv"))
    if content is not None:
        (tmp_path / "trace.csv").write_text(content)
    outcome = windtunnel("run", scenario, "--out", "kept")
    assert outcome.code == 2, outcome
    assert "Traceback" not in outcome.err
    assert "trace.csv" in outcome.err
    assert word in outcome.err
    assert not Path("kept").exists()


@pytest.mark.parametrize("arguments", [["report", "nowhere"], ["report", "."], ["stats", "nowhere.csv"]])
def test_a_folder_or_file_that_is_not_what_it_should_be(windtunnel: Windtunnel, arguments: list[str]) -> None:
    outcome = windtunnel(*arguments)
    assert outcome.code == 2
    assert arguments[1] in outcome.err
    assert "Traceback" not in outcome.err


def test_validate_tells_all_problems_of_all_files(windtunnel: Windtunnel, tiny: Path, tmp_path: Path) -> None:
    broken, empty = tmp_path / "broken.yaml", tmp_path / "empty.yaml"
    broken.write_text(TINY.replace("horizon: 2h", "horizon: 2").replace("nodes: 4", "nodes: 0"))
    empty.write_text("")
    outcome = windtunnel("validate", "tiny.yaml", "broken.yaml", "empty.yaml", "quickstart")
    assert outcome.code == 2
    assert "tiny.yaml: valid" in outcome.out
    assert "quickstart: valid" in outcome.out
    assert outcome.err.count("broken.yaml:") == 2
    assert "empty.yaml" in outcome.err
    assert windtunnel("validate", "tiny.yaml").code == 0


def test_validate_as_json(windtunnel: Windtunnel, tiny: Path) -> None:
    tiny.write_text(TINY.replace("horizon: 2h", "horizon: 2"))
    outcome = windtunnel("validate", "tiny.yaml", "quickstart", "--json")
    assert outcome.code == 2
    assert outcome.err == ""
    broken, quickstart = json.loads(outcome.out)
    assert (broken["scenario"], broken["valid"]) == ("tiny.yaml", False)
    assert (broken["problems"][0]["line"], broken["problems"][0]["field"]) == (3, "horizon")
    assert quickstart == {"scenario": "quickstart", "valid": True, "problems": []}
