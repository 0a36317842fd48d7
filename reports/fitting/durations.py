"""How long jobs of one kind run: one, two or three lognormals where they fit, else the recorded quantiles."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from reports.fitting.figures import DurationFit
from reports.fitting.lognormals import Floats, Mixture, mixtures

SHARES = (1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99)
FARTHEST = 0.05
"""A mixture that is nowhere farther than this from the recording is good enough; it is smooth, and says little."""

MEAN_WITHIN = 0.05
FEWEST = 30
"""With fewer jobs there is nothing to choose a mixture by: their quantiles are all that is known."""

MOST_QUANTILES = 101


def fit_durations(durations_us: NDArray[np.int64]) -> DurationFit:
    """Of at least one job; a duration of 0 counts as half of the shortest that is not 0."""
    ordered = np.sort(durations_us).astype(np.float64)
    above = ordered[ordered > 0]
    ordered = np.maximum(ordered, (above[0] / 2) if len(above) else 1)
    if ordered[0] == ordered[-1]:
        return _told(ordered, "constant", None, [])
    tried = mixtures(ordered) if len(ordered) >= FEWEST else []
    best = min(tried, key=lambda one: one.bic) if tried else None
    if best is None or not _good(ordered, best):
        return _told(ordered, "empirical", best, tried)
    return _told(ordered, "lognormal" if len(best.weights) == 1 else "mixture", best, tried)


def _good(ordered: Floats, model: Mixture) -> bool:
    near = distance(model.cdf(ordered), len(ordered)) <= max(FARTHEST, by_chance(len(ordered)))
    return near and abs(model.mean() / ordered.mean() - 1) <= MEAN_WITHIN


def distance(cdf: Floats, size: int) -> float:
    """Kolmogorov–Smirnov: of the model's distribution function at the ordered sample, and the sample's own steps.

    Values that are the same count as one step, so that times rounded to seconds are not held against the model.
    """
    steps = np.arange(1, size + 1) / size
    last = np.r_[np.diff(cdf) > 0, True]
    first = np.r_[True, np.diff(cdf) > 0]
    above = steps[last] - cdf[last]
    below = cdf[first] - (steps[first] - 1 / size)
    return float(max(above.max(), below.max(), 0.0))


def by_chance(size: int) -> float:
    """The 1 % point of the Kolmogorov–Smirnov distance of a lognormal whose two parameters are fitted (Stephens, "EDF
    statistics for goodness of fit and some comparisons", 1974); that of a mixture, with more of them, is less."""
    root = sqrt(size)
    return 1.035 / (root - 0.01 + 0.85 / root)


def _anderson_darling(cdf: Floats) -> float:
    """A² / n (Anderson and Darling, 1954)."""
    n = len(cdf)
    inside = np.clip(cdf, 1e-12, 1 - 1e-12)
    ranks = 2 * np.arange(1, n + 1) - 1
    squared = -n - float((ranks * (np.log(inside) + np.log(1 - inside[::-1]))).sum()) / n
    return max(squared, 0.0) / n


def _told(ordered: Floats, model: str, best: Mixture | None, tried: list[Mixture]) -> DurationFit:
    n = len(ordered)
    shares = np.array(SHARES) / 100
    at = ((n - 1) * np.array(SHARES)) // 100
    cdf = best.cdf(ordered) if best is not None and model != "empirical" else None
    fitted = best.quantile(shares) if cdf is not None and best is not None else ordered[at]
    grid = np.linspace(0, n - 1, min(MOST_QUANTILES, max(n, 2)))
    quantiles = np.interp(grid, np.arange(n), ordered) if model == "empirical" else np.array([])
    mean = best.mean() if cdf is not None and best is not None else float(ordered.mean())
    return DurationFit(
        model=model,
        parts=_parts(best) if cdf is not None and best is not None else (),
        bic=tuple(round(one.bic, 1) for one in tried),
        quantiles_us=tuple(round(value) for value in quantiles.tolist()),
        mean_us=mean,
        recorded_mean_us=float(ordered.mean()),
        distance=0.0 if cdf is None else distance(cdf, n),
        by_chance=by_chance(n),
        anderson_darling=0.0 if cdf is None else _anderson_darling(cdf),
        qq_us=tuple((int(a), int(b)) for a, b in zip(ordered[at].tolist(), fitted.tolist(), strict=True)),
    )


def _parts(best: Mixture) -> tuple[tuple[float, int, float], ...]:
    return tuple(
        (round(weight, 4), max(round(float(np.exp(mean))), 1), round(sigma, 3))
        for weight, mean, sigma in zip(best.weights.tolist(), best.means.tolist(), best.sigmas.tolist(), strict=True)
    )
