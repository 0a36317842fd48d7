"""Intervals from one stretch of correlated observations: batches of consecutive ones (batch means, sectioning)."""

from collections.abc import Callable, Sequence
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reports.statistics.student import t_critical

BATCHES = 20
STUDENT_T_19 = {0.90: 1.729, 0.95: 2.093, 0.99: 2.861}
"""As printed tables have it: stored reports were made with these digits."""

MAX_LAG1 = 1.645 / sqrt(BATCHES)
"""Above this, neighbouring batches are correlated at the one-sided 5 % level and the interval would be too narrow."""


class Sectioned(NamedTuple):
    """The statistic of everything, the half-width around it (None when `lag1` is too high), and how it came about."""

    centre: float
    half: float | None
    size: int
    lag1: float


def sectioned(values: Any, statistic: Callable[[Any], float], level: float = 0.95) -> Sectioned:
    """Half-width of `statistic` of `values` in order of time, by 20 batches; needs 20 values at least.

    Half-width = t · √(Σ (qⱼ − q)² / (b (b − 1))), q of all values, qⱼ of batch j, b = 20 equal batches; values that
    do not fill a batch are left out of the batches, at the end. For the mean this is the method of batch means.
    Sources: Schmeiser 1982 (10 to 30 batches suffice); Asmussen and Glynn 2007, III.5 (sectioning).
    """
    size = len(values) // BATCHES
    centre = statistic(values)
    batches = np.array([statistic(values[i * size : (i + 1) * size]) for i in range(BATCHES)], np.float64)
    correlation = lag1(batches)
    if correlation > MAX_LAG1:
        return Sectioned(centre, None, size, correlation)
    half = STUDENT_T_19.get(level, t_critical(level, BATCHES - 1)) * _error(batches, centre)
    return Sectioned(centre, half, size, correlation)


def over_sections(whole: float, sections: Sequence[float], level: float = 0.95) -> float:
    """The half-width around `whole`, the statistic of all values, where `sections` are those of independent parts.

    With replications as parts it is centred on the quantile of the pooled values, whose bias is that of n · m values,
    not of m as the mean of the parts' quantiles has it; the deviations from `whole` make up for the difference.
    """
    return t_critical(level, len(sections) - 1) * _error(np.array(sections, np.float64), whole)


def _error(parts: NDArray[np.float64], centre: float) -> float:
    """√(Σ (qⱼ − q)² / (b (b − 1)))."""
    b = len(parts)
    return sqrt(float(np.sum((parts - centre) ** 2)) / (b * (b - 1)))


def lag1(batches: NDArray[np.float64]) -> float:
    """Correlation of each batch with the next; 0 when all batches are alike."""
    deviation = batches - batches.mean()
    variance = float(deviation @ deviation)
    return float(deviation[:-1] @ deviation[1:]) / variance if variance else 0.0
