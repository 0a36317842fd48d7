"""A quantile of the values of several samples together, from a grid of order statistics of each."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

POINTS = 2001


class Grid(NamedTuple):
    """`size` values in rising order, or those at evenly spaced ranks where there are more than `POINTS`."""

    size: int
    values: NDArray[np.float64]


def grid(values: Any) -> Grid:
    """What is kept of a sample: enough for any quantile to one in two thousand ranks, exact for small samples."""
    ordered = np.sort(np.asarray(values, np.float64))
    if len(ordered) > POINTS:
        ordered = ordered[np.linspace(0, len(ordered) - 1, POINTS).round().astype(np.int64)]
    return Grid(len(values), ordered)


def pooled_percentile(grids: Sequence[Grid], p: int) -> float | None:
    """The p-th percentile, by the rule sorted[(n − 1) · p // 100], of all samples together; each value weighs as many
    as it stands for."""
    filled = [each for each in grids if each.size]
    if not filled:
        return None
    values = np.concatenate([each.values for each in filled])
    weights = np.concatenate([np.full(len(each.values), each.size / len(each.values)) for each in filled])
    order = np.argsort(values, kind="stable")
    total = sum(each.size for each in filled)
    rank = (total - 1) * p // 100 + 1  # so many values are at or below it
    at = int(np.searchsorted(np.cumsum(weights[order]), rank - 1e-6))
    return float(values[order][min(at, len(values) - 1)])
