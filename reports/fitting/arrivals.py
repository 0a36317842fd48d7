"""How the rate of pushes moves: not at all, with the hour of the day and the weekend, or with the hour of the week."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from reports.fitting.figures import ArrivalFit
from reports.fitting.lognormals import Floats

Ints = NDArray[np.int64]
HOUR_US, DAY_US, WEEK_US = 3_600_000_000, 86_400_000_000, 7 * 86_400_000_000
PROFILES = ("auto", "flat", "day", "week")

ENOUGH_WEEKS, ENOUGH_PUSHES = 3, 168 * 10
"""For 168 rates of their own: each hour of the week seen three times, and ten pushes in it on average."""


def hours_of_week(at_us: Ints, timezone: str) -> Ints:
    """0 is Monday 00:00 there; of a trace without a calendar (`timezone` empty) its time 0 is. `at_us` since 1970."""
    hours = at_us // HOUR_US
    if not timezone:
        return np.asarray(hours % 168)
    different, back = np.unique(hours, return_inverse=True)
    zone = ZoneInfo(timezone)
    ahead = [
        round(((datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour)).astimezone(zone).utcoffset() or timedelta())
              .total_seconds())
        for hour in different.tolist()
    ]  # fmt: skip
    local = at_us + np.array(ahead, np.int64)[back] * 1_000_000
    return np.asarray((local // HOUR_US + 72) % 168)  # 1970 began on a Thursday


def fit_arrivals(at_us: Ints, first_us: int, last_us: int, timezone: str, wanted: str) -> ArrivalFit:
    """Of pushes at `at_us` in an observation from `first_us` to `last_us`, all since 1970."""
    span = max(last_us - first_us, 1)
    pushed = np.bincount(hours_of_week(at_us, timezone), minlength=168).astype(np.float64)
    seen = _seen(first_us, last_us, timezone)
    profile = _choose(wanted, span, len(at_us), bool(timezone), seen)
    hours, weekend = _shape(profile, pushed, seen)
    week = np.concatenate([hours * (1.0 if day < 5 else weekend) for day in range(7)]) if len(hours) == 24 else hours
    scale = len(at_us) / max(float((week * seen).sum()), 1e-12)
    mean = float(hours.mean())
    return ArrivalFit(
        pushes=len(at_us),
        rate_per_hour=float(week.mean() * scale),
        profile=profile,
        hours=() if profile == "flat" else tuple(round(value / mean, 3) for value in hours.tolist()),
        weekend=round(weekend, 3),
        timezone=timezone,
        weeks=span / WEEK_US,
    )


def _seen(first_us: int, last_us: int, timezone: str) -> Floats:
    """How many hours of each hour of the week were observed."""
    edges = np.arange(first_us // HOUR_US, last_us // HOUR_US + 1, dtype=np.int64) * HOUR_US
    lasts = np.minimum(edges + HOUR_US, last_us) - np.maximum(edges, first_us)
    cells = hours_of_week(edges, timezone)
    return np.bincount(cells, weights=np.maximum(lasts, 0) / HOUR_US, minlength=168).astype(np.float64)


def _choose(wanted: str, span_us: int, pushes: int, dated: bool, seen: Floats) -> str:
    """What there is enough of to tell one hour from another."""
    days = seen.reshape(7, 24).sum(axis=1)
    both = dated and bool((days[:5].sum() >= 24) and (days[5:].sum() >= 24))
    if wanted == "flat" or (wanted == "auto" and (span_us < 2 * DAY_US or pushes < 24 * 5)):
        return "flat"
    if wanted == "week" or (
        wanted == "auto" and dated and span_us >= ENOUGH_WEEKS * WEEK_US and pushes >= ENOUGH_PUSHES
    ):
        return "week"
    return "day and weekend" if both else "day"


def _shape(profile: str, pushed: Floats, seen: Floats) -> tuple[Floats, float]:
    """Relative rates of the hours, and of the weekend; an hour that was never observed has the mean of the others."""
    if profile == "flat":
        return np.ones(24), 1.0
    if profile == "week":
        return _rates(pushed, seen), 1.0
    by_day, of_day = pushed.reshape(7, 24), seen.reshape(7, 24)
    if profile == "day":
        return _rates(by_day.sum(axis=0), of_day.sum(axis=0)), 1.0
    hours = _rates(by_day[:5].sum(axis=0), of_day[:5].sum(axis=0))
    expected = float((hours * of_day[5:].sum(axis=0)).sum())  # were the weekend like any other day
    return hours, float(by_day[5:].sum()) / max(expected, 1e-12)


def _rates(pushed: Floats, seen: Floats) -> Floats:
    rates = pushed / np.maximum(seen, 1e-9)
    known = seen > 0
    rates[~known] = rates[known].mean() if known.any() else 1.0
    return rates if rates.any() else np.ones(len(rates))
