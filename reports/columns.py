"""Exact arithmetic on the columns of a run: overlaps with a window, grouped integer sums, names for pools."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.results import Column, PoolInfo, RunResult

LIMB_BITS = 16


def overlap_us(start: Column, end: Column, window: tuple[int, int]) -> Column:
    """How much of each [start, end) lies inside the window; 0 where there is none (µs, both ends may be arrays)."""
    low, high = window
    inside: Column = np.maximum(np.minimum(end, high) - np.maximum(start, low), 0)
    return inside


def sums_by(group: Column, size: int, values: Column) -> list[int]:
    """Σ values per group code 0 … size − 1 as Python integers; rows with a negative code are left out."""
    return product_sums_by(group, size, values, None)


def product_sums_by(group: Column, size: int, values: Column, factor: Column | None) -> list[int]:
    """Σ values · factor per group code, exact however large: the products are summed in two limbs of 63 bits."""
    known = group >= 0
    if not known.all():
        group, values = group[known], values[known]
        factor = None if factor is None else factor[known]
    high, low = values >> LIMB_BITS, values & ((1 << LIMB_BITS) - 1)
    limbs = np.zeros((2, size), np.int64)
    for limb, part in zip(limbs, (high, low), strict=True):
        np.add.at(limb, group, part if factor is None else part * factor)
    return [(int(h) << LIMB_BITS) + int(low_sum) for h, low_sum in zip(limbs[0], limbs[1], strict=True)]


def exact_sum(values: Column) -> int:
    """Σ values as a Python integer, exact however large."""
    return (int((values >> LIMB_BITS).sum()) << LIMB_BITS) + int((values & ((1 << LIMB_BITS) - 1)).sum())


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """`total` ≥ 0 in whole parts proportional to `weights` ≥ 0, summing to it exactly, by largest remainder.

    Of equal remainders the earlier gets the unit. With all weights 0 every part is 0 (and nothing is handed out).
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def rounded_ratio(total: int, count: int) -> int:
    """total ÷ count to the nearest integer, halves up; count > 0."""
    return (2 * total + count) // (2 * count)


def pool_names(pools: Iterable[PoolInfo]) -> list[str]:
    """The name of each pool, with its provider in front where pools of two providers share a name."""
    pools = list(pools)
    names = [pool.name for pool in pools]
    return [pool.name if names.count(pool.name) == 1 else f"{pool.provider}/{pool.name}" for pool in pools]


def queue_left_us(result: RunResult) -> Column:
    """When each job left the queue: it started, or it ended without having started."""
    jobs = result.jobs
    return np.where(jobs.started_us >= 0, jobs.started_us, jobs.finished_us)


def in_window(times: Column, result: RunResult) -> NDArray[np.bool_]:
    return (times >= result.warm_up_us) & (times < result.horizon_us)
