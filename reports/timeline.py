"""How many there were at each moment: step functions of time rebuilt from columns, and their levels."""

from dataclasses import dataclass
from math import ceil

import numpy as np

from reports.columns import exact_sum, overlap_us, queue_left_us
from reports.figures import Level
from sim.results import Column, RunResult


@dataclass(frozen=True, slots=True)
class Steps:
    """A step function: `value[i]` holds from `at_us[i]` up to `at_us[i + 1]`; 0 before the first step."""

    at_us: Column
    value: Column

    def at(self, moment_us: int) -> int:
        """The value at a moment, after everything that happened in it."""
        i = int(np.searchsorted(self.at_us, moment_us, side="right"))
        return int(self.value[i - 1]) if i else 0


def steps(start: Column, end: Column, amount: Column | None = None) -> Steps:
    """The sum of `amount` (default 1) of all intervals [start, end) that cover each moment.

    Everything that happens in one moment is one step: what starts and ends in it never shows.
    """
    times = np.concatenate([start, end])
    order = np.argsort(times, kind="stable")
    one = np.ones(len(start), np.int64) if amount is None else amount
    change = np.concatenate([one, -one])[order]
    times = times[order]
    last = np.flatnonzero(np.diff(times, append=times[-1:] + 1)) if len(times) else np.zeros(0, np.int64)
    return Steps(times[last], np.cumsum(change)[last])


def running(result: RunResult) -> Steps:
    """Jobs running (last attempts) over time."""
    jobs = result.jobs
    rows = jobs.started_us >= 0
    return steps(jobs.started_us[rows], jobs.finished_us[rows])


def queued(result: RunResult) -> Steps:
    """Jobs queued over time: from queued to started, or to the end of those that never started."""
    rows = result.jobs.queued_us >= 0
    return steps(result.jobs.queued_us[rows], queue_left_us(result)[rows])


def level(of: Steps, window: tuple[int, int]) -> Level:
    """Mean, 99 % level and maximum of a step function over a window, weighted by time.

    The 99 % level is the smallest value that is not exceeded for at least 99 % of the window.
    """
    low, high = window
    if high <= low:
        return Level(mean=0.0, p99=0, max=0)
    values, lasted = _held(of, window)
    mean = exact_sum(values * lasted) / (high - low)
    return Level(mean=mean, p99=_not_exceeded(values, lasted, 99), max=int(values.max()))


def level_at(of: Steps, window: tuple[int, int], statistic: str) -> float:
    """`mean`, `max`, `min` or any `p1` … `p99` of it, by the same rules."""
    low, high = window
    if high <= low:
        return 0.0
    values, lasted = _held(of, window)
    if statistic == "mean":
        return exact_sum(values * lasted) / (high - low)
    if statistic in ("max", "min"):
        return float(values.max() if statistic == "max" else values.min())
    return float(_not_exceeded(values, lasted, int(statistic[1:])))


def _held(of: Steps, window: tuple[int, int]) -> tuple[Column, Column]:
    """Each value inside the window, and how long it lasted."""
    low, high = window
    edges = np.concatenate([[low], of.at_us[(of.at_us > low) & (of.at_us < high)], [high]])
    i = np.searchsorted(of.at_us, edges[:-1], side="right")
    return np.concatenate([[0], of.value])[i], np.diff(edges)


def _not_exceeded(values: Column, lasted: Column, p: int) -> int:
    held = np.bincount(values, weights=lasted)  # exact: below 2^53 µs, 285 years
    return int(np.searchsorted(np.cumsum(held), ceil(int(lasted.sum()) * p / 100)))


def mean_queued(result: RunResult, window: tuple[int, int]) -> float:
    """Mean number of jobs queued over a window."""
    rows = result.jobs.queued_us >= 0
    inside = overlap_us(result.jobs.queued_us[rows], queue_left_us(result)[rows], window)
    return exact_sum(inside) / (window[1] - window[0])
