"""Sweeps from the command line: what is finished is never lost or done again; all points are valid or none runs."""

import csv
import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from reports.finished_runs import NAME, FinishedRuns
from scenarios.loader import load_scenario
from sim.run import simulate
from tests.windtunnel.conftest import Windtunnel
from windtunnel import counting, measuring
from windtunnel.exits import INTERRUPTED, INVALID, OK

Start = Callable[..., subprocess.Popen[str]]
SIZES = ("--set", "nodes.linux.count=3,4,5")
FEW = (*SIZES, "--replications", 3, "--jobs", 1)
HERE = ("--jobs", 1)


def document(path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(path).read_bytes())
    return found


def table(path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(Path(path).read_text().splitlines()))


def finished(folder: str | Path) -> list[str]:
    """The names of the runs that are kept, as often as each was computed."""
    return [json.loads(line)["run_id"] for line in (Path(folder) / NAME).read_bytes().splitlines()]


@pytest.fixture
def count_runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Gets the name of every run that this process computes."""
    computed: list[str] = []
    measure = measuring.measure

    def counted(task: measuring.Task) -> Any:
        computed.append(task.run_id)
        return measure(task)

    monkeypatch.setattr("windtunnel.executors.measure", counted)
    return computed


def test_every_value_is_that_of_a_plain_run(windtunnel: Windtunnel, tiny: Path) -> None:
    assert windtunnel("sweep", tiny, *FEW, "--out", "kept").code == OK
    rows = table("kept/long.csv")
    points = {row["scenario_hash"]: row["nodes.linux.count"] for row in table("kept/points.csv")}
    assert len({row["run_id"] for row in rows}) == 3 * 3 * 3
    (row,) = [
        row
        for row in rows
        if (points[row["scenario_hash"]], row["policy"], row["replication"], row["metric"])
        == ("4", "fair", "2", "cost")
    ]
    from reports.summary import summarise

    result = simulate(load_scenario(tiny, ["fleet.providers.local.pools.linux.nodes=4"]), "fair", replication=2)
    assert float(row["value"]) == summarise(result).cost.udollars.total
    assert row["unit"] == "udollars"
    parquet = pq.read_table("kept/long.parquet")
    assert parquet.column_names == ["run_id", "scenario_hash", "policy", "replication", "metric", "unit", "value"]
    assert [str(cell) for cell in parquet["run_id"].to_pylist()] == [row["run_id"] for row in rows]


def test_a_sweep_that_is_done_is_not_computed_again_and_a_larger_one_only_in_what_is_new(
    windtunnel: Windtunnel, tiny: Path, count_runs: list[str]
) -> None:
    assert windtunnel("sweep", tiny, *FEW, "--out", "kept", "--json", "first.json", "-q").code == OK
    assert len(count_runs) == 27
    outcome = windtunnel("sweep", tiny, *FEW, "--out", "kept", "--json", "again.json")
    assert outcome.code == OK
    assert "27 of 27 runs are stored already" in outcome.err
    assert len(count_runs) == 27
    assert Path("again.json").read_bytes() == Path("first.json").read_bytes()
    more = ("--set", "nodes.linux.count=3,4,5,6", "--replications", 4, "--jobs", 1, "--out", "kept", "-q")
    assert windtunnel("sweep", tiny, *more).code == OK
    assert len(count_runs) == len(set(count_runs)) == 4 * 3 * 4


def test_what_decides_nothing_is_not_computed_again_and_what_does_is(
    windtunnel: Windtunnel, tiny: Path, count_runs: list[str]
) -> None:
    call = ("sweep", tiny, "--set", "nodes.linux.count=3,4", "--replications", 1, "--jobs", 1, "--out", "kept", "-q")
    assert windtunnel(*call, "--policy", "fair").code == OK
    tiny.write_text(tiny.read_text().replace("name: tiny", "name: small # renamed"))
    assert windtunnel(*call, "--policy", "fair").code == OK
    assert len(count_runs) == 2
    assert windtunnel(*call, "--policy", "fair", "--seed", 8).code == OK
    assert windtunnel(*call, "--policy", "fair", "--metric", "p90(wait)").code == OK
    assert len(count_runs) == 6
    tiny.write_text(tiny.read_text().replace("fair: {allocator: drf}", "fair: {allocator: drf, ordering: sjf}"))
    assert windtunnel(*call, "--policy", "fair").code == OK
    assert len(count_runs) == 8


@pytest.mark.parametrize(("number", "jobs"), [(signal.SIGINT, 1), (signal.SIGTERM, 2), (signal.SIGKILL, 2)])
def test_an_interrupted_sweep_goes_on_where_it_was(
    windtunnel: Windtunnel, tiny: Path, start: Start, number: signal.Signals, jobs: int
) -> None:
    call = ("sweep", "tiny.yaml", "--set", "nodes.linux.count=3..8", "--points", 6, "--replications", 3, "-q")
    assert windtunnel(*call, "--jobs", 1, "--json", "whole.json").code == OK
    process = start(*call, "--jobs", jobs, "--out", "kept", cwd=tiny.parent)
    while not Path("kept", NAME).exists() or len(Path("kept", NAME).read_bytes().splitlines()) < 4:
        assert process.poll() is None, process.communicate()
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == (-9 if number == signal.SIGKILL else INTERRUPTED), err
    assert "Traceback" not in err
    before = Path("kept", NAME).read_bytes()
    kept = [line for line in before.splitlines(keepends=True) if line.endswith(b"\n")]
    assert 4 <= len(kept) < 54
    if number != signal.SIGKILL:
        assert document("kept/sweep.json")["interrupted"] is True
    assert windtunnel(*call, "--jobs", 1, "--out", "kept", "--json", "resumed.json").code == OK
    runs = finished("kept")
    assert len(runs) == len(set(runs)) == 54
    assert Path("kept", NAME).read_bytes().startswith(b"".join(kept))
    assert document("resumed.json")["digest"] == document("whole.json")["digest"]
    assert document("resumed.json")["cells"] == document("whole.json")["cells"]


def test_a_line_that_was_cut_or_damaged_is_computed_again(
    windtunnel: Windtunnel, tiny: Path, count_runs: list[str]
) -> None:
    assert windtunnel("sweep", tiny, *FEW, "--out", "kept", "--json", "whole.json", "-q").code == OK
    lines = Path("kept", NAME).read_bytes().splitlines(keepends=True)
    Path("kept", NAME).write_bytes(b"".join([*lines[:3], b'{"run_id": 3}\n', *lines[4:-1], lines[-1][:40]]))
    assert windtunnel("sweep", tiny, *FEW, "--out", "kept", "--json", "again.json", "-q").code == OK
    assert len(count_runs) == 27 + 2
    assert Path("again.json").read_bytes() == Path("whole.json").read_bytes()


def test_two_at_once_in_one_folder_are_refused(windtunnel: Windtunnel, tiny: Path) -> None:
    with FinishedRuns(Path("kept")):
        outcome = windtunnel("sweep", tiny, *FEW, "--out", "kept")
    assert outcome.code == INVALID
    assert "in use" in outcome.err


def test_a_folder_of_something_else_is_left_alone(windtunnel: Windtunnel, tiny: Path) -> None:
    Path("mine").mkdir()
    Path("mine/notes.txt").write_text("mine")
    outcome = windtunnel("sweep", tiny, *FEW, "--out", "mine")
    assert outcome.code == INVALID
    assert [path.name for path in Path("mine").iterdir()] == ["notes.txt"]


def test_nothing_runs_before_every_point_is_valid_and_all_is_told(
    windtunnel: Windtunnel, tiny: Path, count_runs: list[str]
) -> None:
    outcome = windtunnel(
        "sweep", tiny, "--set", "nodes.linux.count=4,0,-1", "--set", "warm_up=10m,3h", "--jobs", 1, "--out", "kept"
    )
    assert outcome.code == INVALID
    for word in ("found 0", "found -1", "3h"):
        assert word in outcome.err
    assert not count_runs
    assert not Path("kept").exists()


def test_unknown_fields_policies_and_metrics_are_told_with_the_nearest(windtunnel: Windtunnel, tiny: Path) -> None:
    outcome = windtunnel("sweep", tiny, "--set", "nodes.linus.count=1,2", "--set", "hrizon=1h,2h")
    assert outcome.code == INVALID
    assert "did you mean linux?" in outcome.err
    assert "did you mean horizon?" in outcome.err
    outcome = windtunnel("sweep", tiny, "--set", "policy=fare", *SIZES)
    assert outcome.code == INVALID
    assert "did you mean fair?" in outcome.err
    assert "did you mean wait?" in windtunnel("sweep", tiny, *SIZES, "--metric", "p95(wai)").err
    outcome = windtunnel("sweep", tiny, "--set", "horizon=1h")
    assert outcome.code == INVALID
    assert "nothing is varied" in outcome.err


def test_the_digest_does_not_depend_on_who_is_ready_first(windtunnel: Windtunnel, tiny: Path) -> None:
    call = ("sweep", tiny, *SIZES, "--replications", 2, "-q", "--json")
    assert windtunnel(*call, "one.json", "--jobs", 1).code == OK
    assert windtunnel(*call, "two.json", "--jobs", 2).code == OK
    assert Path("one.json").read_bytes() == Path("two.json").read_bytes()


def test_replications_have_the_same_arrivals_at_every_point_and_policy(windtunnel: Windtunnel, tiny: Path) -> None:
    assert windtunnel("sweep", tiny, *FEW, "--metric", "count(job.succeeded)", "--out", "kept", "-q").code == OK
    rows = [row for row in table("kept/long.csv") if row["metric"] == "count(job.succeeded)"]
    by_replication: dict[str, set[str]] = {}
    for row in rows:
        by_replication.setdefault(row["replication"], set()).add(row["value"])
    assert all(len(values) == 1 for values in by_replication.values())
    assert len(set.union(*by_replication.values())) > 1


@pytest.mark.parametrize(
    ("settings", "panels"),
    [
        (("nodes.linux.count=3,4,5",), 1),
        (("nodes.linux.count=3,4", "pushes.rate=40/h,60/h"), 3),
        (("nodes.linux.count=3,4", "pushes.rate=40/h,60/h", "tenants.web.weight=1,2"), 3),
        (("duration.lognormal.median=3m,5m", "jobs.test.count=2,3"), 3),
    ],
)
def test_a_picture_is_drawn(windtunnel: Windtunnel, tiny: Path, settings: tuple[str, ...], panels: int) -> None:
    varied = [part for setting in settings for part in ("--set", setting)]
    outcome = windtunnel("sweep", tiny, *varied, *HERE, "--replications", 2, "--svg", "picture.svg")
    assert outcome.code == OK, outcome.err
    picture = Path("picture.svg").read_text()
    assert picture.startswith("<svg")
    assert 'id="sweep-axes_1"' in picture
    assert (f'id="sweep-axes_{panels}"' in picture) or panels == 1
    assert all(len(line) <= 80 for line in outcome.out.splitlines())


def test_designs_that_are_drawn_stay_the_same_for_a_seed(windtunnel: Windtunnel, tiny: Path) -> None:
    call = (
        "sweep",
        tiny,
        "--set",
        "nodes.linux.count=3..6",
        "--set",
        "pushes.rate=40/h..60/h",
        "--replications",
        1,
        *HERE,
    )
    for design in ("lhs", "sobol"):
        for name in ("a", "b"):
            outcome = windtunnel(*call, "--design", design, "--points", 4, "--policy", "fair", "-q", "--json", name)
            assert outcome.code == OK, outcome.err
        assert Path("a").read_bytes() == Path("b").read_bytes()
        assert len(document("a")["points"]) == 4


def test_progress_says_how_long_it_will_take(
    windtunnel: Windtunnel, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "SECONDS_BETWEEN_LINES", 0.0)
    outcome = windtunnel("sweep", tiny, *FEW)
    assert "sweep: 9 of 27 runs done, about " in outcome.err
    assert "s left" in outcome.err
    assert "\x1b" not in outcome.err


def test_plugins_go_along_to_other_processes(windtunnel: Windtunnel, tiny: Path) -> None:
    from scenarios.plugins import load_plugin, unplug

    plugin = tiny.with_name("mine.py")
    plugin.write_text("def same(demand):\n    return 5\n\nORDERINGS = {'same-for-all': same}\n")
    tiny.write_text(tiny.read_text().replace("ordering: sjf", "ordering: same-for-all"))
    call = ("sweep", tiny, *SIZES, "--replications", 2, "--plugin", plugin, "-q", "--json")
    try:
        assert windtunnel(*call, "one.json", "--jobs", 1).code == OK
        assert windtunnel(*call, "two.json", "--jobs", 2).code == OK
    finally:
        unplug(load_plugin(str(plugin)))
    assert Path("one.json").read_bytes() == Path("two.json").read_bytes()
