"""Which of a tenant's jobs: every order as its formula says, and the moving ones as if every job were asked anew."""

import math
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.scheduling.critical import bottom_levels
from domain.scheduling.demand import Demand
from domain.scheduling.logarithm import LOG_SCALE, log2, log10
from domain.scheduling.policies import ORDERINGS
from domain.scheduling.policies.orderings import MOVING, Priority
from domain.scheduling.queue_moving import MovingQueue, queue_of
from domain.shared.ids import JobId
from domain.shared.requirements import Requirements
from domain.shared.resources import Resources

SECOND = 1_000_000
DAY = 86_400 * SECOND
TIME = st.integers(1, 10**7).map(lambda s: s * SECOND)


def job(number: int = 1, queued: int = 0, estimate: int = 0, cpu: int = 1000, priority: int = 0, **more) -> Demand:
    return Demand(
        JobId(number), 1, 0, cpu, "label", queued, number, estimate, requirements=Requirements(priority=priority),
        resources=Resources(cpu), **more,
    )  # fmt: skip


def order(name: str, jobs: list[Demand]) -> list[int]:
    ordering = ORDERINGS[name]
    return [one.job for one in sorted(jobs, key=lambda one: (ordering(one), one.sequence))]


def test_static_orders_in_words() -> None:
    jobs = [
        job(1, 0, 50, 2000, deadline_us=900, bottom_level_us=50),
        job(2, 1, 10, 4000, deadline_us=0, bottom_level_us=400),
        job(3, 2, 0, 1000, priority=5, deadline_us=100, bottom_level_us=0),
    ]
    assert order("fifo", jobs) == [1, 2, 3]
    assert order("lifo", jobs) == [3, 2, 1]
    assert order("sjf", jobs) == [3, 2, 1]
    assert order("ljf", jobs) == [3, 1, 2], "of which nothing is known first"
    assert order("edf", jobs) == [3, 1, 2], "without a deadline last"
    assert order("critical-path", jobs) == [2, 1, 3]
    assert order("priority", jobs) == [3, 1, 2]
    assert order("largest", jobs) == [2, 1, 3]
    assert order("smallest", jobs) == [3, 1, 2]


@given(st.integers(0, 9), st.integers(0, 9), TIME, TIME, TIME)
def test_with_ageing_a_job_is_as_urgent_as_its_priority_and_its_wait(low, high, ageing, one, two) -> None:
    """Compared at any later moment by priority + wait ÷ ageing, the order is the same."""
    ordering = Priority(ageing)
    a, b = job(1, one, priority=low), job(2, two, priority=high)
    for now in (max(one, two), max(one, two) + DAY):
        urgency = [ageing * p + (now - q) for p, q in ((low, one), (high, two))]
        assert (ordering(a) < ordering(b)) == (urgency[0] > urgency[1])


@given(st.integers(1, 1 << 80))
def test_logarithms_are_those_of_floats(number: int) -> None:
    assert math.isclose(log2(number) / LOG_SCALE, math.log2(number), rel_tol=1e-12, abs_tol=1e-12)
    assert math.isclose(log10(number) / LOG_SCALE, math.log10(number), rel_tol=1e-12, abs_tol=1e-12)


@given(st.integers(0, 70))
def test_logarithms_of_powers_of_two_are_exact(power: int) -> None:
    assert log2(1 << power) == power * LOG_SCALE


JOBS = st.tuples(TIME, TIME, st.integers(1, 512))  # estimate, arrival, processors


def f1(estimate: int, queued: int, cpus: int) -> float:
    return math.log10(estimate / SECOND) * cpus + 870 * math.log10(queued / SECOND)


def wfp3(now: int, estimate: int, queued: int, cpus: int) -> float:
    return -(((now - queued) / estimate) ** 3) * cpus


def unicep(now: int, estimate: int, queued: int, cpus: int) -> float:
    return -(now - queued) / (math.log2(cpus) * estimate)


def same_order(exact: tuple[int, int], floats: tuple[float, float]) -> bool:
    """Where floats can tell the two apart at all."""
    assume(not math.isclose(*floats, rel_tol=1e-9, abs_tol=1e-12))
    return (exact[0] < exact[1]) == (floats[0] < floats[1]) and exact[0] != exact[1]


