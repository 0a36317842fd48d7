"""Figures read the way people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.wording import (
    brief_duration,
    count,
    duration,
    index,
    listed,
    money,
    percent,
    seconds,
    several,
    short_duration,
    shortened,
)

S, MIN, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000


@pytest.mark.parametrize(
    ("us", "words"),
    [
        (None, "–"), (0, "0"), (80, "80 µs"), (250_000, "250 ms"), (1_500, "1.5 ms"), (999_600, "1 s"),
        (12_500_000, "12.5 s"), (59 * S, "59 s"), (59_960_000, "1m"), (100 * S, "1m 40s"), (HOUR - 1, "1h"),
        (HOUR + 29 * S, "1h"), (2 * HOUR + 5 * MIN, "2h 5m"), (7 * DAY, "7d"), (2 * DAY + 3 * HOUR, "2d 3h"),
        (-100 * S, "-1m 40s"),
    ],
)  # fmt: skip
def test_durations(us, words) -> None:
    assert duration(us) == words


@pytest.mark.parametrize(
    ("us", "words"),
    [
        (None, "–"), (0, "0"), (80, "80µs"), (999_600, "1s"), (12_500_000, "12s"), (59_960_000, "1m"),
        (100 * S, "1.7m"), (599 * S, "10m"), (3_599 * S, "1h"), (36 * HOUR, "1.5d"), (50 * DAY, "50d"),
    ],
)  # fmt: skip
def test_brief_durations(us, words) -> None:
    assert brief_duration(us) == words


@given(st.integers(0, 9_999 * DAY))
def test_brief_durations_take_five_cells_at_most(us: int) -> None:
    assert len(brief_duration(us)) <= 5


@pytest.mark.parametrize(
    ("udollars", "words"),
    [
        (None, "–"), (0, "$0"), (12, "$0.000012"), (12_300, "$0.0123"), (996_000, "$1.00"),
        (1_234_560_000, "$1,234.56"),
        (-5_000_000, "-$5.00"),
    ],
)  # fmt: skip
def test_money(udollars, words) -> None:
    assert money(udollars) == words


def test_shares_are_never_rounded_to_all_or_nothing() -> None:
    assert [percent(x) for x in (None, 0, 0.0001, 0.5, 0.6234, 0.9999, 1)] == [
        "–", "0 %", "< 0.1 %", "50 %", "62.3 %", "> 99.9 %", "100 %",
    ]  # fmt: skip
    assert [index(x) for x in (None, 0.98765, 0.99996, 1.0)] == ["–", "0.987", "0.999", "1"]


def test_counts_and_lists() -> None:
    assert (count(12345), several(1, "job"), several(2000, "job")) == ("12,345", "1 job", "2,000 jobs")
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
    assert shortened("a very long name", 6) == "a ver…"
    assert (seconds(1.234), seconds(0.045), seconds(125)) == ("1.23 s", "45 ms", "2m 5s")


@given(st.integers(0, 99 * DAY))
def test_a_short_duration_takes_six_characters(us: int) -> None:
    assert len(short_duration(us)) <= 6


@given(st.integers(0, 1000 * DAY), st.integers(0, 1000 * DAY))
def test_a_duration_is_within_three_per_cent_of_what_it_says(us: int, other: int) -> None:
    unit = {"d": DAY, "h": HOUR, "m": MIN, "s": S, "ms": 1000, "µs": 1}
    parts = duration(us).replace(" ms", "ms").replace(" µs", "µs").replace(" s", "s").split()
    said = 0.0
    for part in parts:
        if part == "0":
            continue
        name = part.lstrip("0123456789.e+")
        said += float(part.removesuffix(name)) * unit[name]
    assert abs(said - us) <= us * 0.03
