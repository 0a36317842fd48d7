"""Where the warm-up of a scenario ends: MSER-5 on the number of jobs in the system over time, averaged over pilots."""

from collections.abc import Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray

from reports.statistics.warm_up import Truncation, mser5
from reports.timeline import steps
from sim.results import RunResult

BINS = 1000
FIRST_PILOT = 1_000_000
"""Pilots have random numbers of their own: a cut chosen by the data that it is made in would flatter them."""

PILOTS = 5
"""Averaging over five smooths out what is chance (Hoad, Robinson and Davies, 2010)."""


def in_system(result: RunResult, bins: int = BINS) -> NDArray[np.float64]:
    """The mean number of jobs queued or running in each of `bins` equal parts of [0, horizon)."""
    jobs = result.jobs
    rows = jobs.queued_us >= 0
    moves = steps(jobs.queued_us[rows], jobs.finished_us[rows])
    edges = np.linspace(0.0, result.horizon_us, bins + 1)
    if not len(moves.at_us):
        return np.zeros(bins)
    area = np.concatenate([[0.0], np.cumsum(moves.value[:-1] * np.diff(moves.at_us))])  # up to each step
    held: NDArray[np.float64] = np.diff(np.interp(edges, moves.at_us, area))
    return held / (result.horizon_us / bins)


def warm_up(pilots: Sequence[NDArray[np.float64]], horizon_us: int) -> tuple[int, Truncation]:
    """When the transient of a policy ends (µs), from the series of its pilots, and what MSER-5 said."""
    found = mser5(np.mean(pilots, axis=0))
    return ceil(found.observations * horizon_us / BINS), found
