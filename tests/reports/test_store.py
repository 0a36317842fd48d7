"""A stored run is whole or absent, reads back equal, and is never written over something else."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import fields
from io import StringIO
from pathlib import Path
from shutil import copytree

import duckdb
import numpy as np
import pytest
from rich.console import Console

from domain.contracts.orchestration import PipelineStarted
from domain.contracts.scheduling import NodeJoined, NodeReady
from domain.shared.ids import NodeId, PipelineId
from domain.shared.resources import Resources
from reports.circumstances import Circumstances
from reports.manifest import RunFacts, StoreError
from reports.parquet_log import ROWS_PER_GROUP
from reports.store import RunStore, circumstances_of, load_run
from reports.summary import summarise
from reports.terminal import render
from scenarios.workload import RefusedRows, TraceReading
from sim.results import RunResult

SCENARIO = {"name": "small-shop", "tenants": {"acme": {"weight": 2}}}


def stored(directory: Path, *results: RunResult, **options) -> Path:
    with RunStore(directory, scenario=SCENARIO, scenario_text="name: small-shop\n", **options) as store:
        for result in results:
            store.add(result, summarise(result))
    return directory


def same(one: RunResult, other: RunResult) -> bool:
    for field in fields(RunResult):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if field.name in ("jobs", "nodes"):
            if not all(np.array_equal(getattr(a, c), getattr(b, c)) for c in a.__dataclass_fields__):
                return False
        elif a != b:
            return False
    return True


def events(count: int) -> list:
    started = PipelineStarted(at_us=0, pipeline=PipelineId(2), tenant="acme", jobs=1)
    joined = NodeJoined(at_us=3, node=NodeId(7), pool="linux", capacity=Resources(4000, 512))
    return [started, joined, NodeReady(at_us=9, node=NodeId(7), epoch=1)] * count


@pytest.fixture(scope="module")
def ready(tmp_path_factory, live) -> Path:
    return stored(tmp_path_factory.mktemp("ready") / "run", live(20))


@pytest.fixture
def run(ready, tmp_path) -> Path:
    return Path(copytree(ready, tmp_path / "run"))


def test_results_read_back_equal(tmp_path, make, make_pool, live) -> None:
    pools = (make_pool("small", provider="a"), make_pool("small", provider="b"), make_pool("idle"))
    never = {"assigned_us": -1, "started_us": -1, "outcome": "EXPIRED", "node": -1, "pool": -1}
    reading = TraceReading("jobs.csv", 9, 8, (RefusedRows("no start", 1, 4),), ("times are UTC",))
    odd = {"pools": pools, "policy": "é<b>", "reading": reading}
    strange = make([{"pool": 1, "node": 1}, never], [(0, 0, 5, 9), (1, 0, -1, -1)], **odd)
    results = [live(500), live(500, "sjf"), strange, make(policy="empty", nodes=[])]
    loaded = load_run(stored(tmp_path / "run", *results))
    assert [same(a, b) for a, b in zip(results, loaded, strict=True)] == [True] * 4


def test_the_manifest_keeps_every_field_of_a_result() -> None:
    kept = {field.name for field in fields(RunResult)} - {"jobs", "nodes"}
    assert kept == set(RunFacts.__struct_fields__) - {"jobs", "nodes", "events_stored"}


def test_everything_is_listed_and_nothing_is_left_beside(tmp_path, live) -> None:
    run = stored(tmp_path / "new" / "run", live(50))
    manifest = json.loads((run / "manifest.json").read_bytes())
    assert set(manifest["files"]) | {"manifest.json"} == {path.name for path in run.iterdir()}
    assert {"jobs.parquet", "nodes.parquet", "summary.json", "scenario.yaml", "report.html", "metrics.parquet"} <= set(
        manifest["files"]
    )
    assert manifest["scenario"] == SCENARIO
    assert manifest["interrupted"] is False
    assert [path.name for path in run.parent.iterdir()] == ["run"]


def test_an_error_leaves_nothing(tmp_path, live) -> None:
    with pytest.raises(RuntimeError), RunStore(tmp_path / "a" / "run", scenario={}) as store:
        store.add(live(50), summarise(live(50)))
        raise RuntimeError
    assert not list(tmp_path.iterdir())


def test_an_interrupt_keeps_the_finished_policies_only(tmp_path, live) -> None:
    first, second = live(50), live(50, "sjf")
    with pytest.raises(KeyboardInterrupt), RunStore(tmp_path / "run", scenario={}) as store:
        store.event_sink("fifo")(events(2), [0, 1, 2, 3, 4, 5])
        store.add(first, summarise(first))
        store.event_sink("sjf")(events(ROWS_PER_GROUP), ())
        raise KeyboardInterrupt
    assert [result.policy for result in load_run(tmp_path / "run")] == [first.policy] != [second.policy]
    assert json.loads((tmp_path / "run" / "manifest.json").read_bytes())["interrupted"] is True
    seen = duckdb.sql(f"select policy, count(*) from '{tmp_path}/run/events.parquet' group by 1").fetchall()
    assert seen == [("fifo", 6)]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_an_interrupt_before_the_first_policy_leaves_nothing(tmp_path) -> None:
    with pytest.raises(KeyboardInterrupt), RunStore(tmp_path / "run", scenario={}):
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_events_keep_what_ties_them_together(tmp_path, make) -> None:
    with RunStore(tmp_path / "run", scenario={}) as store:
        sink = store.event_sink("fifo")
        sink(events(1), [0, 1, 1])
        sink(events(1), [2, 4, 4])
        store.add(make([{}]), summarise(make([{}])))
    columns = "seq, at_us, type, source, pipeline, tenant, node, pool, cpu_millis, memory_mib, epoch, caused_by"
    rows = duckdb.sql(f"select {columns} from '{tmp_path}/run/events.parquet' order by seq").fetchall()
    assert rows[0] == (1, 0, "PipelineStarted", "orchestration", 2, "acme", None, None, None, None, None, None)
    assert rows[1] == (2, 3, "NodeJoined", "scheduling", None, None, 7, "linux", 4000, 512, None, 1)
    assert rows[2] == (3, 9, "NodeReady", "scheduling", None, None, 7, None, None, None, 1, 1)
    assert [(row[0], row[-1]) for row in rows] == [(1, None), (2, 1), (3, 1), (4, 2), (5, 4), (6, 4)]


def test_many_events_come_back_in_order(tmp_path, make) -> None:
    with RunStore(tmp_path / "run", scenario={}) as store:
        sink = store.event_sink("fifo")
        for _ in range(5):
            sink(events(20_000), ())
        store.add(make(), summarise(make()))
    file = f"'{tmp_path}/run/events.parquet'"
    assert duckdb.sql(f"select count(*), min(seq), max(seq), count(distinct seq) from {file}").fetchall()[0] == (
        300_000, 1, 300_000, 300_000,
    )  # fmt: skip


def test_another_directory_is_never_overwritten(tmp_path, live) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"cat")
    (tmp_path / "file").write_bytes(b"")
    for name, said in (("photos", "holds no stored run"), ("file", "is a file")):
        with pytest.raises(StoreError, match=said):
            stored(tmp_path / name, live(20), force=True)
    assert (tmp_path / "photos" / "cat.jpg").read_bytes() == b"cat"


def test_a_run_is_overwritten_by_force_only_and_strangers_stay(run: Path, live) -> None:
    with pytest.raises(StoreError, match="holds a run already"):
        stored(run, live(30))
    assert len(load_run(stored(run, live(30), force=True))[0].jobs) == 30
    (run / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match=r"notes\.txt"):
        stored(run, live(40), force=True)
    assert len(load_run(run)[0].jobs) == 30


def test_an_empty_directory_is_used(tmp_path, live) -> None:
    (tmp_path / "run").mkdir()
    assert load_run(stored(tmp_path / "run", live(20)))


def spoil_version(run: Path) -> None:
    text = (run / "manifest.json").read_text()
    (run / "manifest.json").write_text(text.replace('"format_version": 1', '"format_version": 99'))


def test_a_folder_whose_manifest_is_broken_is_not_replaced_and_the_way_out_is_named(run: Path, live) -> None:
    SPOILERS["truncated or not JSON"](run)
    with pytest.raises(StoreError, match="truncated or not JSON") as told:
        stored(run, live(30), force=True)
    assert "delete the folder yourself" in str(told.value)
    assert (run / "jobs.parquet").exists()


@pytest.mark.parametrize("signals", [1, 2])
def test_an_interrupt_while_it_is_written_waits_and_a_second_one_gives_it_up(
    tmp_path, live, monkeypatch, capfd, signals: int
) -> None:
    import reports.store

    def written(*arguments: object) -> str:
        for _ in range(signals):
            os.kill(os.getpid(), signal.SIGINT)
        return "all of it"

    monkeypatch.setattr(reports.store, "stress_des", written)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        stored(tmp_path / "run", live(20))
    assert signal.getsignal(signal.SIGINT) is before
    assert "Still writing" in capfd.readouterr().err
    if signals == 1:
        assert [result.policy for result in load_run(tmp_path / "run")] == ["fifo"]
        assert (tmp_path / "run" / "stress-des.md").read_text() == "all of it"
    else:
        assert not list(tmp_path.iterdir())


SPOILERS = {
    "not a stored run": lambda run: (run / "manifest.json").unlink(),
    "truncated or not JSON": lambda run: (run / "manifest.json").write_bytes((run / "manifest.json").read_bytes()[:99]),
    "was not written by windtunnel": lambda run: (run / "manifest.json").write_text("{}"),
    "format version 99": spoil_version,
    "is damaged": lambda run: (run / "manifest.json").write_text('{"format": "windtunnel-run", "format_version": 1}'),
    "truncated or changed": lambda run: (run / "jobs.parquet").write_bytes(b"PAR1"),
    "is missing": lambda run: (run / "nodes.parquet").unlink(),
}


@pytest.mark.parametrize("said", SPOILERS)
def test_what_is_wrong_with_a_stored_run_is_said(run: Path, said: str) -> None:
    SPOILERS[said](run)
    with pytest.raises(StoreError, match=said):
        load_run(run)


def test_a_parquet_file_of_the_right_size_but_damaged_is_told(run: Path) -> None:
    (run / "jobs.parquet").write_bytes(bytes((run / "jobs.parquet").stat().st_size))
    with pytest.raises(StoreError, match="is damaged"):
        load_run(run)


def test_one_changed_byte_is_told_for_it_may_be_another_answer(run: Path) -> None:
    table = run / "jobs.parquet"
    content = bytearray(table.read_bytes())
    content[len(content) // 2] ^= 1
    table.write_bytes(content)
    with pytest.raises(StoreError, match="is damaged or was changed"):
        load_run(run)


def test_a_checklist_that_was_filled_in_and_a_page_that_was_thrown_away_leave_a_run_as_good_as_it_was(
    tmp_path, live
) -> None:
    result = live(20)
    with RunStore(tmp_path / "run", scenario={}) as store:
        store.add(result, summarise(result))
        for name in ("stress-des.md", "report.html"):
            (store.partial / name).write_text("**Author:**")
    (tmp_path / "run" / "stress-des.md").write_text("**Author:** queues of our own")
    (tmp_path / "run" / "report.html").unlink()
    assert [each.policy for each in load_run(tmp_path / "run")] == ["fifo"]


def test_a_missing_directory_is_told(tmp_path) -> None:
    with pytest.raises(StoreError, match="is not a directory"):
        load_run(tmp_path / "nowhere")


def test_a_target_taken_meanwhile_is_not_overwritten_and_the_run_is_kept_beside(tmp_path, live) -> None:
    result = live(20)
    with (
        pytest.raises(StoreError, match="holds no stored run") as told,
        RunStore(tmp_path / "run", scenario={}) as store,
    ):
        store.add(result, summarise(result))
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "theirs").write_text("theirs")
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["theirs"]
    (beside,) = (path for path in tmp_path.iterdir() if path.name != "run")
    assert str(told.value).endswith(f"kept in {beside}")
    assert [same(a, b) for a, b in zip(load_run(beside), [result], strict=True)] == [True]


def test_a_failed_run_leaves_a_target_taken_meanwhile_alone(tmp_path, live) -> None:
    with pytest.raises(RuntimeError), RunStore(tmp_path / "run", scenario={}):
        (tmp_path / "run").mkdir()
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("name", [".", "..", "/"])
def test_a_directory_without_a_name_of_its_own_is_refused_at_the_start(name: str, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreError, match="name a directory"), RunStore(name, scenario={}):
        raise AssertionError("the run must not begin")
    assert not list(tmp_path.iterdir())


def test_a_run_already_there_names_the_way_out(run: Path) -> None:
    with pytest.raises(StoreError, match="--force"), RunStore(run, scenario={}):
        raise AssertionError("the run must not begin")


def test_how_the_run_was_made_is_kept(tmp_path, live) -> None:
    changes = ("horizon=2d", "tenants={a: {weight: 2}}")
    run = stored(tmp_path / "run", live(20), settings=changes)
    assert circumstances_of(run) == Circumstances(False, changes)
    assert json.loads((run / "manifest.json").read_bytes())["settings"] == list(changes)
    assert json.loads((run / "summary.json").read_bytes())["settings"] == list(changes)
    again = "windtunnel run scenario.yaml --seed 1 --set horizon=2d --set &#39;tenants={a: {weight: 2}}&#39;"
    assert again in (run / "report.html").read_text()


def test_an_interrupted_run_says_so_wherever_it_is_shown(tmp_path, live) -> None:
    result = live(50)
    with pytest.raises(KeyboardInterrupt), RunStore(tmp_path / "run", scenario={}) as store:
        store.add(result, summarise(result))
        raise KeyboardInterrupt
    about = circumstances_of(tmp_path / "run")
    assert about.interrupted
    console = Console(file=StringIO(), width=80)
    render([summarise(result)], console, about)
    assert "! The run was interrupted" in console.file.getvalue()
    assert "The run was interrupted" in (tmp_path / "run" / "report.html").read_text()
    assert json.loads((tmp_path / "run" / "summary.json").read_bytes())["interrupted"] is True


def test_storing_does_without_pandas(tmp_path) -> None:
    """It takes most of a second to import, is no dependency of a run, and pyarrow asks for it wherever it can."""
    script = (
        "import sys; from tests.reports.conftest import made; from tests.reports.test_store import events\n"
        "from reports.store import RunStore; from reports.summary import summarise\n"
        "with RunStore(sys.argv[1], scenario={}) as store:\n"
        " store.event_sink('fifo')(events(2), []); store.add(made([{}]), summarise(made([{}])))\n"
        "print('pandas' in sys.modules)"
    )
    command = [sys.executable, "-c", script, tmp_path / "run"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout == "False\n"


def test_a_place_that_cannot_be_written_is_told_before_the_run(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be made"), RunStore(tmp_path / "file" / "run", scenario={}):
        raise AssertionError("the run must not begin")
