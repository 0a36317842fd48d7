"""Figures in words that people read: durations, money, counts, shares, sizes."""

from itertools import pairwise

UNITS = {"d": 86_400_000_000, "h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000}
NONE = "–"


def duration(us: int | None) -> str:
    """Two leading units at most: `2d 3h`, `1m 40s`, `12.5 s`, `250 ms`, `80 µs`, `0`; `–` for None."""
    if us is None:
        return NONE
    if us < 0:
        return f"-{duration(-us)}"
    if us == 0:
        return "0"
    if us < 1_000:
        return f"{us} µs"
    if us < 999_500:
        return f"{us / 1_000:.3g} ms"
    if us < 59_950_000:
        return f"{_plain(us / 1_000_000, 1)} s"
    for unit, smaller in pairwise(UNITS):
        whole = (us + UNITS[smaller] // 2) // UNITS[smaller]  # rounded to the smaller unit
        big, small = divmod(whole, UNITS[unit] // UNITS[smaller])
        if big:
            break
    return f"{big}{unit} {small}{smaller}" if small else f"{big}{unit}"


def short_duration(us: int | None) -> str:
    """`duration` in at most six characters: `1m40s`, `12h5m`, `2d3h`, `250ms`, `12.5s`."""
    return duration(us).replace(" ", "")


def brief_duration(us: int | None) -> str:
    """One unit, two or three digits, at most five characters: `2.3m`, `34m`, `1.1h`, `99ms`, `12d`."""
    if us is None or us <= 0:
        return duration(us)
    if us < 59_500_000:
        for size, unit in ((1, "µs"), (1_000, "ms"), (1_000_000, "s")):
            if us / size < 999.5 or unit == "s":
                return f"{_two_digits(us / size)}{unit}"
    for (unit, size), (_, larger) in pairwise([*reversed(UNITS.items()), ("", 1 << 62)]):
        if size > 1_000_000 and us + size // 2 < larger:
            return f"{_two_digits(us / size)}{unit}"
    return duration(us)


def _two_digits(value: float) -> str:
    """`9.9`, `10`, `123`; no `.0`."""
    return _plain(value, 1) if value < 9.95 else f"{value:.0f}"


def money(udollars: int | None) -> str:
    """`$1,234.56`; below a dollar four digits, `$0.0123`; below that the micro-dollars, `$0.000012`; `$0`."""
    if udollars is None:
        return NONE
    if udollars < 0:
        return f"-{money(-udollars)}"
    if udollars == 0:
        return "$0"
    if udollars < 100:
        return f"${udollars / 1e6:.6f}"
    if udollars < 995_000:
        return f"${udollars / 1e6:.4f}"
    return f"${udollars / 1e6:,.2f}"


def percent(share: float | None) -> str:
    """`62.3 %`; a share that is not 0 or 1 never reads `0 %` or `100 %`."""
    if share is None:
        return NONE
    if 0 < share < 0.0005:
        return "< 0.1 %"
    if 0.9995 <= share < 1:
        return "> 99.9 %"
    return f"{_plain(share * 100, 1)} %"


def count(n: int | None) -> str:
    return NONE if n is None else f"{n:,}"


def several(n: int, one: str, many: str | None = None) -> str:
    """`1 job`, `2 jobs`, `1,000 jobs`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def index(value: float | None) -> str:
    """A fairness index in three digits, cut and not rounded so that only 1 reads `1`: `0.987`, `0.999`, `1`."""
    if value is None:
        return NONE
    return "1" if value >= 1 - 1e-9 else f"{int(value * 1000) / 1000:.3f}"


def number(value: float) -> str:
    """`12,345`, `123`, `12.3`, `1.23`."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def seconds(s: float) -> str:
    """Wall time: `1.23 s`, `45 ms`, `2m 5s`."""
    return f"{s:.2f} s" if 1 <= s < 10 else duration(round(s * 1_000_000))


def shortened(text: str, width: int) -> str:
    """`text` in at most `width` characters, its end cut to `…`."""
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"


def listed(items: list[str], most: int = 3) -> str:
    """`a`, `a and b`, `a, b and c`, `a, b, c and 4 more`."""
    if len(items) > most:
        items = [*items[:most], f"{len(items) - most} more"]
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else "none"


def sentence(text: str, capital: bool = True) -> str:
    """A remark as a sentence: `Each attempt counts.`"""
    first = text[:1].upper() if capital else text[:1]
    return f"{first}{text[1:]}{'' if text.endswith('.') else '.'}"


def _plain(value: float, digits: int) -> str:
    """Fixed digits without a trailing `.0`."""
    return f"{value:.{digits}f}".removesuffix("." + "0" * digits)
