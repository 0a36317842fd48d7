"""Intervals agree with scipy and statsmodels, and say why where there is none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from reports.statistics.intervals import by_order, of_ratio, of_replications
from reports.statistics.paired import holm, independent, paired

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30).filter(lambda v: np.std(v) > 1e-6 * max(map(abs, v)))


@given(VALUES)
def test_the_mean_of_replications(values: list[float]) -> None:
    found = of_replications(values)
    low, high = stats.t.interval(0.95, len(values) - 1, loc=np.mean(values), scale=stats.sem(values))
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-7, abs=1e-6)
    assert found.deviation == pytest.approx(np.std(values, ddof=1), rel=1e-9)


def test_without_spread_to_see_there_is_a_reason_instead_of_an_interval() -> None:
    assert of_replications([]).why_none == "no replication has this figure"
    one = of_replications([3.0])
    assert (one.value, one.low, one.why_none) == (3.0, None, "one replication shows no spread")


def test_replications_that_are_all_alike_have_an_interval_of_no_width() -> None:
    found = of_replications([2.5] * 4)
    assert (found.low, found.high) == (2.5, 2.5)


@pytest.mark.parametrize(("n", "p"), [(10, 0.5), (59, 0.95), (100, 0.95), (1000, 0.95), (1000, 0.5), (60, 0.05)])
def test_order_statistics_cover_at_least_what_they_say_and_are_the_narrowest_of_equal_tails(n: int, p: float) -> None:
    found = by_order([float(i) for i in range(1, n + 1)], p)
    if found.low is None or found.high is None:
        assert "needed at least" in found.why_none
        return
    r, s = int(found.low), int(found.high)
    tails = stats.binom.cdf(r - 1, n, p), 1 - stats.binom.cdf(s - 1, n, p)
    assert max(tails) <= 0.025
    assert stats.binom.cdf(r, n, p) > 0.025  # the next order statistics would be too many
    assert 1 - stats.binom.cdf(s - 2, n, p) > 0.025


def test_too_few_values_for_a_quantile_says_how_many_it_takes() -> None:
    assert by_order([1.0] * 20, 0.95).why_none == "20 independent values, 72 needed at least"
    assert by_order(list(map(float, range(72))), 0.95).low is not None


@given(VALUES, st.integers(0, 2**32))
def test_paired_differences(values: list[float], seed: int) -> None:
    other = np.random.default_rng(seed).normal(0, np.std(values), len(values)).tolist()
    found, oracle = paired(values, other), stats.ttest_rel(values, other)
    interval = oracle.confidence_interval(0.95)
    assert found.p == pytest.approx(oracle.pvalue, rel=1e-6, abs=1e-12)
    assert (found.estimate.low, found.estimate.high) == pytest.approx((interval.low, interval.high), rel=1e-6, abs=1e-6)
    reduction = 1 - np.var(np.subtract(values, other), ddof=1) / (np.var(values, ddof=1) + np.var(other, ddof=1))
    assert found.variance_reduction == pytest.approx(reduction, abs=1e-9)


@given(VALUES, VALUES)
def test_independent_ones_by_welch(a: list[float], b: list[float]) -> None:
    found, oracle = independent(a, b), stats.ttest_ind(a, b, equal_var=False)
    interval = oracle.confidence_interval(0.95)
    assert found.p == pytest.approx(oracle.pvalue, rel=1e-5, abs=1e-9)
    assert (found.estimate.low, found.estimate.high) == pytest.approx((interval.low, interval.high), rel=1e-6, abs=1e-5)


def test_the_same_difference_every_time_is_certain_and_none_at_all_is_none() -> None:
    assert paired([1.1, 2.1, 3.1], [1.0, 2.0, 3.0]).p == 0.0
    assert paired([1.0, 2.0], [1.0, 2.0]).p == 1.0
    assert paired([1.0], [2.0]).p is None
    assert independent([1.0, 1.0], [2.0, 2.0]).p == 0.0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holms_correction(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


@given(st.integers(2, 30), st.floats(0.5, 2), st.integers(0, 2**32))
def test_fieller_holds_exactly_the_ratios_that_a_t_test_does_not_reject(n: int, ratio: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    bottom = rng.normal(10, 1, n)
    top = ratio * bottom + rng.normal(0, 1, n)
    found = of_ratio(top.tolist(), bottom.tolist())
    if found.low is None or found.high is None:
        assert stats.ttest_1samp(bottom, 0).pvalue > 0.05
        return
    for edge in (found.low, found.high):
        assert stats.ttest_1samp(top - edge * bottom, 0).pvalue == pytest.approx(0.05, abs=1e-5)


def test_a_ratio_to_nothing_is_refused() -> None:
    assert of_ratio([1.0, 2.0], [0.0, 0.0]).why_none == "the figure to compare with is 0"
    assert of_ratio([1.0, 2.0], [-1.0, 1.1]).why_none == "the figure to compare with cannot be told from 0"
    assert of_ratio([1.0], [2.0]).value == 0.5
