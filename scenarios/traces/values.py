"""Reads single values of a trace: times and durations into whole microseconds, outcomes and names into codes."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from scenarios.quantities import DURATION
from scenarios.workload import CANCELLED, FAILED, SUCCEEDED

YEAR_2200_US = 7_258_118_400_000_000

TIME_UNITS = {"epoch_s": 1_000_000, "epoch_ms": 1_000}
DURATION_UNITS = {"us": 1, "ms": 1_000, "s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000}

OUTCOMES = {
    **dict.fromkeys(("success", "succeeded", "successful", "completed", "complete", "passed", "pass", "ok"), SUCCEEDED),
    **dict.fromkeys(
        ("failed", "failure", "fail", "broken", "error", "errored", "exception", "soft_fail", "startup_failure",
         "timed_out", "timeout"), FAILED,
    ),
    **dict.fromkeys(
        ("cancelled", "canceled", "cancel", "aborted", "abort", "skipped", "interrupted", "stopped", "expired"),
        CANCELLED,
    ),
}  # fmt: skip
"""What the words of the usual CI services mean, in lower case."""

MISSING = ("", "null", "none", "nil", "na", "n/a", "-")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Unusable(Exception):
    """Why a value cannot be used, as the end of a sentence: `missing`, `not a number`, …"""


def microseconds(value: object, unit_us: int) -> int:
    """A number of units in whole microseconds (halves to even); raises Unusable."""
    if type(value) is str and value.isdecimal() and value.isascii() and len(value) < 20:
        return int(value) * unit_us
    if type(value) is int:
        return value * unit_us
    if type(value) is float:
        value = repr(value)
    if value is None or (isinstance(value, str) and value.strip().lower() in MISSING):
        raise Unusable("missing")
    if not isinstance(value, str) or not _NUMBER.match(text := value.strip()):
        raise Unusable("not a number")
    return int((Decimal(text) * unit_us).to_integral_value())


def duration_in(unit: str) -> Callable[[object], int]:
    """A reader of durations in `unit`; it raises Unusable unless they lie between 0 and the longest duration."""
    unit_us = DURATION_UNITS[unit]

    def read(value: object) -> int:
        us = microseconds(value, unit_us)
        if us < 0:
            raise Unusable("negative")
        if us > DURATION.largest:
            raise Unusable("out of range")
        return us

    return read


def time_as(times: str) -> Callable[[object], int]:
    """A reader of times written as `times` into µs since 1970; it raises Unusable unless before the year 2200."""
    unit_us = TIME_UNITS.get(times, 0)

    def read(value: object) -> int:
        us = microseconds(value, unit_us) if unit_us else iso8601_us(value)
        if not 0 <= us < YEAR_2200_US:
            raise Unusable("out of range")
        return us

    return read


def text(value: object) -> str:
    """A name from any value: lists such as GitHub's `labels` are joined by commas.

    What cannot be printed (joiners of emoji, control characters, halves of a surrogate pair) becomes a space, so that
    a scenario, a terminal and UTF-8 can hold the name.
    """
    if isinstance(value, str):
        found = value
    elif value is None:
        return ""
    else:
        found = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    return (found if found.isprintable() else "".join(c if c.isprintable() else " " for c in found)).strip()


def iso8601_us(value: object) -> int:
    """Whole µs since 1970; a time without an offset is UTC, digits beyond µs are cut."""
    if value is None or (isinstance(value, str) and value.strip().lower() in MISSING):
        raise Unusable("missing")
    try:
        moment = datetime.fromisoformat(value.strip())  # type: ignore[attr-defined]
        return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND
    except (ValueError, AttributeError, OverflowError):
        raise Unusable("not an ISO 8601 time") from None


def iso8601_words(us: int) -> str:
    """The other way: µs since 1970 as such a time, in UTC."""
    return (_EPOCH + us * _MICROSECOND).isoformat()
