"""How many workers a queue had: at least as many as ran at once, and the number that explains its waits best."""

from heapq import heapify, heapreplace

import numpy as np
from numpy.typing import NDArray

from reports.hindcasting.measures import wasserstein

Ints = NDArray[np.int64]

DAY_US = 86_400_000_000
AROUND = 3
"""Numbers tried on both sides of the one whose mean wait is nearest."""


def peak(started_us: Ints, ended_us: Ints) -> int:
    """Most jobs that ran at once; one that ends makes room for one that starts at the same time."""
    return int(running(started_us, ended_us)[1].max(initial=0))


def running(started_us: Ints, ended_us: Ints) -> tuple[Ints, Ints]:
    """(when the number changes, how many run from then on); jobs of no length never count."""
    at, back = np.unique(np.concatenate([started_us, ended_us]), return_inverse=True)
    steps = np.concatenate([np.ones(len(started_us), np.int64), -np.ones(len(ended_us), np.int64)])
    change = np.bincount(back, weights=steps, minlength=len(at)).astype(np.int64)
    return at, np.cumsum(change)


def first_come(queued_us: Ints, duration_us: Ints, workers: int) -> Ints:
    """Waits of jobs in order of arrival that each take the worker that is free first (Kiefer and Wolfowitz, 1955)."""
    free = [int(queued_us[0])] * workers
    heapify(free)
    waits = np.empty(len(queued_us), np.int64)
    for i, (at, lasts) in enumerate(zip(queued_us.tolist(), duration_us.tolist(), strict=True)):
        begins = max(free[0], at)
        waits[i] = begins - at
        heapreplace(free, begins + lasts)
    return waits


def days_of(queued_us: Ints, origin_us: int) -> list[Ints]:
    """Rows (in order of arrival) of each day, UTC or of the trace's own clock, on which jobs came."""
    day = (queued_us + origin_us) // DAY_US
    return np.split(np.arange(len(day), dtype=np.int64), np.flatnonzero(np.diff(day)) + 1)


def best_by_day(
    queued_us: Ints, duration_us: Ints, recorded_us: Ints, known: NDArray[np.bool_], origin_us: int
) -> tuple[list[int], Ints]:
    """Per day the best number for its jobs alone, and the waits of all jobs that these numbers give.

    A number for each day is as many parameters as days: it says what the fleet would have been, not what it was.
    """
    counts, waits = [], np.zeros(len(queued_us), np.int64)
    for rows in days_of(queued_us, origin_us):
        most = max(peak(queued_us[rows] + recorded_us[rows], (queued_us + recorded_us + duration_us)[rows]), 1)
        part = known[rows]
        best = (
            best_workers(queued_us[rows], duration_us[rows], recorded_us[rows], part, most)[0] if part.any() else most
        )
        counts.append(best)
        waits[rows] = first_come(queued_us[rows], duration_us[rows], best)
    return counts, waits


def best_workers(
    queued_us: Ints, duration_us: Ints, recorded_us: Ints, known: NDArray[np.bool_], most: int
) -> tuple[int, float]:
    """The number from 1 to `most` whose waits are nearest to the recorded ones, and its mean wait.

    The mean wait falls with every worker, so the one with the recorded mean is found by halving; its neighbours are
    compared by the distance of the distributions.
    """
    aim = float(recorded_us[known].mean())
    seen: dict[int, Ints] = {}

    def waits(workers: int) -> Ints:
        if workers not in seen:
            seen[workers] = first_come(queued_us, duration_us, workers)[known]
        return seen[workers]

    low, high = 1, max(most, 1)
    while low < high:
        middle = (low + high) // 2
        if float(waits(middle).mean()) > aim:
            low = middle + 1
        else:
            high = middle
    tried = range(max(low - AROUND, 1), min(low + AROUND, max(most, 1)) + 1)
    best = min(tried, key=lambda workers: (wasserstein(recorded_us[known], waits(workers)), workers))
    return best, float(waits(best).mean())
