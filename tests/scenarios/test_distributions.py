"""Draws follow the distribution that the scenario names: against its closed form, at its edges, and block by block."""

from math import exp, log, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.distributions import latencies_us, sample_counts, sample_us
from scenarios.quantities import DURATION
from scenarios.spec import (
    Count,
    CountLogNormal,
    Distribution,
    Exponential,
    LogNormal,
    Uniform,
    WeightedLogNormal,
)

S = 1_000_000
N = 200_000
PHI = NormalDist().cdf

TEST_LINUX = ((0.27, 718 * S, 0.90), (0.73, 1239 * S, 0.28))
CUMULATIVE = {
    "exponential": (Distribution(exponential=Exponential(mean=90 * S)), lambda x: 1 - exp(-x / (90 * S))),
    "uniform": (Distribution(uniform=Uniform(low=10 * S, high=30 * S)), lambda x: (x - 10 * S) / (20 * S)),
    "lognormal": (Distribution(lognormal=LogNormal(median=40 * S, sigma=0.4)), lambda x: PHI(log(x / (40 * S)) / 0.4)),
    "mixture": (
        Distribution(mixture=tuple(WeightedLogNormal(weight=w, median=m, sigma=s) for w, m, s in TEST_LINUX)),
        lambda x: sum(w * PHI(log(x / m) / s) for w, m, s in TEST_LINUX),
    ),
}


def generator(seed=1):
    return np.random.Generator(np.random.Philox(seed))


@pytest.mark.parametrize("kind", CUMULATIVE)
@pytest.mark.parametrize("p", [0.01, 0.1, 0.5, 0.9, 0.99])
def test_a_quantile_of_the_draws_is_that_quantile_of_the_distribution(kind, p):
    """Within four standard errors of the share of draws below it."""
    distribution, cumulative = CUMULATIVE[kind]
    drawn = float(np.quantile(sample_us(distribution, generator(), N), p))
    assert abs(cumulative(drawn) - p) < 4 * sqrt(p * (1 - p) / N)


def test_a_constant_is_always_the_same():
    assert set(sample_us(Distribution(constant=30 * S), generator(), 100).tolist()) == {30 * S}


def test_weights_of_a_mixture_are_relative():
    parts = [WeightedLogNormal(weight=w, median=m, sigma=0) for w, m in ((3, 1 * S), (1, 9 * S))]
    drawn = sample_us(Distribution(mixture=tuple(parts)), generator(), N)
    assert abs(np.mean(drawn == S) - 0.75) < 4 * sqrt(0.75 * 0.25 / N)
    assert set(drawn.tolist()) == {S, 9 * S}


def test_the_widest_lognormal_stays_an_integer_within_the_longest_duration():
    drawn = sample_us(Distribution(lognormal=LogNormal(median=DURATION.largest, sigma=5)), generator(), 10_000)
    assert drawn.min() >= 0
    assert drawn.max() == DURATION.largest


@given(st.floats(0.01, 3000), st.floats(0, 5), st.integers(1, 2000))
def test_a_batch_has_at_least_one_job_and_at_most_the_maximum(median, sigma, most):
    count = Count(lognormal=CountLogNormal(median=median, sigma=sigma, max=most))
    drawn = sample_counts(count, generator(), 500)
    assert drawn.dtype == np.int64
    assert drawn.min() >= 1
    assert drawn.max() <= most


def test_half_of_the_batches_are_smaller_than_the_median():
    drawn = sample_counts(Count(lognormal=CountLogNormal(median=50.5, sigma=1.2)), generator(), N)
    assert abs(np.mean(drawn <= 50) - 0.5) < 4 * sqrt(0.25 / N)


@pytest.mark.parametrize("kind", ["exponential", "mixture"])
def test_latencies_one_by_one_are_the_draws_in_blocks(kind):
    distribution = CUMULATIVE[kind][0]
    one_by_one = latencies_us(distribution, generator())
    source = generator()
    blocks = np.concatenate([sample_us(distribution, source, 512) for _ in range(2)])
    assert [one_by_one() for _ in range(1000)] == blocks[:1000].tolist()
