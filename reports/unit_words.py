"""A value in base units in words, whatever its unit: for figures of which only the scenario knows what they are."""

from reports.statistics.intervals import Estimate
from reports.wording import NONE, duration, money, number, percent
from scenarios.vocabulary import Unit


def in_unit(value: float | None, unit: Unit, signed: bool = False) -> str:
    """`1m 40s`, `$12.30`, `5 %`, `0.987`; `signed` puts a + before what is more than nothing."""
    if value is None:
        return NONE
    plus = "+" if signed and value > 0 else ""
    if unit == "us":
        return plus + duration(round(value))
    if unit == "udollars":
        return plus + money(round(value))
    if unit == "share":
        return f"-{percent(-value)}" if value < 0 else plus + percent(value)
    return plus + number(value)


def interval_words(estimate: Estimate, unit: Unit, signed: bool = False) -> str:
    """`30m 1s to 33m 5s`, or why there is none."""
    if estimate.low is None or estimate.high is None:
        return f"none: {estimate.why_none}"
    return f"{in_unit(estimate.low, unit, signed)} to {in_unit(estimate.high, unit, signed)}"
