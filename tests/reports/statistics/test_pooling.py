"""Quantiles of several samples together, from what is kept of each."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.statistics.pooling import POINTS, grid, pooled_percentile
from sim.quantiles import percentile

SAMPLES = st.lists(st.lists(st.integers(0, 1000), max_size=50), min_size=1, max_size=5).filter(any)


@given(SAMPLES, st.integers(1, 99))
def test_small_samples_are_pooled_exactly(samples: list[list[int]], p: int) -> None:
    everything = sorted(value for sample in samples for value in sample)
    assert pooled_percentile([grid(sample) for sample in samples], p) == percentile(everything, p)


@pytest.mark.parametrize("p", [5, 50, 95, 99])
def test_large_ones_to_one_rank_in_two_thousand_each_weighing_its_size(p: int) -> None:
    rng = np.random.default_rng(4)
    samples = [rng.exponential(1.0, 50_000), rng.exponential(3.0, 10_000), rng.exponential(0.5, 300)]
    everything = np.sort(np.concatenate(samples))
    found = pooled_percentile([grid(sample) for sample in samples], p)
    assert all(len(grid(sample).values) <= POINTS for sample in samples)
    assert found is not None
    assert abs(np.searchsorted(everything, found) / len(everything) - p / 100) < 0.001


def test_of_nothing_there_is_none() -> None:
    assert pooled_percentile([grid([])], 50) is None
