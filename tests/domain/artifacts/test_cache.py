"""A cache never holds more than it may, finds what it has and nothing else, and lets go what its policy says."""

from collections import OrderedDict
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.artifacts.cache import Cache
from domain.artifacts.eviction import Lru
from domain.artifacts.evictions import EVICTIONS
from domain.shared.refusals import Refused
from scenarios.spec_artifacts import Eviction
from tests.domain.artifacts.naive_evictions import NAIVE

KEYS = st.integers(0, 25)
ONE_SIZE = st.lists(KEYS.map(lambda key: (f"k{key}", 1)), max_size=250)
MANY_SIZES = st.lists(KEYS.map(lambda key: (f"k{key}", 1 + key * key % 9)), max_size=250)


def read(cache: Cache, key: str, size: int) -> bool:
    """A lookup, and on a miss the key is put in."""
    if cache.use(key):
        return True
    cache.put(key, size)
    return False


def test_a_scenario_may_name_exactly_the_policies_that_there_are() -> None:
    assert set(get_args(Eviction)) == set(EVICTIONS) == set(NAIVE)


@pytest.mark.parametrize("name", EVICTIONS)
@given(reads=st.one_of(ONE_SIZE, MANY_SIZES), capacity=st.integers(0, 40))
@settings(max_examples=120)
def test_each_policy_agrees_with_its_readable_version(name: str, reads: list[tuple[str, int]], capacity: int) -> None:
    quick, naive = Cache(capacity, EVICTIONS[name]), NAIVE[name](capacity)
    for key, size in reads:
        assert read(quick, key, size) == naive.read(key, size)
        assert {key for key, _ in reads if key in quick} == set(naive.sizes)


@pytest.mark.parametrize("name", EVICTIONS)
@pytest.mark.parametrize("largest", [1, 7])
def test_it_agrees_on_skewed_requests_that_use_popular_keys_many_times(name: str, largest: int) -> None:
    requests = np.random.default_rng(5).zipf(1.3, 6000).clip(max=300).tolist()
    quick, naive = Cache(40, EVICTIONS[name]), NAIVE[name](40)
    for number in requests:
        key, size = f"k{number}", 1 + number % largest
        assert read(quick, key, size) == naive.read(key, size)


@pytest.mark.parametrize("name", EVICTIONS)
@given(
    steps=st.lists(st.tuples(st.sampled_from(["put", "use", "remove"]), KEYS, st.integers(0, 12)), max_size=200),
    capacity=st.integers(0, 30),
)
@settings(max_examples=80)
def test_it_never_holds_too_much_and_finds_exactly_what_it_has(
    name: str, steps: list[tuple[str, int, int]], capacity: int
) -> None:
    cache, held = Cache(capacity, EVICTIONS[name]), {}
    for what, number, size in steps:
        key = f"k{number}"
        if what == "put":
            gone = cache.put(key, size)
            if isinstance(gone, Refused):
                assert gone.reason == ("already-cached" if key in held else "larger-than-the-cache")
                assert key in held or size > capacity
            else:
                for victim, bytes in gone:
                    assert held.pop(victim) == bytes
                held[key] = size
        elif what == "use":
            assert cache.use(key) == (key in held)
        else:
            cache.remove(key)
            held.pop(key, None)
        assert cache.used_bytes == sum(held.values()) <= capacity
        assert len(cache) == len(held)
        assert all((f"k{other}" in cache) == (f"k{other}" in held) for other in range(26))


@given(reads=ONE_SIZE, capacity=st.integers(1, 20))
def test_lru_is_an_ordered_dict(reads: list[tuple[str, int]], capacity: int) -> None:
    cache, oracle = Cache(capacity, Lru), OrderedDict[str, None]()
    for key, size in reads:
        hit = key in oracle
        if hit:
            oracle.move_to_end(key)
        else:
            oracle[key] = None
            if len(oracle) > capacity:
                oracle.popitem(last=False)
        assert read(cache, key, size) == hit


def test_hits_and_the_most_that_was_held_are_counted() -> None:
    cache = Cache(10, Lru)
    assert (cache.hits, cache.peak_bytes) == (0, 0)
    cache.put("a", 4)
    cache.put("b", 5)
    cache.remove("b")
    assert [cache.use(key) for key in "aaba"] == [True, True, False, True]
    assert (cache.hits, cache.used_bytes, cache.peak_bytes) == (3, 4, 9)


def test_nothing_goes_for_what_is_not_let_in() -> None:
    cache = Cache(10, Lru)
    cache.put("a", 10)
    assert isinstance(cache.put("b", 11), Refused)
    assert isinstance(cache.put("a", 1), Refused)
    assert "a" in cache and cache.used_bytes == 10


def test_s3_fifo_keeps_what_is_used_from_being_flushed_by_a_scan_and_lru_does_not() -> None:
    """What the paper is about: keys that are seen once do not push out those that are used again and again."""
    kept = {}
    for name in ("lru", "s3-fifo"):
        cache = Cache(100, EVICTIONS[name])
        for _ in range(4):
            for number in range(50):
                read(cache, f"hot{number}", 1)
        for number in range(1000):
            read(cache, f"scan{number}", 1)
        kept[name] = sum(f"hot{number}" in cache for number in range(50))
    assert kept == {"lru": 0, "s3-fifo": 50}


def test_gdsf_keeps_small_entries_where_lru_does_not() -> None:
    cache = Cache(100, EVICTIONS["gdsf"])
    for number in range(10):
        read(cache, f"small{number}", 1)
    for number in range(5):
        read(cache, f"large{number}", 90)
    assert all(f"small{number}" in cache for number in range(10))
