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
    """`30m 1s to 33m 5s`; `–` where there is none. Only differences, which are `signed`, are ever less than nothing."""
    if estimate.low is None or estimate.high is None:
        return NONE
    low = estimate.low if signed else max(0.0, estimate.low)
    return f"{in_unit(low, unit, signed)} to {in_unit(estimate.high, unit, signed)}"
