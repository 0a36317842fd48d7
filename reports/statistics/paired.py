"""Two systems compared, on the same random numbers or on others: the difference, and how sure it is."""

from collections.abc import Sequence
from math import inf, sqrt

import msgspec

from reports.statistics.intervals import LEVEL, Estimate, deviation, mean, of_replications
from reports.statistics.student import t_critical, t_two_sided


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """a − b: its interval, the p-value of no difference, and how much the pairing took away from its variance."""

    estimate: Estimate
    p: float | None = None  # two-sided; None with fewer than two replications
    variance_reduction: float | None = None  # 1 − Var(a − b) / (Var a + Var b); negative: pairing did harm


def paired(a: Sequence[float], b: Sequence[float], level: float = LEVEL) -> Difference:
    """Replication i of both saw the same random numbers: a t test of the differences aᵢ − bᵢ (Law, 10.2.1 and 11.2)."""
    differences = [x - y for x, y in zip(a, b, strict=True)]
    estimate = of_replications(differences, level)
    if len(differences) < 2:
        return Difference(estimate=estimate)
    apart = deviation(a) ** 2 + deviation(b) ** 2
    reduction = 1 - deviation(differences) ** 2 / apart if apart else None
    return Difference(estimate=estimate, p=_p(estimate, len(differences) - 1), variance_reduction=reduction)


def _p(estimate: Estimate, df: float) -> float:
    assert estimate.value is not None and estimate.deviation is not None
    error = estimate.deviation / sqrt(estimate.n)
    if error <= 1e-12 * abs(estimate.value) or not error:  # the same difference each time, but for rounding
        return 0.0 if estimate.value else 1.0
    return t_two_sided(estimate.value / error, df)


def independent(a: Sequence[float], b: Sequence[float], level: float = LEVEL) -> Difference:
    """Welch's t test (1938) for replications that have nothing to do with each other."""
    if not a or not b:
        return Difference(estimate=Estimate(value=None, level=level, why_none="no replication has this figure"))
    n = min(len(a), len(b))
    gap = mean(a) - mean(b)
    if n < 2:
        why = "one replication shows no spread"
        return Difference(estimate=Estimate(value=gap, n=n, level=level, why_none=why))
    parts = deviation(a) ** 2 / len(a), deviation(b) ** 2 / len(b)
    whole = sum(parts)
    error = sqrt(whole)
    if error <= 1e-12 * abs(gap) or not error:
        exact = Estimate(value=gap, low=gap, high=gap, n=n, deviation=0.0, level=level, method="no spread at all")
        return Difference(estimate=exact, p=0.0 if gap else 1.0)
    df = 1 / ((parts[0] / whole) ** 2 / (len(a) - 1) + (parts[1] / whole) ** 2 / (len(b) - 1))
    half = t_critical(level, df) * error
    method = f"{len(a)} and {len(b)} replications, Welch's t ({df:.3g} degrees of freedom)"
    estimate = Estimate(value=gap, low=gap - half, high=gap + half, n=n, level=level, method=method)
    return Difference(estimate=estimate, p=t_two_sided(gap / error if error else inf, df))


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted by Holm (1979), in the order given: reject those below α, and the chance that one of all
    rejections is wrong stays below α, however the tests hang together."""
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=lambda i: (p_values[i], i))):
        highest = max(highest, (len(p_values) - rank) * p_values[i])
        adjusted[i] = min(1.0, highest)
    return adjusted
