"""LRU under independent requests hits as often as Che's approximation says: for Zipf(1.0), N = 1000, C = 100: 0.57652.

Che, Tung and Wang, "Hierarchical web caching systems", IEEE JSAC 20(7), 2002; Fricker, Robert and Roberts (ITC 2012)
on why it is so close. The other policies run on the same requests, for comparison.
"""

import numpy as np
import pytest

from domain.artifacts.cache import Cache
from domain.artifacts.evictions import EVICTIONS

KEYS, CAPACITY = 1000, 100
BATCHES, BATCH = 40, 25_000
WARM_UP = 20_000
T_99 = 2.71
"""Student's t, 99.5 % quantile, 39 degrees of freedom, rounded up."""


def che_hit_rate(popularity: np.ndarray, capacity: int) -> float:
    """Σ p (1 − e^(−p t)), where t solves Σ (1 − e^(−p t)) = C: how long a key stays after its last use."""
    low, high = 0.0, 1e9
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 - np.exp(-popularity * middle)).sum() < capacity else (low, middle)
    return float((popularity * (1 - np.exp(-popularity * low))).sum())


@pytest.fixture(scope="module")
def popularity() -> np.ndarray:
    weights = 1 / np.arange(1, KEYS + 1)
    return weights / weights.sum()


def hit_rates(name: str, popularity: np.ndarray) -> np.ndarray:
    """The share of hits in each batch of requests, through the cache that scenarios run."""
    generator = np.random.default_rng(2002)
    requests = np.searchsorted(np.cumsum(popularity), generator.random(WARM_UP + BATCHES * BATCH)).clip(max=KEYS - 1)
    cache, keys = Cache(CAPACITY, EVICTIONS[name]), [str(key) for key in range(KEYS)]
    rates, before = [], 0
    for number, key in enumerate(requests.tolist(), 1 - WARM_UP):
        if not cache.use(keys[key]):
            cache.put(keys[key], 1)
        if number == 0:
            before = cache.hits
        elif number > 0 and number % BATCH == 0:
            rates.append((cache.hits - before) / BATCH)
            before = cache.hits
    return np.array(rates)


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
