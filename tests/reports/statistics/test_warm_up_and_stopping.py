"""MSER-5 finds the transient that was put there, and sequential stopping looks when it said it would."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.statistics.intervals import Estimate, of_replications
from reports.statistics.stopping import precise, schedule
from reports.statistics.warm_up import mser5


def naive(values: np.ndarray) -> int:
    """The definition, batch by batch."""
    k = len(values) // 5
    means = [float(np.mean(values[5 * i : 5 * i + 5])) for i in range(k)]
    errors = [float(np.sum((np.array(means[d:]) - np.mean(means[d:])) ** 2)) / (k - d) ** 2 for d in range(k - 5)]
    return int(np.argmin(errors)) * 5


@given(st.integers(50, 400), st.integers(0, 2**32), st.floats(0, 20))
def test_it_is_the_minimum_of_the_definition(n: int, seed: int, height: float) -> None:
    rng = np.random.default_rng(seed)
    values = 1000 + rng.normal(0, 1, n) + height * np.exp(-np.arange(n) / (n / 20))
    found = mser5(values)
    expected = naive(values)
    assert found.observations == expected or (found.why_none and expected > n // 10 * 5)


def test_a_transient_is_cut_where_it_ends() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(0, 1, 1000)
    values[:150] += 8
    assert 145 <= mser5(values).observations <= 160


def test_nothing_is_cut_where_nothing_changes() -> None:
    assert mser5(np.zeros(500)).observations == 0
    assert mser5(np.random.default_rng(1).normal(5, 1, 2000)).observations <= 100


def test_a_series_that_never_settles_is_refused() -> None:
    assert "no steady state" in mser5(np.arange(1000.0)).why_none
    assert mser5(np.arange(20.0)).why_none == "20 observations, 50 needed at least"


def test_the_schedule_grows_by_half_up_to_its_end() -> None:
    assert list(schedule(10, 60)) == [10, 15, 23, 35, 53, 60]
    assert list(schedule(5, 5)) == [5]
    assert list(schedule(10, 4)) == [4]


@pytest.mark.parametrize(("target", "relative", "enough"), [
    (0.05, True, True),  # 4.8 % of what was seen, but 5.0 % of a true value at the low end: just enough
    (0.04, True, False), (0.048, True, False), (4.8, False, True), (4.7, False, False),
])  # fmt: skip
def test_precision_is_asked_of_the_true_value(target: float, relative: bool, enough: bool) -> None:
    found = Estimate(value=100.0, low=95.25, high=104.75, n=10)
    assert precise(found, target, relative) is enough


def test_without_an_interval_nothing_is_precise_and_without_spread_everything_is() -> None:
    assert not precise(of_replications([1.0]), 0.5, relative=True)
    assert precise(of_replications([0.0, 0.0]), 0.01, relative=True)
