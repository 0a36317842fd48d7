"""Daily statistics of a recorded trace, by the rules of willcl-ark/bitcoin-core-ci-stats."""

from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from reports.trace_figures import Day
from scenarios.traces.recording import Recording
from scenarios.workload import CANCELLED, FAILED, SUCCEEDED
from sim.quantiles import percentile

DAY_US, SECOND_US = 86_400_000_000, 1_000_000


def daily_statistics(recording: Recording) -> tuple[Day, ...]:
    """One entry per day on which jobs were queued, in order; days are UTC, or count from the first arrival.

    A run is a pipeline, or a job without one. Durations are cut to whole seconds. Jobs that finished before they
    started count with a duration of 0 there: read the recording with `keep_reversed` to have them.
    """
    r = recording
    day = (r.queued_us + (r.origin_us if r.dated else 0)) // DAY_US
    starts = np.flatnonzero(np.r_[True, np.diff(day) != 0])
    return tuple(
        _day(r, slice(first, end), int(day[first]))
        for first, end in zip(starts.tolist(), [*starts[1:].tolist(), len(r)], strict=True)
    )


def _day(recording: Recording, rows: slice, day: int) -> Day:
    r = recording
    ran = r.duration_us[rows] // SECOND_US
    ended = r.outcome[rows]
    waited = r.known_wait_us(rows)
    runs = r.pipeline[rows]
    wait_p50, wait_p90, wait_p99 = (None,) * 3 if waited is None else _percentiles(waited // SECOND_US)
    ran_p50, ran_p90, ran_p99 = _percentiles(ran)
    return Day(
        period=_period(day, r.dated),
        runs=len(np.unique(runs[runs >= 0])) + int(np.count_nonzero(runs < 0)),
        tasks=len(ran),
        completed=int(np.count_nonzero(ended == SUCCEEDED)),
        failed=int(np.count_nonzero(ended == FAILED)),
        aborted=int(np.count_nonzero(ended == CANCELLED)),
        median_queue_duration=wait_p50,
        p90_queue_duration=wait_p90,
        p99_queue_duration=wait_p99,
        median_execution_duration=ran_p50,
        p90_execution_duration=ran_p90,
        p99_execution_duration=ran_p99,
        wasted_runner_duration=int(ran[ended != SUCCEEDED].sum()),
    )


def _percentiles(values: NDArray[np.int64]) -> tuple[int, int, int]:
    ordered = np.sort(values)
    return int(percentile(ordered, 50)), int(percentile(ordered, 90)), int(percentile(ordered, 99))


def _period(day: int, dated: bool) -> str:
    if not dated:
        return f"day {day + 1}"
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).date().isoformat()
