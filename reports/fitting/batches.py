"""Which jobs come together, and how many: batches of a trace, and the distribution of their sizes."""

from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reports.fitting.figures import BatchFit
from reports.fitting.lognormals import Floats, normal_cdf
from scenarios.traces.recording import Recording

Ints = NDArray[np.int64]

MOST_VALUES = 60
FARTHEST, MEAN_WITHIN = 0.05, 0.05
FEWEST = 30
LEAST_MEDIAN = 0.1
"""Below, nearly all pushes have one job, and a lognormal says less than their sizes do."""


class Batches(NamedTuple):
    """When each came (µs from the first arrival, rising), how many jobs it had, and by what jobs were put together."""

    at_us: Ints
    sizes: Ints
    by: str


def batches_of(recording: Recording, gap_us: int) -> Batches:
    """Jobs of one pipeline, or of all where there are none, without a gap above `gap_us` between them."""
    r = recording
    known = bool((r.pipeline >= 0).any())
    rows = np.arange(len(r), dtype=np.int64)
    whose = np.where(r.pipeline >= 0, r.pipeline, -1 - rows) if known else np.zeros(len(r), np.int64)
    order = np.lexsort((rows, r.queued_us, whose))
    at, of = r.queued_us[order], whose[order]
    first = np.r_[True, (np.diff(of) != 0) | (np.diff(at) > gap_us)]
    starts = np.flatnonzero(first)
    sizes = np.diff(np.r_[starts, len(r)])
    times = at[starts]
    by_time = np.argsort(times, kind="stable")
    return Batches(times[by_time], sizes[by_time], "pipeline and moment" if known else "moment")


def fit_batches(found: Batches) -> BatchFit:
    """A lognormal where it is near in shape and mean, else the sizes as recorded."""
    sizes = np.sort(found.sizes)
    mean, largest = float(sizes.mean()), int(sizes[-1])
    if sizes[0] == sizes[-1]:
        return BatchFit(by=found.by, model="constant", recorded_mean=mean, largest=largest, mean=mean)
    if len(sizes) >= FEWEST:
        mu, sigma = _likeliest(sizes)
        away, fitted = _against(sizes, mu, sigma)
        if mu > log(LEAST_MEDIAN) and away <= FARTHEST and abs(fitted / mean - 1) <= MEAN_WITHIN:
            return BatchFit(
                by=found.by, model="lognormal", median=float(np.exp(mu)), sigma=sigma, recorded_mean=mean,
                largest=largest, mean=fitted, distance=away,
            )  # fmt: skip
    values, weights = _weighted(sizes)
    return BatchFit(
        by=found.by, model="weighted", values=tuple(values.tolist()), weights=tuple(weights.tolist()),
        recorded_mean=mean, largest=largest, mean=float((values * weights).sum() / weights.sum()),
    )  # fmt: skip


def _likeliest(sizes: Ints) -> tuple[float, float]:
    """Of max(1, round(LogN)) capped at the largest: the most likely μ and σ, on a grid that closes in."""
    values, times = np.unique(sizes, return_counts=True)
    mu, sigma, wide_mu, wide_sigma = float(np.log(sizes).mean()) - 0.5, 1.5, 4.0, 1.45
    for _ in range(9):
        tried = [
            (float((times * np.log(np.maximum(_chances(values, m, s), 1e-300))).sum()), m, s)
            for m in np.linspace(mu - wide_mu, mu + wide_mu, 9).tolist()
            for s in np.linspace(max(sigma - wide_sigma, 0.02), min(sigma + wide_sigma, 5.0), 9).tolist()
        ]
        _, mu, sigma = max(tried)
        wide_mu, wide_sigma = wide_mu * 0.4, wide_sigma * 0.4
    return mu, sigma


def _chances(values: Ints, mu: float, sigma: float) -> Floats:
    """Of each of the different sizes, the last of which is the cap."""
    upper = normal_cdf((np.log(values + 0.5) - mu) / sigma)
    lower = normal_cdf((np.log(np.maximum(values - 0.5, 1e-9)) - mu) / sigma)
    lower[values == 1] = 0.0
    upper[-1] = 1.0
    return np.asarray(upper - lower)


def _against(sizes: Ints, mu: float, sigma: float) -> tuple[float, float]:
    """Largest difference of the distribution functions, and the mean of the model."""
    every = np.arange(1, int(sizes[-1]) + 1)
    chances = _chances(every, mu, sigma)
    recorded = np.searchsorted(sizes, every, side="right") / len(sizes)
    return float(np.abs(np.cumsum(chances) - recorded).max()), float((every * chances).sum())


def _weighted(sizes: Ints) -> tuple[Ints, Floats]:
    """Sizes and how often; of many different ones, those that are near each other become their mean."""
    values, times = np.unique(sizes, return_counts=True)
    if len(values) > MOST_VALUES:
        edges = np.unique(np.geomspace(1, values[-1] + 1, MOST_VALUES).astype(np.int64))
        bins = np.searchsorted(edges, values, side="right")
        kept = np.unique(bins)
        values, times = (
            np.array([round(float(np.average(values[bins == b], weights=times[bins == b]))) for b in kept.tolist()]),
            np.array([times[bins == b].sum() for b in kept.tolist()]),
        )
    return values.astype(np.int64), times.astype(np.float64)
