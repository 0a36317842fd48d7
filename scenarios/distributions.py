"""Draws from the distributions of a scenario file, in blocks and as whole numbers."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from scenarios.quantities import DURATION
from scenarios.spec import Count, Distribution

Ints = NDArray[np.int64]

_BLOCK = 512


def sample_us(distribution: Distribution, generator: np.random.Generator, size: int) -> Ints:
    """`size` independent durations ≥ 0 in whole microseconds; raises ValueError when the distribution is empty."""
    if distribution.constant is not None:
        return np.full(size, distribution.constant, np.int64)
    if distribution.exponential is not None:
        return _whole(generator.standard_exponential(size) * distribution.exponential.mean)
    if distribution.uniform is not None:
        low, high = distribution.uniform.low, distribution.uniform.high
        return _whole(low + (high - low) * generator.random(size))
    if distribution.lognormal is not None:
        one = distribution.lognormal
        return _whole(one.median * np.exp(one.sigma * generator.standard_normal(size)))
    if distribution.mixture:
        parts = distribution.mixture
        weights = np.cumsum([part.weight for part in parts])
        which = np.searchsorted(weights[:-1] / weights[-1], generator.random(size), side="right")
        medians = np.array([part.median for part in parts], np.float64)
        sigmas = np.array([part.sigma for part in parts])
        return _whole(medians[which] * np.exp(sigmas[which] * generator.standard_normal(size)))
    if distribution.empirical is not None:
        quantiles = np.array(distribution.empirical.quantiles, np.float64)
        return _whole(np.interp(generator.random(size) * (len(quantiles) - 1), np.arange(len(quantiles)), quantiles))
    raise ValueError("a distribution needs one of constant, exponential, uniform, lognormal, mixture or empirical")


def sample_counts(count: Count, generator: np.random.Generator, size: int) -> Ints:
    """`size` independent numbers of jobs; max(1, round(LogN)) capped at `max` for the lognormal."""
    if count.constant is not None:
        return np.full(size, count.constant, np.int64)
    if count.lognormal is not None:
        one = count.lognormal
        drawn = one.median * np.exp(one.sigma * generator.standard_normal(size))
        return np.rint(np.clip(drawn, 1, one.max)).astype(np.int64)
    if count.weighted is not None:
        ends = np.cumsum(count.weighted.weights)
        which = np.searchsorted(ends[:-1] / ends[-1], generator.random(size), side="right")
        return np.array(count.weighted.values, np.int64)[which]
    raise ValueError("a count needs one of constant, lognormal or weighted")


def latencies_us(distribution: Distribution, generator: np.random.Generator) -> Callable[[], int]:
    """A source of delays ≥ 0 in whole microseconds, one a call, drawn in blocks."""
    if distribution.constant is not None:
        constant = distribution.constant
        return lambda: constant

    def draw() -> Iterator[int]:
        while True:
            yield from sample_us(distribution, generator, _BLOCK).tolist()

    return draw().__next__


def _whole(values: NDArray[np.float64]) -> Ints:
    """Capped at the longest duration there is, so that the far tail of a wide lognormal stays an integer."""
    return np.rint(np.minimum(values, DURATION.largest)).astype(np.int64)
