"""How much of the beginning to leave out: MSER-5, which asks the data where the transient ends."""

from typing import Any, NamedTuple

import numpy as np

BATCH = 5


class Truncation(NamedTuple):
    """How many of the first observations to leave out; `why_none` says why that cannot be told (then it is 0)."""

    observations: int
    why_none: str = ""


def mser5(values: Any) -> Truncation:
    """The d that minimises the marginal standard error of what is left, over means of 5 consecutive observations.

    MSER(d) = Σ (zᵢ − z̄_d)² / (k − d)², i = d + 1 … k, of k batch means z. Only the first half is searched: a minimum
    beyond it says that the series is too short to see a steady state (White 1997; White, Cobb and Spratt 2000). The
    first of equal minima counts. Observations that do not fill a batch are left out at the end.
    """
    series = np.asarray(values, np.float64)
    k = len(series) // BATCH
    if k < 10:
        return Truncation(0, f"{len(series)} observations, {10 * BATCH} needed at least")
    means = series[: k * BATCH].reshape(k, BATCH).mean(axis=1)
    means = means - means.mean()  # a large level would eat the digits of the squares
    left = np.arange(k, 0, -1, dtype=np.float64)
    sums = np.cumsum(means[::-1])[::-1]
    squares = np.cumsum(means[::-1] ** 2)[::-1]
    error = np.maximum(squares - sums**2 / left, 0.0) / left**2
    best = int(np.argmin(error[: k - BATCH]))  # the last few batches are alike by chance
    if best > k // 2:
        return Truncation(0, "no steady state within the first half: the run is too short, or it has none")
    return Truncation(best * BATCH)
