"""LRU under independent requests hits as often as Che's approximation says: for Zipf(1.0), N = 1000, C = 100: 0.57652.

Che, Tung and Wang, "Hierarchical web caching systems", IEEE JSAC 20(7), 2002; Fricker, Robert and Roberts (ITC 2012)
on why it is so close. The other policies run on the same requests, for comparison.
"""

import numpy as np
import pytest

from reports.fidelity.formulas import che_hit_rate
from reports.fidelity.sharing import BATCH, BATCHES, CAPACITY, T_99, hit_rates, zipf


@pytest.fixture(scope="module")
def popularity() -> np.ndarray:
    return zipf()


def test_the_formula_gives_the_published_number(popularity: np.ndarray) -> None:
    assert round(che_hit_rate(popularity, CAPACITY), 5) == 0.57652


def test_lru_hits_as_often_as_che_says(popularity: np.ndarray) -> None:
    """Within a 99 % confidence interval that is at most ±0.5 % of the rate wide."""
    rates, expected = hit_rates("lru", popularity), che_hit_rate(popularity, CAPACITY)
    mean = float(rates.mean())
    half = T_99 * float(rates.std(ddof=1)) / BATCHES**0.5
    print(f"LRU: {mean:.5f} ± {half:.5f} (99 %, {BATCHES} batches of {BATCH}), Che {expected:.5f}")
    assert half <= 0.005 * mean
    assert abs(mean - expected) <= half


def test_frequency_beats_recency_on_independent_requests(popularity: np.ndarray) -> None:
    """Requests without memory: keeping the most popular keys is best, and nothing can hit more often than that."""
    rates = {name: float(hit_rates(name, popularity).mean()) for name in ("fifo", "lru", "s3-fifo", "lfu")}
    print(", ".join(f"{name} {rate:.4f}" for name, rate in rates.items()))
    best = float(popularity[:CAPACITY].sum())
    assert rates["fifo"] < rates["lru"] < rates["s3-fifo"] < best
    assert rates["lru"] < rates["lfu"] < best
