"""What Ghodsi et al. (NSDI 2011) prove of DRF, in their setting, through the scheduler.

Section 3 and the appendix: users want any number of tasks, each of one demand vector with a little of every resource,
and the machine is one pool. The paper's tasks are divisible; ours are small, so what it proves holds up to a task of
each, and Pareto efficiency exactly: no task of anybody fits in what is left.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.shared.resources import Resources
from tests.domain.market import Market

TINY = 1e-6
Vector = tuple[int, int]
DEMAND = st.tuples(st.integers(1, 12), st.integers(1, 12))
DEMANDS = st.lists(DEMAND, min_size=2, max_size=4)
POOL = st.tuples(st.integers(150, 400), st.integers(150, 400))


def allocate(
    demands: list[Vector], pool: Vector, weights: list[int] | None = None, allocator: str = "drf"
) -> list[int]:
    """How many tasks each user gets."""
    names = [f"u{number}" for number in range(len(demands))]
    market = Market(allocator, Resources(*pool), list(zip(names, weights or [1] * len(names), strict=True)))
    for name, demand in zip(names, demands, strict=True):
        most = min(of // want for of, want in zip(pool, demand, strict=True))
        market.want(name, Resources(*demand), most)
    market.place()
    return [market.running()[name] for name in names]


def tasks_in(bundle: tuple[float, float], demand: Vector) -> float:
    """How many tasks a bundle of resources is worth to who wants such ones."""
    return min(have / want for have, want in zip(bundle, demand, strict=True))


def one_task(demand: Vector, pool: Vector) -> float:
    """The dominant share of one task."""
    return max(want / of for want, of in zip(demand, pool, strict=True))


def has_an_incentive(demands: list[Vector], pool: Vector, weights: list[int], allocator: str = "drf") -> bool:
    tasks = [one_task(demand, pool) for demand in demands]
    return all(
        count * own >= weight / sum(weights) * (1 - sum(tasks)) - TINY
        for count, weight, own in zip(allocate(demands, pool, weights, allocator), weights, tasks, strict=True)
    )


def is_envy_free(demands: list[Vector], pool: Vector, allocator: str = "drf") -> bool:
    counts = allocate(demands, pool, allocator=allocator)
    return all(
        tasks_in((other * theirs[0], other * theirs[1]), demand)
        <= own + 1 + one_task(theirs, pool) / one_task(demand, pool) + TINY
        for own, demand in zip(counts, demands, strict=True)
        for other, theirs in zip(counts, demands, strict=True)
    )


def lies_pay(demands: list[Vector], pool: Vector, lie: Vector, allocator: str = "drf") -> bool:
    honest = allocate(demands, pool, allocator=allocator)[0]
    lying = allocate([lie, *demands[1:]], pool, allocator=allocator)[0]
    tasks = [one_task(one, pool) for one in (lie, *demands)]
    return tasks_in((lying * lie[0], lying * lie[1]), demands[0]) > honest + 1 + sum(tasks) / tasks[1] + TINY


@given(DEMANDS, POOL, st.sampled_from(["drf", "weighted-drf", "hierarchical-drf"]))
@settings(max_examples=40, deadline=None)
def test_pareto_efficiency(demands, pool, allocator: str) -> None:
    counts = allocate(demands, pool, allocator=allocator)
    left = [of - sum(n * demand[i] for n, demand in zip(counts, demands, strict=True)) for i, of in enumerate(pool)]
    assert all(any(want > have for want, have in zip(demand, left, strict=True)) for demand in demands)


@given(DEMANDS, POOL, st.lists(st.integers(1, 4), min_size=4, max_size=4), st.booleans())
@settings(max_examples=60, deadline=None)
def test_sharing_incentive(demands, pool, weights, equal: bool) -> None:
    """Nobody would be better off with its own part of the pool; with weights (section 4.3) likewise.

    Others may be one task further when the pool is full, and one more task of its own may not fit.
    """
    assert has_an_incentive(demands, pool, [1] * len(demands) if equal else weights[: len(demands)])


@given(DEMANDS, POOL)
@settings(max_examples=60, deadline=None)
def test_envy_freeness(demands, pool) -> None:
    """Nobody would rather have what another has, up to a task of either."""
    assert is_envy_free(demands, pool)


@given(DEMANDS, POOL, DEMAND)
@settings(max_examples=100, deadline=None)
def test_strategy_proofness(demands, pool, lie) -> None:
    """Who says that its tasks want something else gets no more of those that it really has, up to a task of each."""
    assert not lies_pay(demands, pool, lie)


def test_what_is_no_drf_breaks_each_of_them() -> None:
    """So the slack that small tasks need hides nothing: equal numbers of jobs, whatever they take, keep none."""
    for holds, allocator in ((True, "drf"), (False, "fewest-running")):
        assert has_an_incentive([(1, 1), (12, 12)], (300, 300), [1, 1], allocator) is holds
        assert is_envy_free([(1, 1), (12, 12)], (300, 300), allocator) is holds
        assert lies_pay([(1, 1), (1, 1)], (300, 300), (12, 12), allocator) is not holds
