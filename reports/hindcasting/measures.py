"""How near simulated waits are to recorded ones: as distributions, and job by job."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reports.hindcasting.figures import Match, Waits
from sim.quantiles import percentile

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SHARES = (1, 2, 5, *range(10, 91, 5), 95, 98, 99)


def waits_of(waits_us: Ints) -> Waits:
    ordered = np.sort(waits_us)
    p50, p90, p95, p99 = (int(percentile(ordered, p)) for p in (50, 90, 95, 99))
    return Waits(float(ordered.mean()), p50, p90, p95, p99, int(ordered[-1]))


def match(policy: str, recorded_us: Ints, simulated_us: Ints, unended: int = 0) -> Match:
    """Of the same jobs in the same order, at least one."""
    away, rank = wasserstein(recorded_us, simulated_us), spearman(recorded_us, simulated_us)
    mean = float(recorded_us.mean())
    a, b = np.sort(recorded_us), np.sort(simulated_us)
    return Match(
        policy=policy,
        waits=waits_of(simulated_us),
        wasserstein_us=away,
        spearman=rank,
        pearson=pearson(recorded_us.astype(np.float64), simulated_us.astype(np.float64)),
        misfit=misfit(away, mean, rank),
        unended=unended,
        quantiles_us=tuple((int(percentile(a, p)), int(percentile(b, p))) for p in SHARES),
    )


def misfit(away_us: float, mean_us: float, rank: float | None) -> float:
    """Of two numbers without a unit, each 0 where all is explained: the distribution's, and that of the order.

    The first is about 1 where nobody waits in the simulation; the second is 1 where the simulation does not know who
    waited. Adding them is our choice; both are shown. Where all waited the same, here as there, there is no order to
    explain.
    """
    if rank is None and not away_us:
        return 0.0
    return away_us / max(mean_us, 1.0) + 1 - (rank or 0.0)


def nearest(matches: Sequence[Match]) -> tuple[str, ...]:
    """The policies whose misfit is the smallest: several where they give the same waits, as where nobody waits."""
    least = min(round(one.misfit, 6) for one in matches)
    return tuple(one.policy for one in matches if round(one.misfit, 6) == least)


def wasserstein(a: Ints, b: Ints) -> float:
    """The first Wasserstein distance of two samples of one size: the mean difference of their order statistics."""
    return float(np.abs(np.sort(a) - np.sort(b)).mean())


def spearman(a: Ints, b: Ints) -> float | None:
    """Pearson's correlation of the ranks, equal values sharing the mean of theirs (Spearman, 1904)."""
    return pearson(ranks(a), ranks(b))


def pearson(a: Floats, b: Floats) -> float | None:
    if len(a) < 2:
        return None
    x, y = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return float((x * y).sum() / scale) if scale > 0 else None


def ranks(values: Ints) -> Floats:
    different, back, times = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(times)
    middle = ends - (times - 1) / 2
    return np.asarray(middle[back].astype(np.float64) if len(different) else middle)
