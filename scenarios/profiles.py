"""How the rate of pushes moves through the week, and the times that follow from it."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from domain.shared.units import HOUR_US
from scenarios.spec import Pushes

HOURS_PER_WEEK = 168
WEEK_US = HOURS_PER_WEEK * HOUR_US

PROFILES: dict[str, tuple[float, ...]] = {
    "flat": (1.0,) * 24,
    # An assumption of ours, of one time zone: quiet nights, a morning rise, a dip at noon, a long afternoon. For scale:
    # Pulumi's pull-request runs of 2025 (weekdays, UTC) have a busiest hour of 2.3 and a quietest of 0.1 × the mean.
    "office-hours": (
        0.15, 0.10, 0.10, 0.10, 0.10, 0.15, 0.30, 0.70, 1.40, 2.00, 2.25, 2.20,
        1.75, 1.95, 2.25, 2.30, 2.15, 1.80, 1.20, 0.80, 0.60, 0.45, 0.35, 0.25,
    ),
}  # fmt: skip
"""Rate of each hour of a weekday relative to the others; hour 0 begins at midnight."""

_BLOCK = 512
_FAR_WEEKS = 1e6
"""Beyond any horizon: where rates are tiny, pushes later than this would not fit into 64 bits."""


def hourly_rates(pushes: Pushes) -> NDArray[np.float64]:
    """Pushes per hour for each of the 168 hours from Monday 00:00; their mean is `pushes.rate`.

    Raises ValueError when a profile has not 24 or 168 hours or all of them are 0.
    """
    day = np.array(PROFILES[pushes.profile] if isinstance(pushes.profile, str) else pushes.profile, np.float64)
    if len(day) not in (24, HOURS_PER_WEEK) or not day.any():
        raise ValueError("an hour profile has 24 or 168 numbers, and not all of them 0")
    days = day.reshape(7, 24) if len(day) == HOURS_PER_WEEK else [day] * 7
    week = np.concatenate([days[weekday] * (1.0 if weekday < 5 else pushes.weekend) for weekday in range(7)])
    rates: NDArray[np.float64] = week * (pushes.rate / week.mean())
    return rates


def arrival_blocks(rates: NDArray[np.float64], generator: np.random.Generator) -> Iterator[list[int]]:
    """Times (µs, rising, without end) of a Poisson process with these hourly rates, a block at a time.

    Unit-rate exponential gaps go through the inverse of the cumulative rate (Çinlar, "Introduction to Stochastic
    Processes", 1975), so a flat profile gives exactly exponential gaps, and another rate moves the same draws in time.
    """
    before = np.concatenate([[0.0], np.cumsum(rates)])  # expected pushes before each hour of the week
    weekly = before[-1]
    week, passed = 0, 0.0  # `passed`: expected pushes since the start of `week`, at the last push
    while True:
        at = passed + np.cumsum(generator.standard_exponential(_BLOCK))
        weeks = np.floor(np.minimum(at / weekly, _FAR_WEEKS)).astype(np.int64)
        rest = np.maximum(at - weeks * weekly, 0.0)
        hour = np.minimum(np.searchsorted(before, rest, side="right") - 1, HOURS_PER_WEEK - 1)
        with np.errstate(divide="ignore", invalid="ignore"):  # an hour of rate 0 is reached by rounding only
            within = np.nan_to_num((rest - before[hour]) / rates[hour], posinf=1.0)
        inside_us = np.clip(within * HOUR_US, 0, HOUR_US - 1).astype(np.int64)
        times = (week + weeks) * WEEK_US + hour * HOUR_US + inside_us
        week += int(weeks[-1])
        passed = float(at[-1] - weeks[-1] * weekly)
        yield times.tolist()
