"""A provider's bill follows its price list to the micro-dollar, for one use and for a million at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.shared.units import HOUR_US
from domain.workers.billing import billed_us, charge_udollars, price_udollars

S, MIN = 1_000_000, 60_000_000


@pytest.mark.parametrize(
    ("used", "granularity", "minimum", "billed"),
    [
        (0, MIN, MIN, 0),
        (1, MIN, 0, MIN),
        (MIN, MIN, 0, MIN),
        (MIN + 1, MIN, 0, 2 * MIN),
        (1, S, MIN, MIN),
        (61 * S + 1, S, MIN, 62 * S),
        (7, 1, 0, 7),
    ],
)
def test_use_is_rounded_up_and_never_below_the_minimum(used: int, granularity: int, minimum: int, billed: int) -> None:
    assert billed_us(used, granularity, minimum) == billed


def test_a_published_price_gives_the_published_bill() -> None:
    linux_2_cores = 6_000 * 60  # $0.006 a minute; GitHub-hosted runners, each job rounds up to a whole minute
    assert charge_udollars(linux_2_cores, 61 * S, granularity_us=MIN) == 12_000


@given(st.integers(0, 2_500_000_000), st.integers(0, 10**14))
def test_a_price_is_exact_to_the_nearest_microdollar(price: int, used: int) -> None:
    assert price_udollars(price, used) == (2 * price * used + HOUR_US) // (2 * HOUR_US)


@given(
    st.lists(st.integers(0, 10**14), min_size=1, max_size=20),
    st.integers(0, 2_500_000_000),
    st.integers(1, 10**11),
    st.integers(0, 10**11),
)
def test_columns_are_billed_like_single_uses(used: list[int], price: int, granularity: int, minimum: int) -> None:
    together = charge_udollars(price, np.array(used, np.int64), granularity, minimum)  # type: ignore[arg-type]
    assert together.tolist() == [charge_udollars(price, one, granularity, minimum) for one in used]  # type: ignore[attr-defined]