@given(JOBS, JOBS)
def test_f1_orders_as_its_formula(one, two) -> None:
    exact = tuple(ORDERINGS["f1"](job(1, q, e, 1000 * n)) for e, q, n in (one, two))
    assert same_order(exact, (f1(*one), f1(*two)))


@given(JOBS, JOBS, TIME)
def test_wfp3_orders_as_its_formula(one, two, later) -> None:
    now = max(one[1], two[1]) + later
    exact = tuple(MOVING["wfp3"](job(1, q, e, 1000 * n), now) for e, q, n in (one, two))
    assert same_order(exact, (wfp3(now, *one), wfp3(now, *two)))


@given(JOBS, JOBS, TIME)
def test_unicep_orders_as_its_formula(one, two, later) -> None:
    assume(min(one[2], two[2]) > 1)
    now = max(one[1], two[1]) + later
    exact = tuple(MOVING["unicep"](job(1, q, e, 1000 * n), now) for e, q, n in (one, two))
    assert same_order(exact, (unicep(now, *one), unicep(now, *two)))


def test_a_single_processor_comes_first_under_unicep() -> None:
    now = 100 * SECOND
    key = MOVING["unicep"]
    single = job(1, now - SECOND, 1000 * SECOND)
    assert key(single, now) < key(job(2, 0, SECOND, 2000), now)


@pytest.mark.parametrize("name", list(MOVING))
@given(jobs=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 4), st.integers(1, 3), st.booleans()), max_size=25),
       gaps=st.lists(st.integers(0, 40), min_size=1, max_size=25))  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_moving_orders_are_those_of_asking_every_job_anew(name: str, jobs, gaps) -> None:
    """Whatever has come, was withdrawn, or was put back in between."""
    ordering, now, waiting = MOVING[name], 0, {}
    queue = queue_of(ORDERINGS[name], 1)
    assert isinstance(queue, MovingQueue)
    for _ in range(4):
        queue.add_shape()
    for number, (wait, estimate, shape, withdrawn) in enumerate(jobs, 1):
        now += wait
        one = Demand(JobId(number), 1, 0, shape, "l", now, number, estimate, resources=Resources(shape * 1500))
        queue.push(one)
        waiting[number] = one
        if withdrawn:
            queue.withdraw(waiting.pop(number))
    for gap in gaps:
        now += gap
        queue.at(now)
        assert queue.in_order() == sorted(waiting.values(), key=lambda one: (ordering(one, now), one.sequence))
        if not waiting:
            assert queue.heads[0] is None
            assert queue.idle(0)
            return
        first = queue.take(0)
        assert first is min(waiting.values(), key=lambda one: (ordering(one, now), one.sequence))
        if gap % 3:
            del waiting[first.job]
        else:
            queue.push(first)
    assert sum(queue.waiting) == len(waiting)


@pytest.mark.parametrize("name", list(MOVING))
@given(estimate=st.integers(0, 10**12), cpus=st.integers(1, 512), arrivals=st.lists(TIME, min_size=2, max_size=6),
       later=TIME)  # fmt: skip
def test_nobody_passes_an_older_job_of_its_kind(name: str, estimate: int, cpus: int, arrivals, later) -> None:
    now = max(arrivals) + later
    keys = [MOVING[name](job(1, queued, estimate, 1000 * cpus), now) for queued in sorted(arrivals)]
    assert all(one <= two for one, two in pairwise(keys))
    assert min(keys) >= 0


@given(st.lists(st.tuples(st.integers(0, 9), st.lists(st.integers(0, 8), max_size=3)), min_size=1, max_size=9))
def test_the_bottom_level_is_the_longest_way_to_the_end(jobs) -> None:
    needs = {f"j{n}": [f"j{need}" for need in wanted if need < n] for n, (_, wanted) in enumerate(jobs)}
    estimates = {f"j{n}": estimate for n, (estimate, _) in enumerate(jobs)}

    def longest(name: str) -> int:
        return estimates[name] + max((longest(other) for other, wanted in needs.items() if name in wanted), default=0)

    assert bottom_levels(needs, estimates) == {name: longest(name) for name in needs}
