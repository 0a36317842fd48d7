"""Worked examples of sharing and caching: dominant resource fairness, and how often LRU hits."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from domain.artifacts.cache import Cache
from domain.artifacts.evictions import EVICTIONS
from reports.fidelity.checks import Line, confident, exactly
from reports.fidelity.formulas import che_hit_rate
from scenarios.spec import Scenario
from sim.run import simulate

KEYS, CAPACITY = 1000, 100
BATCHES, BATCH, WARM_UP = 40, 25_000, 20_000
T_99 = 2.71
"""Student's t, 99.5 % quantile, 39 degrees of freedom, rounded up."""


def drf_example(data: Path) -> list[Line]:
    """9 CPU and 18 GB; A asks for 1 CPU and 4 GB, B for 3 CPU and 1 GB: how many of each run at once."""
    job = {"duration": "1h", "timeout": "1d"}
    classes = {
        "a": {"resources": {"cpu": "1cpu", "memory": "4GiB"}, **job},
        "b": {"resources": {"cpu": "3cpu", "memory": "1GiB"}, **job},
    }
    pipelines = {
        tenant: {"tenant": tenant, "jobs": {f"{tenant}-{number}": classes[tenant] for number in range(10)}}
        for tenant in classes
    }
    scenario = Scenario.model_validate({
        "name": "drf",
        "tenants": {"a": {}, "b": {}},
        "workload": {"pipelines": pipelines},
        "fleet": {"providers": {"p": {"pools": {"n": {"nodes": 1, "capacity": {"cpu": "9cpu", "memory": "18GiB"}}}}}},
    })  # fmt: skip
    jobs = simulate(scenario, "drf+fifo+best-fit").jobs
    first = jobs.started_us == jobs.started_us.min()
    a, b = (int(np.count_nonzero(first & (jobs.tenant == tenant))) for tenant in (0, 1))
    return [
        exactly("tasks of A and B at once", "3 and 2", f"{a} and {b}"),
        exactly("dominant shares of A and B", "2/3 and 2/3", f"{a * 4 // 6}/3 and {b * 3 // 3}/3"),
    ]


def zipf() -> NDArray[np.float64]:
    weights = 1 / np.arange(1, KEYS + 1)
    return np.asarray(weights / weights.sum())


def hit_rates(name: str, popularity: NDArray[np.float64]) -> NDArray[np.float64]:
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


def lru(data: Path) -> list[Line]:
    """Zipf(1.0), a thousand keys, room for a hundred."""
    popularity = zipf()
    rates, expected = hit_rates("lru", popularity), che_hit_rate(popularity, CAPACITY)
    half_width = T_99 * float(rates.std(ddof=1)) / BATCHES**0.5
    return [
        exactly("the approximation itself", "0.57652", f"{expected:.5f}"),
        confident("hit rate of LRU", expected, float(rates.mean()), half_width, 0.005),
    ]
