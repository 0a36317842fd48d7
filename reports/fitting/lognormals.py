"""Mixtures of lognormals fitted to durations by expectation–maximisation; how many parts, the BIC decides."""

from itertools import pairwise
from math import erf, log, pi, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Dempster, Laird and Rubin, "Maximum likelihood from incomplete data via the EM algorithm", 1977; Schwarz, "Estimating
# the dimension of a model", 1978.

MOST_PARTS = 3
ROUNDS = 300
MOST_POINTS = 4_000
"""Of a larger sample, so many of its order statistics: the shape is the same, and EM costs a part and a point alike."""

LEAST_SIGMA, LARGEST_SIGMA = 0.01, 5.0
LEAST_WEIGHT = 0.005


class Mixture(NamedTuple):
    """Parts by rising median: weights (which sum to 1), means and deviations of the logarithm of µs."""

    weights: Floats
    means: Floats
    sigmas: Floats
    bic: float

    def cdf(self, values_us: Floats) -> Floats:
        logs = np.log(np.maximum(values_us, 1e-9))
        z = (logs[:, None] - self.means) / self.sigmas
        return np.asarray(normal_cdf(z) @ self.weights)

    def mean(self) -> float:
        return float((self.weights * np.exp(self.means + self.sigmas**2 / 2)).sum())

    def quantile(self, shares: Floats) -> Floats:
        """By bisection on the logarithm."""
        low = np.full(len(shares), float((self.means - 9 * self.sigmas).min()))
        high = np.full(len(shares), float((self.means + 9 * self.sigmas).max()))
        for _ in range(60):
            middle = (low + high) / 2
            below = self.cdf(np.exp(middle)) < shares
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.asarray(np.exp((low + high) / 2))


def normal_cdf(z: Floats) -> Floats:
    """Φ, without scipy: erf of the standard library, once per different value."""
    flat, back = np.unique(np.round(z, 6), return_inverse=True)
    phi = np.array([(1 + erf(value / sqrt(2))) / 2 for value in flat.tolist()])
    return np.asarray(phi[back].reshape(z.shape))


def mixtures(durations_us: Floats) -> list[Mixture]:
    """The best mixture of one, two and three parts, as far as there are enough different values for them."""
    logs = np.log(thinned(np.sort(durations_us)))
    different = len(np.unique(logs))
    return [_fit(logs, parts, len(durations_us)) for parts in range(1, MOST_PARTS + 1) if different >= 5 * parts - 3]


def thinned(ordered: Floats) -> Floats:
    """At most MOST_POINTS order statistics, of equal steps in probability."""
    if len(ordered) <= MOST_POINTS:
        return ordered
    return np.asarray(ordered[((np.arange(MOST_POINTS) + 0.5) * len(ordered) / MOST_POINTS).astype(np.int64)])


def _fit(logs: Floats, parts: int, size: int) -> Mixture:
    """From two starts, by equal groups and by a small part at each end; the more likely one is kept."""
    cuts = [np.linspace(0, 1, parts + 1)]
    if parts > 1:
        cuts.append(np.concatenate([[0.0], np.linspace(0.1, 0.9, parts - 1) if parts > 2 else [0.2], [1.0]]))
        cuts.append(np.concatenate([[0.0], np.linspace(0.6, 0.95, parts - 1) if parts > 2 else [0.8], [1.0]]))
    found = [_climb(logs, (cut * len(logs)).astype(int)) for cut in cuts]
    likelihood, weights, means, sigmas = max(found, key=lambda one: one[0])
    order = np.argsort(means, kind="stable")
    bic = -2 * likelihood * size / len(logs) + (3 * parts - 1) * log(size)
    return Mixture(weights[order], means[order], sigmas[order], float(bic))


def _climb(logs: Floats, cuts: NDArray[np.int64]) -> tuple[float, Floats, Floats, Floats]:
    groups = [logs[first:end] for first, end in pairwise(cuts.tolist())]
    weights = np.array([max(len(group), 1) for group in groups], np.float64)
    weights /= weights.sum()
    means = np.array([group.mean() if len(group) else logs.mean() for group in groups])
    sigmas = np.array([_deviation(float(group.std()) if len(group) else 1.0) for group in groups])
    before = likelihood = -np.inf
    for _ in range(ROUNDS):
        density = -((logs[:, None] - means) ** 2) / (2 * sigmas**2) - np.log(sigmas) + np.log(weights)
        peak = density.max(axis=1, keepdims=True)
        shares = np.exp(density - peak)
        total = shares.sum(axis=1, keepdims=True)
        likelihood = float((peak + np.log(total)).sum() - len(logs) * log(2 * pi) / 2)
        if likelihood - before < 1e-7 * len(logs):
            break
        before = likelihood
        shares /= total
        mass = np.maximum(shares.sum(axis=0), 1e-9)
        weights = np.maximum(mass / len(logs), LEAST_WEIGHT)
        weights /= weights.sum()
        means = (shares * logs[:, None]).sum(axis=0) / mass
        spread = np.sqrt((shares * (logs[:, None] - means) ** 2).sum(axis=0) / mass)
        sigmas = np.clip(spread, LEAST_SIGMA, LARGEST_SIGMA)
    return likelihood, weights, means, sigmas


def _deviation(value: float) -> float:
    return min(max(value, 0.05), LARGEST_SIGMA)
