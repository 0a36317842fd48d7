"""What a machine costs: rounded up, never less than the minimum, nothing when unused, and never less for longer use."""

from hypothesis import given
from hypothesis import strategies as st

from domain.shared.units import HOUR_US
from domain.workers.billing import PriceList, Tariff, billed_us

TIMES = st.integers(0, 10**13)
TARIFFS = st.builds(Tariff, st.integers(0, 10**8), st.integers(1, HOUR_US), st.integers(0, 24 * HOUR_US))


@given(tariff=TARIFFS, time=TIMES, more=TIMES)
def test_longer_use_never_costs_less_and_none_costs_nothing(tariff: Tariff, time: int, more: int) -> None:
    assert tariff.charge_udollars(0) == 0
    assert tariff.charge_udollars(time) <= tariff.charge_udollars(time + more)


@given(tariff=TARIFFS, time=st.integers(1, 10**13))
def test_what_is_billed_covers_the_use_the_granule_and_the_minimum(tariff: Tariff, time: int) -> None:
    billed = billed_us(time, tariff.granularity_us, tariff.minimum_us)
    assert billed >= max(time, tariff.minimum_us)
    assert billed == tariff.minimum_us or billed % tariff.granularity_us == 0
    assert billed < max(time + tariff.granularity_us, tariff.minimum_us + 1)


@given(low=st.integers(0, 10**8), more=st.integers(0, 10**8), time=TIMES)
def test_the_cheaper_price_never_costs_more(low: int, more: int, time: int) -> None:
    """So that spot savings are never negative."""
    prices = PriceList(
        {"spot": Tariff(low, 1_000_000, 60_000_000), "on-demand": Tariff(low + more, 1_000_000, 60_000_000)}
    )
    assert prices.charge_udollars("spot", time) <= prices.charge_udollars("on-demand", time)


def test_a_mac_host_used_for_a_minute_is_paid_for_a_day() -> None:
    mac = Tariff(1_000_000, 1_000_000, 24 * HOUR_US)
    assert mac.charge_udollars(60_000_000) == 24_000_000
    assert mac.charge_udollars(25 * HOUR_US) == 25_000_000
