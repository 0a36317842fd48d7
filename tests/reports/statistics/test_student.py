"""Our own distributions agree with scipy to many digits, far into the tails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reports.statistics.student import (
    beta_cdf,
    beta_quantile,
    binomial_cdf,
    proportion_interval,
    t_critical,
    t_two_sided,
)

SHAPE = st.floats(0.1, 500)


@given(st.floats(0, 1), SHAPE, SHAPE)
def test_the_incomplete_beta_function(x: float, a: float, b: float) -> None:
    assert beta_cdf(x, a, b) == pytest.approx(stats.beta.cdf(x, a, b), rel=1e-9, abs=1e-12)


@given(st.floats(0.001, 0.999), st.floats(0.5, 500), st.floats(0.5, 500))
def test_its_inverse(p: float, a: float, b: float) -> None:
    assert beta_cdf(beta_quantile(p, a, b), a, b) == pytest.approx(p, rel=1e-7)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95, 0.99, 0.9999])
@pytest.mark.parametrize("df", [1, 2, 3, 9, 19, 30.5, 199, 10_000])
def test_critical_values_of_students_t(level: float, df: float) -> None:
    assert t_critical(level, df) == pytest.approx(stats.t.ppf((1 + level) / 2, df), rel=1e-9)


@given(st.floats(-200, 200), st.integers(1, 2000))
def test_p_values_of_students_t(t: float, df: int) -> None:
    assert t_two_sided(t, df) == pytest.approx(2 * stats.t.sf(abs(t), df), rel=1e-8, abs=1e-14)


@given(st.integers(-1, 300), st.integers(1, 300), st.floats(0.001, 0.999))
def test_binomial_probabilities(k: int, n: int, p: float) -> None:
    assert binomial_cdf(k, n, p) == pytest.approx(stats.binom.cdf(k, n, p), rel=1e-8, abs=1e-12)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_exact_interval_of_a_proportion(trials: tuple[int, int]) -> None:
    found = stats.binomtest(*trials).proportion_ci(0.95, "exact")
    assert proportion_interval(*trials, 0.95) == pytest.approx((found.low, found.high), abs=1e-8)


@pytest.mark.parametrize(("level", "df"), [(0, 3), (1, 3), (0.95, 0)])
def test_what_has_no_critical_value_is_refused(level: float, df: float) -> None:
    with pytest.raises(ValueError, match="level"):
        t_critical(level, df)
