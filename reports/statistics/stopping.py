"""How many replications are enough: sequential stopping by relative or absolute precision, on a fixed schedule."""

from collections.abc import Iterator

from reports.statistics.intervals import Estimate

START = 10
"""Law and Kelton ask for ten at least: with fewer, a lucky small deviation stops too soon (docs/statistics.md)."""

MOST = 200


def schedule(start: int = START, most: int = MOST) -> Iterator[int]:
    """How many replications there are at each look: `start`, then half as many more, up to `most` (the last)."""
    n = min(start, most)
    while n < most:
        yield n
        n = min(most, n + (n + 1) // 2)
    yield n


def precise(estimate: Estimate, target: float, relative: bool) -> bool:
    """Whether the interval is narrow enough to stop.

    Absolute: half-width < target. Relative: half-width ÷ |value| < γ ÷ (1 + γ) with γ the target, for the error is
    asked for relative to the true value, and the observed one may be too high (Law and Kelton, 9.4.1).
    """
    half, value = estimate.half_width, estimate.value
    if half is None or value is None:
        return False
    return half < target if not relative else half == 0 or half < target / (1 + target) * abs(value)
