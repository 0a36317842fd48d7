"""Durations as GitLab reads them: `1h 30m`, `3 hours 30 minutes`, `3600 seconds`, or bare seconds."""

import re

from domain.shared.units import SECOND_US

_UNITS = {
    "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3_600, "hr": 3_600, "hour": 3_600,
    "d": 86_400, "day": 86_400, "w": 604_800, "week": 604_800, "mo": 2_592_000, "month": 2_592_000, "y": 31_536_000,
    "year": 31_536_000,
}  # fmt: skip
_PART = re.compile(r"([0-9]{1,9})\s*([a-z]*)")


def microseconds(text: str) -> int | None:
    """None for what is no duration, or none above 0."""
    cleaned = re.sub(r"\band\b|,", " ", text.lower()).strip()
    total = at = 0
    while at < len(cleaned):
        found = _PART.match(cleaned, at)
        unit = (found.group(2) or "s") if found else ""
        worth = _UNITS.get(unit) or _UNITS.get(unit.removesuffix("s"))
        if found is None or worth is None:
            return None
        total += int(found.group(1)) * worth
        at = found.end()
        at += len(cleaned[at:]) - len(cleaned[at:].lstrip())
    return total * SECOND_US or None
