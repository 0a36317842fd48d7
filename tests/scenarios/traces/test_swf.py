"""Logs in the Standard Workload Format: what is read of them, how rows are cleaned, and what is replayed."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from scenarios.build import build_workload
from scenarios.loader import load_text
from scenarios.problems import ScenarioError
from scenarios.spec_swf import Rows, Swf
from scenarios.traces.errors import TraceError
from scenarios.traces.swf import read_swf, swf_rows
from sim.streams import Streams

S = 1_000_000

HEADER = "; Version: 2.2\n; MaxProcs: 100\n;\n"


def row(
    job: int, submit: int, run: int, allocated: int = 1, requested: int = -1, estimate: int = -1, **more: int
) -> str:
    fields = [job, submit, -1, run, allocated, -1, -1, requested, estimate, -1, more.get("status", 1), *[-1] * 7]
    return " ".join(map(str, fields)) + "\n"


@pytest.fixture
def log(tmp_path: Path):
    def write(*rows: str, packed: bool = False) -> Path:
        path = tmp_path / ("log.swf.gz" if packed else "log.swf")
        text = (HEADER + "".join(rows)).encode()
        path.write_bytes(gzip.compress(text) if packed else text)
        return path

    return write


def test_all_eighteen_fields_are_read(log) -> None:
    path = log("7 10 3 20 4 19.5 2048 8 60 4096 1 11 12 13 14 15 6 9\n", packed=True)
    ((line, one),) = swf_rows(path)
    assert line == 4
    assert (one.job, one.submit_us, one.wait_us, one.run_us, one.allocated) == (7, 10 * S, 3 * S, 20 * S, 4)
    assert (one.cpu_us, one.used_memory_kib, one.requested, one.estimate_us) == (19_500_000, 2048, 8, 60 * S)
    assert (one.requested_memory_kib, one.status, one.user, one.group, one.executable) == (4096, 1, 11, 12, 13)
    assert (one.queue, one.partition, one.preceding_job, one.think_us) == (14, 15, 6, 9 * S)


def test_what_is_not_known_is_minus_one_whatever_the_unit(log) -> None:
    ((_, one),) = swf_rows(log(row(1, 5, -1)))
    assert (one.run_us, one.wait_us, one.estimate_us) == (-1, -1, -1)


@pytest.mark.parametrize(
    ("rules", "sizes"), [({}, [8]), ({"processors": "allocated"}, [16]), ({"processors": "larger"}, [16])]
)
def test_which_number_of_processors(log, rules: dict, sizes: list[int]) -> None:
    path = log(row(1, 0, 5, allocated=16, requested=8))
    assert read_swf(path, Swf(**rules), Rows()).processors.tolist() == sizes


def test_where_a_number_is_missing_the_other_one_is_taken(log) -> None:
    assert read_swf(log(row(1, 0, 5, allocated=16)), Swf(), Rows()).processors.tolist() == [16]


def test_rows_are_left_out_by_the_rules_and_counted(log) -> None:
    path = log(
        row(1, 0, 0), row(2, 0, -1), row(3, 0, 9, allocated=200), row(4, 0, 9), "1 2 3\n", row(6, -1, 5),
        row(7, 0, 30, estimate=20), row(8, 0, 9, allocated=0),
    )  # fmt: skip
    rules = Swf(max_processors=100, missing_estimate="drop", runtime="at-most-estimate")
    recording = read_swf(path, rules, Rows())
    assert recording.duration_us.tolist() == [20 * S] and recording.estimate_us.tolist() == [20 * S]
    refused = {one.reason: (one.count, one.first_line) for one in recording.reading.refused}
    assert refused == {
        "run time 0": (1, 4), "no run time": (1, 5), "more than 100 processors": (1, 6), "no estimate": (1, 7),
        "not 18 fields": (1, 8), "no time of submission": (1, 9), "no number of processors": (1, 11),
    }  # fmt: skip


def test_negative_run_times_and_missing_estimates_may_be_filled_in(log) -> None:
    recording = read_swf(log(row(1, 0, -1), row(2, 0, 7)), Swf(negative_runtime=10 * S), Rows())
    assert recording.duration_us.tolist() == recording.estimate_us.tolist() == [10 * S, 7 * S]


def test_a_window_is_cut_after_cleaning_in_the_order_asked_for(log) -> None:
    path = log(row(3, 0, 0), row(2, 30, 2), row(1, 20, 1), row(5, 10, 5), row(4, 10, 4))
    by_job = read_swf(path, Swf(order="job"), Rows(first=1, count=2))
    assert by_job.duration_us.tolist() == [4 * S, 2 * S], "jobs 2 and 4, in order of their arrival"
    assert by_job.queued_us.tolist() == [0, 20 * S]
    by_submit = read_swf(path, Swf(clock="log"), Rows(first=2))
    assert by_submit.queued_us.tolist() == [20 * S, 30 * S]
    assert "2 usable rows lie outside the window" in by_submit.reading.notes


def test_how_a_job_ended_is_kept(log) -> None:
    rows = (row(at, at, 1, status=status) for at, status in enumerate((1, 0, 5, -1)))
    assert read_swf(log(*rows), Swf(), Rows()).outcome.tolist() == [0, 1, 2, 0]


def test_an_empty_window_is_an_error_that_says_why(log) -> None:
    with pytest.raises(TraceError, match=r"1 usable rows \(run time 0: 1 \(first line 5\)\)"):
        read_swf(log(row(1, 0, 3), row(2, 0, 0)), Swf(), Rows(first=1))


SCENARIO = """
name: log
workload:
  trace:
    format: {format}
    {more}
    default: {{resources: {{cpu: 2cpu, memory: 1GiB}}, timeout: 1d}}
fleet: {{providers: {{p: {{pools: {{m: {{nodes: 1, capacity: {{cpu: 64cpu, memory: 64GiB}}}}}}}}}}}}
scheduling: {{estimates: {estimates}}}
"""


def test_a_job_takes_its_class_times_its_processors_and_has_its_own_estimate(log) -> None:
    path = log(row(1, 100, 3, allocated=4, estimate=60), row(2, 103, 1))
    scenario = load_text(SCENARIO.format(format="swf", more="", estimates="requested"), trace=str(path))
    workload = build_workload(scenario, Streams(1))
    first, second = workload.arrivals()
    assert (first.at_us, second.at_us) == (0, 3 * S)
    assert first.spec.jobs[0].resources.as_tuple()[:2] == (8000, 4096)
    assert second.spec.jobs[0].resources.as_tuple()[:2] == (2000, 1024)
    assert (first.durations_us, first.estimates_us) == ((3 * S,), (60 * S,))
    assert list(workload.arrivals()) == [first, second]


def test_its_fields_belong_to_the_format(tmp_path: Path) -> None:
    file = tmp_path / "a.dat"
    file.write_bytes(np.array([1, 2], ">u4").tobytes())
    text = SCENARIO.format(format="firefox-dat", more="rows: {first: 1}", estimates="requested")
    with pytest.raises(ScenarioError) as error:
        load_text(text, trace=str(file))
    assert "workload.trace.rows" in str(error.value) and "scheduling.estimates" in str(error.value)
