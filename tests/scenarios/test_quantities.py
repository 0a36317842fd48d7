"""Quantities are read exactly, or refused with what was wrong and an example."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.quantities import CPU, DURATION, GPU, POSITIVE_RATE, PRICE, QUANTITIES, SIZE, Quantity, QuantityError

DAY_US = 86_400_000_000


@pytest.mark.parametrize(
    ("kind", "text", "worth"),
    [
        (DURATION, "250us", 250),
        (DURATION, "5ms", 5_000),
        (DURATION, "0.5ms", 500),
        (DURATION, "30s", 30_000_000),
        (DURATION, "90m", 5_400_000_000),
        (DURATION, "1h 5min", 3_900_000_000),
        (DURATION, "2h", 7_200_000_000),
        (DURATION, "1h30m", 5_400_000_000),
        (DURATION, "1h 30m", 5_400_000_000),
        (DURATION, "1.5h", 5_400_000_000),
        (DURATION, "1m5ms", 60_005_000),
        (DURATION, "1d", DAY_US),
        (DURATION, "1w2d", 9 * DAY_US),
        (DURATION, "0s", 0),
        (CPU, "4cpu", 4_000),
        (CPU, "500mcpu", 500),
        (CPU, "0.1cpu", 100),
        (SIZE, "512MiB", 512),
        (SIZE, "16 GiB", 16_384),
        (SIZE, "1.5GiB", 1_536),
        (SIZE, "1TiB", 1_048_576),
        (GPU, "1gpu", 1_000),
        (GPU, "0.5gpu", 500),
        (PRICE, "$0.012/min", 720_000),
        (PRICE, "$0.192/h", 192_000),
        (PRICE, "$0.00001/s", 36_000),
        (PRICE, "$0/h", 0),
        (POSITIVE_RATE, "40/h", 40.0),
        (POSITIVE_RATE, "2/s", 7_200.0),
        (POSITIVE_RATE, "1000/d", 1000 / 24),
        (POSITIVE_RATE, "168/w", 1.0),
    ],
)
def test_people_write_units_and_get_base_units(kind: Quantity, text: str, worth: float) -> None:
    assert kind.parse(text) == worth
    assert isinstance(kind.parse(text), int) or kind is POSITIVE_RATE


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        (DURATION, "0.5us", "finer than 1us"),
        (DURATION, "5sec", "did you mean 5s?"),
        (DURATION, "10S", "did you mean 10s?"),
        (DURATION, "-3s", "negative"),
        (DURATION, "5201w", "more than the largest, 5200w"),
        (DURATION, "9223372036854775808us", ""),
        (DURATION, "1e9s", ""),
        (DURATION, "30m1h", ""),
        (CPU, "1.0005cpu", "finer than 1mcpu"),
        (CPU, "500m", "did you mean 500mcpu?"),
        (CPU, "4CPU", "did you mean 4cpu?"),
        (SIZE, "16GB", "GB counts in tens, not in whole MiB, did you mean 16GiB?"),
        (SIZE, "16Gi", "did you mean 16GiB?"),
        (SIZE, "0.3GiB", "finer than 1MiB"),
        (SIZE, "1025TiB", "more than the largest, 1024TiB"),
        (GPU, "0.0001gpu", "finer than 0.001gpu"),
        (PRICE, "0.192/h", "did you mean $0.192/h?"),
        (PRICE, "$0.0000001/h", "finer than $0.000001/h"),
        (PRICE, "-$1/h", "negative"),
        (POSITIVE_RATE, "999999999/s", "more than the largest, 100000000/h"),
        (POSITIVE_RATE, "0/h", ""),
    ],
)
def test_refusals_say_why(kind: Quantity, text: str, why: str) -> None:
    with pytest.raises(QuantityError) as caught:
        kind.parse(text)
    assert caught.value.why == why


@pytest.mark.parametrize("kind", QUANTITIES, ids=lambda kind: kind.what)
@pytest.mark.parametrize("bare", [0, 1, 1.5, "0", "16", "", " ", "nan", "inf", ".inf", "٣s", None, True, [], {}, "s"])
def test_nothing_goes_without_a_unit(kind: Quantity, bare: object) -> None:
    with pytest.raises(QuantityError):
        kind.parse(bare)


@pytest.mark.parametrize("kind", [kind for kind in QUANTITIES if kind.whole], ids=lambda kind: kind.what)
@given(data=st.data())
def test_what_is_written_is_read_back(kind: Quantity, data: st.DataObject) -> None:
    amount = data.draw(st.integers(int(kind.positive), kind.largest))
    assert kind.parse(kind.format(amount)) == amount


@given(weeks=st.integers(0, 5000), hours=st.integers(0, 10**4), ms=st.integers(0, 10**6))
def test_parts_of_a_duration_add_up(weeks: int, hours: int, ms: int) -> None:
    assert DURATION.parse(f"{weeks}w{hours}h{ms}ms") == weeks * 7 * DAY_US + hours * 3_600_000_000 + ms * 1_000


@pytest.mark.parametrize("kind", QUANTITIES, ids=lambda kind: kind.what)
@given(text=st.text(alphabet="0123456789.-$/ wdhmsuincpgGMTiBe\n", max_size=12))
def test_any_text_is_read_or_refused(kind: Quantity, text: str) -> None:
    try:
        worth = kind.parse(text)
    except QuantityError:
        return
    assert 0 <= worth <= kind.largest
