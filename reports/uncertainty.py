"""How sure a figure of one run is: confidence intervals from batches of consecutive jobs, or the reason for none."""

from collections.abc import Callable
from math import ceil, floor

from reports.figures import Interval
from reports.statistics.sectioning import BATCHES, sectioned
from sim.results import Column

METHOD = "20 batches of consecutive jobs, deviations from the overall figure, Student t (19 degrees of freedom)"


def interval(
    values: Column, statistic: Callable[[Column], float], smallest_batch: int, level: float = 0.95
) -> Interval:
    """Interval for `statistic` of `values` in order of time, by non-overlapping batches (`statistics.sectioning`).

    None is given with fewer than `smallest_batch` values a batch, or when batches are visibly correlated.
    """
    size = len(values) // BATCHES
    if size < smallest_batch:
        need = BATCHES * smallest_batch
        return Interval(level=level, why_none=f"too few jobs: {len(values):,} started, {need:,} needed")
    found = sectioned(values, statistic, level)
    lag1 = round(found.lag1, 4)
    if found.half is None:
        return Interval(
            level=level,
            batches=BATCHES,
            jobs_per_batch=size,
            lag1=lag1,
            method=METHOD,
            why_none="waits drift over the run (neighbouring batches are correlated): compare several seeds instead",
        )
    return Interval(
        low_us=max(0, floor(found.centre - found.half)),
        high_us=ceil(found.centre + found.half),
        level=level,
        batches=BATCHES,
        jobs_per_batch=size,
        lag1=lag1,
        method=METHOD,
    )
