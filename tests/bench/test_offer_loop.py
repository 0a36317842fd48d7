"""How fast places are found, and what that is measured against: the ratios that docs/performance.md promises.

Ratios are taken within one run and asserted; absolutes are printed beside them.
"""

import pytest

pytest.importorskip("numba", exc_type=ImportError, reason="the compiled path needs the extra `fast`")

from windtunnel.benching import drf_cycle, memory
from windtunnel.benching.matching import WAYS, rate
from windtunnel.benching.offer_loop import blocked_round_us

SIZES = (1000, 10_000, 100_000)


def rates(way: str, placement: str, sizes=SIZES) -> dict[int, float]:
    found = {size: rate(way, WAYS[way](size, 16, placement), size) for size in sizes}
    print(f"\n{way}, {placement}: {', '.join(f'{size:,} nodes {one:,.0f}/s' for size, one in found.items())}")
    return found


@pytest.mark.parametrize("placement", ["best-fit", "spread"])
def test_compiled_places_a_million_a_second_at_every_size(placement: str) -> None:
    ours, scan = rates("compiled", placement), rates("branchless", placement)
    assert min(ours.values()) > 1_000_000
    assert max(ours.values()) < 1.6 * min(ours.values())
    assert ours[10_000] >= 12 * scan[10_000]
    assert ours[100_000] >= 100 * scan[100_000]


def test_compiled_is_a_thousand_times_the_plain_loop() -> None:
    assert rates("compiled", "best-fit", (10_000,))[10_000] >= 1000 * rates("objects", "best-fit", (10_000,))[10_000]


def test_a_round_in_which_nothing_fits_takes_less_than_a_millisecond() -> None:
    spent = min(blocked_round_us(50, 100_000, 10) for _ in range(2))
    print(f"\n100,000 pending jobs of 50 shapes: {spent:,.0f} µs")
    assert spent < 1000


def test_a_drf_cycle_is_no_slower_than_a_bare_heap_and_grows_as_n_log_n() -> None:
    small, large = drf_cycle.measure(10_000, 1000), drf_cycle.measure(50_000, 6000)
    print(f"\n{small}\n{large}")
    assert small.same
    assert large.same
    assert small.compiled_ms <= small.heap_ms
    assert large.compiled_ms < 2 * small.compiled_ms * 5 * 12.6 / 10  # 5 × the agents, log2 of 6000 and of 1000


def test_the_arena_is_faster_and_half_the_memory_of_objects() -> None:
    cost = {name: memory.measure(name, 200_000) for name in memory.STORES}
    print("\n" + "\n".join(map(str, cost.values())))
    best, plain = cost[memory.DEFAULT], cost["objects"]
    assert best.ns_per_offer == min(one.ns_per_offer for one in cost.values()) < plain.ns_per_offer
    assert 2 * best.peak_mib <= plain.peak_mib
