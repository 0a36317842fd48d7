"""Confidence intervals from independent replications: for a mean, for a quantile by order statistics, for a ratio."""

from collections.abc import Sequence
from math import sqrt

import msgspec

from reports.statistics.student import binomial_cdf, t_critical

LEVEL = 0.95


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A figure and how sure it is; without `low` and `high`, `why_none` says in words why there is no interval."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0  # observations that it rests on: replications, batches or jobs
    deviation: float | None = None  # standard deviation of the observations
    level: float = LEVEL
    method: str = ""
    why_none: str = ""

    @property
    def half_width(self) -> float | None:
        """Half of the interval's width; None where there is none."""
        return (self.high - self.low) / 2 if self.low is not None and self.high is not None else None


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def deviation(values: Sequence[float]) -> float:
    """Sample standard deviation, n − 1 in the denominator, in two passes."""
    centre = mean(values)
    return sqrt(sum((value - centre) ** 2 for value in values) / (len(values) - 1))


def of_replications(values: Sequence[float], level: float = LEVEL) -> Estimate:
    """The mean over independent replications: x̄ ± t · s / √n, with n − 1 degrees of freedom.

    For a run's mean and for its quantiles alike (Law, Simulation Modeling and Analysis, 5th ed., 9.4.1).
    """
    n = len(values)
    if not n:
        return Estimate(value=None, level=level, why_none="no replication has this figure")
    if n == 1:
        return Estimate(value=float(values[0]), n=1, level=level, why_none="one replication shows no spread")
    centre, spread = mean(values), deviation(values)
    half = t_critical(level, n - 1) * spread / sqrt(n)
    method = f"{n} replications, Student t ({n - 1} degrees of freedom)"
    return Estimate(
        value=centre, low=centre - half, high=centre + half, n=n, deviation=spread, level=level, method=method
    )


def by_order(ordered: Sequence[float], p: float, level: float = LEVEL) -> Estimate:
    """The p-quantile (0 < p < 1) of independent values in rising order, without assuming any distribution.

    Between the order statistics number r and s, the highest and the lowest with P(X < r) ≤ tail and P(X ≥ s) ≤ tail of
    a binomial X with n trials of chance p (David and Nagaraja, Order Statistics, 3rd ed., 7.1). Exact to the jump of a
    whole observation, so it covers at least `level`. Waits within one run are correlated: it is for independent values.
    """
    n, tail = len(ordered), (1 - level) / 2
    centre = float(ordered[min(n - 1, int(n * p))]) if n else None
    low = next((r for r in range(n, 0, -1) if binomial_cdf(r - 1, n, p) <= tail), 0) if n else 0
    high = next((s for s in range(1, n + 1) if 1 - binomial_cdf(s - 1, n, p) <= tail), 0) if n else 0
    if not low or not high:
        least = next(k for k in range(1, 10**6) if max(p**k, (1 - p) ** k) <= tail)
        why = f"{n} independent values, {least} needed at least"
        return Estimate(value=centre, n=n, level=level, why_none=why)
    method = f"order statistics {low} and {high} of {n}"
    return Estimate(
        value=centre, low=float(ordered[low - 1]), high=float(ordered[high - 1]), n=n, level=level, method=method
    )


def of_ratio(top: Sequence[float], bottom: Sequence[float], level: float = LEVEL) -> Estimate:
    """The ratio of two means that were observed in pairs, by Fieller's theorem (1954).

    Every ρ for which the mean of topᵢ − ρ · bottomᵢ does not differ from 0, by a t test with n − 1 degrees of freedom.
    None where the mean of `bottom` itself cannot be told from 0: the ratio could then be anything.
    """
    n = len(top)
    if n == 0 or mean(bottom) == 0:
        return Estimate(value=None, n=n, level=level, why_none="the figure to compare with is 0")
    a, b = mean(top), mean(bottom)
    if n == 1:
        return Estimate(value=a / b, n=1, level=level, why_none="one replication shows no spread")
    t = t_critical(level, n - 1)
    k = t * t / (n * (n - 1))
    s_aa = k * sum((x - a) ** 2 for x in top)
    s_bb = k * sum((y - b) ** 2 for y in bottom)
    s_ab = k * sum((x - a) * (y - b) for x, y in zip(top, bottom, strict=True))
    if s_bb >= b * b:
        return Estimate(value=a / b, n=n, level=level, why_none="the figure to compare with cannot be told from 0")
    quadratic, linear, constant = b * b - s_bb, a * b - s_ab, a * a - s_aa
    root = sqrt(max(0.0, linear * linear - quadratic * constant))
    return Estimate(
        value=a / b, low=(linear - root) / quadratic, high=(linear + root) / quadratic, n=n, level=level,
        method=f"{n} pairs of replications, Fieller, Student t ({n - 1} degrees of freedom)",
    )  # fmt: skip
