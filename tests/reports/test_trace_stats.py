"""Statistics of a trace are those of its jobs, and read well on screens of 80 and 160 columns."""

import io
import json

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from reports.trace_load import HOUR_US, MINUTE_US, batches, concurrency, dispersion, peak_over_mean, spread
from reports.trace_stats import file_statistics
from reports.trace_terminal import render_stats
from scenarios.traces.errors import TraceError
from scenarios.traces.formats import Layout

S = 1_000_000
HEADER = "job_id,run_id,name,status,run_created_at,started_at,completed_at"
LAYOUT = Layout("csv", {"queued": "q", "duration": "d", "label": "l"}, "iso8601", "min")


def ints(values):
    return np.array(values, np.int64)


jobs = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), min_size=1, max_size=25)


@given(jobs)
def test_concurrency_is_what_counting_at_every_moment_gives(found):
    queued, durations = (ints(column) for column in zip(*sorted(found), strict=True))
    queued = queued - queued[0]
    ends = queued + durations
    levels = sorted(int(((queued <= t) & (t < ends)).sum()) for t in range(int(ends.max())))
    result = concurrency(queued, durations)
    if not levels:
        assert (result.mean, result.p99, result.max, result.p99_over_mean) == (0, 0, 0, 0)
        return
    assert result.mean == pytest.approx(sum(levels) / len(levels))
    assert result.max == levels[-1]
    assert result.p99 == levels[-(-len(levels) * 99 // 100) - 1]


def test_bursts_are_counted_from_the_first_arrival():
    arrivals = ints([0, 0, 0, 1, 30 * MINUTE_US, 90 * MINUTE_US, 3 * HOUR_US])
    assert peak_over_mean(arrivals, HOUR_US) == 5 / (7 / 4)
    assert dispersion(ints([0, MINUTE_US, 2 * MINUTE_US]), MINUTE_US) == 0
    assert dispersion(ints([0, 0, 0, 0, 3 * MINUTE_US]), MINUTE_US) == pytest.approx(2.6875 / 1.25)


def test_a_batch_ends_after_two_quiet_seconds():
    assert batches(ints([0, S, 3 * S, 5 * S + 1, 5 * S + 1])).tolist() == [3, 2]
    assert batches(ints([0])).tolist() == [1]


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=200))
def test_percentiles_follow_the_rule_of_the_house(values):
    ordered, found = sorted(values), spread(ints(values))
    n = len(values) - 1
    assert (found.p50, found.p90, found.p99) == (ordered[n * 50 // 100], ordered[n * 90 // 100], ordered[n * 99 // 100])
    assert found.max == ordered[-1]
    assert found.mean == pytest.approx(sum(values) / len(values))


@pytest.fixture
def trace(tmp_path):
    """Two days of jobs in the layout of bitcoin-core-ci-stats, one of them finished before it started."""
    path = tmp_path / "jobs.csv"
    day = 1_757_030_400  # 2025-09-05T00:00:00Z
    rows = [
        (1, 10, "lint", "COMPLETED", day - 10, day, day + 60),
        (2, 10, "test", "FAILED", day - 10, day - 5, day + 600),
        (3, 11, "lint", "ABORTED", day + 10, day + 20, day + 5),
        (4, 11, "test", "ABORTED", day + 10, day + 40, day + 50),
    ]
    path.write_text("\n".join([HEADER, *(",".join(map(str, row)) for row in rows)]), encoding="utf-8")
    return path


def test_days_count_every_row_while_the_load_counts_usable_ones(trace):
    stats = file_statistics(trace)
    assert (stats.rows, stats.used, stats.refused[0].reason) == (4, 3, "finished before started")
    assert stats.first_arrival == "2025-09-04T23:59:50Z"
    assert stats.outcomes == {"succeeded": 1, "failed": 1, "cancelled": 1}
    assert [load.label for load in stats.by_label] == ["test", "lint"]
    assert sum(load.work_share for load in stats.by_label) == pytest.approx(1)
    assert [msgspec.to_builtins(day) for day in stats.days] == [
        {
            "period": "2025-09-04", "runs": 1, "tasks": 2, "completed": 1, "failed": 1, "aborted": 0,
            "medianQueueDuration": 5, "p90QueueDuration": 5, "p99QueueDuration": 5, "medianExecutionDuration": 60,
            "p90ExecutionDuration": 60, "p99ExecutionDuration": 60, "wastedRunnerDuration": 605,
        },
        {
            "period": "2025-09-05", "runs": 1, "tasks": 2, "completed": 0, "failed": 0, "aborted": 2,
            "medianQueueDuration": 10, "p90QueueDuration": 10, "p99QueueDuration": 10, "medianExecutionDuration": 0,
            "p90ExecutionDuration": 0, "p99ExecutionDuration": 0, "wastedRunnerDuration": 10,
        },
    ]  # fmt: skip


def test_statistics_are_json(trace):
    stats = json.loads(msgspec.json.encode(file_statistics(trace)))
    assert stats["refused"] == [{"reason": "finished before started", "count": 1, "first_line": 4}]
    assert stats["days"][0]["medianQueueDuration"] == 5
    assert set(stats["concurrency"]) == {"mean", "p99", "max", "p99_over_mean"}


def test_a_trace_without_waits_outcomes_or_calendar_leaves_them_out(tmp_path):
    path = tmp_path / "load.dat"
    path.write_bytes(b"".join(n.to_bytes(4, "big") for n in (0, 5000, 90_000_000, 7000)))
    stats = file_statistics(path)
    assert (stats.wait_us, stats.outcomes, stats.first_arrival) == (None, None, None)
    assert [day.period for day in stats.days] == ["day 1", "day 2"]
    assert stats.days[0].median_queue_duration is None
    text = rendered(stats, 80)
    assert "day 2" in text
    assert "recorded wait" not in text
    assert "failed" not in text


def test_one_job_is_a_trace(tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("q,d,l\n2025-09-04,0,x\n", encoding="utf-8")
    stats = file_statistics(path, LAYOUT)
    assert stats.jobs_per_hour is None
    assert stats.concurrency.max == 0
    assert "1 job in 0 from 2025-09-04T00:00:00Z, all at once" in rendered(stats, 80)


def rendered(stats, width):
    console = Console(file=io.StringIO(), width=width, color_system=None)
    render_stats(stats, console)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 160])
def test_it_fits_the_screen_with_long_and_hostile_names(tmp_path, width):
    path = tmp_path / "long.csv"
    names = ["a" * 200, "\x1b[31mred", "日本語" * 30, "[bold]no markup[/bold]", *(f"l{i}" for i in range(20))]
    rows = [f'2025-09-{1 + i % 28:02d}T0{i % 7}:00:00Z,{(24 - i) * 7},"{name}"' for i, name in enumerate(names)]
    path.write_text("\n".join(["q,d,l", *rows, "soon,1,x"]), encoding="utf-8")
    text = rendered(file_statistics(path, LAYOUT), width)
    assert max(map(cell_len, text.splitlines())) <= width
    assert "\x1b" not in text
    assert "[bold]no markup" in text
    assert "! 1 row refused: queued is not an ISO 8601 time (first at line 26)" in text
    assert "… 14 labels more with --json" in text


def test_the_figures_of_a_trace_stand_on_the_screen(trace):
    text = rendered(file_statistics(trace), 80)
    for piece in ("3 of 4 rows used", "recorded wait", "2025-09-05", "1 succeeded, 1 failed, 1 cancelled", "10m 5s"):
        assert piece in text


def test_a_csv_of_unknown_columns_names_them(tmp_path):
    path = tmp_path / "jobs.csv"
    path.write_text("created,started,ended\n1,2,3\n", encoding="utf-8")
    with pytest.raises(TraceError, match=r"found columns created, started, ended, allowed: .*which column holds what"):
        file_statistics(path)
