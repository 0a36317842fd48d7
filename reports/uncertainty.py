"""How sure a figure of one run is: confidence intervals from batches of consecutive jobs, or the reason for none."""

from collections.abc import Callable
from math import ceil, floor, sqrt

import numpy as np
from numpy.typing import NDArray

from reports.figures import Interval
from sim.results import Column

BATCHES = 20
STUDENT_T_19 = {0.90: 1.729, 0.95: 2.093, 0.99: 2.861}
"""Two-sided critical values of Student's t with 19 degrees of freedom (any printed table)."""

MAX_LAG1 = 1.645 / sqrt(BATCHES)
"""Above this, neighbouring batches are correlated at the one-sided 5 % level and the interval would be too narrow."""

METHOD = "20 batches of consecutive jobs, deviations from the overall figure, Student t (19 degrees of freedom)"


def interval(
    values: Column, statistic: Callable[[Column], float], smallest_batch: int, level: float = 0.95
) -> Interval:
    """Interval for `statistic` of `values` in order of time, by non-overlapping batches (sectioning).

    Half-width = t · √(Σ (qⱼ − q)² / (b (b − 1))), q of all values, qⱼ of batch j, b = 20 equal batches; values that
    do not fill a batch are left out of the batches, at the end. For the mean this is the method of batch means.
    Sources: Schmeiser 1982 (10 to 30 batches suffice); Asmussen and Glynn 2007, III.5 (sectioning).
    None is given with fewer than `smallest_batch` values a batch, or when batches are visibly correlated.
    """
    size = len(values) // BATCHES
    if size < smallest_batch:
        need = BATCHES * smallest_batch
        return Interval(level=level, why_none=f"too few jobs: {len(values):,} started, {need:,} needed")
    centre = statistic(values)
    batches = np.array([statistic(values[i * size : (i + 1) * size]) for i in range(BATCHES)], np.float64)
    lag1 = _lag1(batches)
    if lag1 > MAX_LAG1:
        return Interval(
            level=level,
            batches=BATCHES,
            jobs_per_batch=size,
            lag1=round(lag1, 4),
            method=METHOD,
            why_none="waits drift over the run (neighbouring batches are correlated): compare several seeds instead",
        )
    spread = float(np.sum((batches - centre) ** 2))
    half = STUDENT_T_19[level] * sqrt(spread / (BATCHES * (BATCHES - 1)))
    return Interval(
        low_us=max(0, floor(centre - half)),
        high_us=ceil(centre + half),
        level=level,
        batches=BATCHES,
        jobs_per_batch=size,
        lag1=round(lag1, 4),
        method=METHOD,
    )


def _lag1(batches: NDArray[np.float64]) -> float:
    """Correlation of each batch with the next; 0 when all batches are alike."""
    deviation = batches - batches.mean()
    variance = float(deviation @ deviation)
    return float(deviation[:-1] @ deviation[1:]) / variance if variance else 0.0
