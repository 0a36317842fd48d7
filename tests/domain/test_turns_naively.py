"""Allocators with a memory, against the same written with lists and fractions: one place, jobs of any length."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.scheduling.policies import Standing
from domain.shared.resources import Resources
from tests.domain.market import Market

ONE = Resources(1000)
NAMES = "abc"


class Naive:
    """Waiting jobs as (tenant, arrival, queued, length); `turn` picks one of the tenants that have some."""

    def __init__(self, weights: tuple[int, ...]) -> None:
        self.weights = dict(zip(NAMES, weights, strict=True))
        self.waiting: list[tuple[str, int, int, int]] = []
        self.turn_of = dict.fromkeys(NAMES, 0)
        self.turns = 0
        self.finish: dict[str, Fraction] = dict.fromkeys(NAMES, Fraction(0))
        self.virtual = Fraction(0)
        self.idle = set(NAMES)

    def arrive(self, tenant: str, arrival: int, queued: int, length: int) -> None:
        self.waiting.append((tenant, arrival, queued, length))

    def serve(self, allocator: str) -> str | None:
        heads = {job[0]: job for job in reversed(self.waiting)}
        for tenant in sorted(self.idle & set(heads)):
            self.finish[tenant] = max(self.finish[tenant], self.virtual)
        self.idle = set(NAMES) - set(heads)
        if not heads:
            return None

        def key(job: tuple[str, int, int, int]) -> tuple:
            tenant, arrival, queued, length = job
            start = self.finish[tenant]
            return {
                "round-robin": (self.turn_of[tenant],),
                "fewest-running": (arrival,),
                "priority": (queued - 10_000_000 * NAMES.index(tenant),),
                "sfq": (start,),
                "wfq": (start + Fraction(length, self.weights[tenant]),),
            }[allocator]

        job = min(heads.values(), key=lambda job: (key(job), job[0]))
        self.waiting.remove(job)
        tenant, _, _, length = job
        self.turns += 1
        self.turn_of[tenant] = self.turns
        start = self.finish[tenant]
        self.finish[tenant] = start + Fraction(length, self.weights[tenant])
        self.virtual = max(self.virtual, start if allocator == "sfq" else self.finish[tenant])
        return tenant


@pytest.mark.parametrize("allocator", ["round-robin", "fewest-running", "priority", "sfq", "wfq"])
@given(
    steps=st.lists(st.one_of(st.tuples(st.sampled_from(NAMES), st.integers(1, 40)), st.just("serve")), max_size=50),
    weights=st.tuples(*[st.sampled_from([1, 2, 4, 8])] * 3),
)
@settings(max_examples=150, deadline=None)
def test_turns_are_those_of_the_naive_way(allocator: str, steps, weights) -> None:
    """Weights are powers of two: nothing is rounded."""
    standing = {name: Standing(priority=NAMES.index(name)) for name in NAMES}
    market = Market(allocator, ONE, list(zip(NAMES, weights, strict=True)), standing, ageing_us=10_000_000)
    naive = Naive(weights)
    for step in steps:
        if step == "serve":
            placed = market.place()
            expected = naive.serve(allocator)
            assert placed == [expected] * (expected is not None)
            if placed:
                market.end()
        else:
            tenant, length = step
            market.want(tenant, ONE, estimate_s=length)
            naive.arrive(tenant, market.jobs, market.now, length)
