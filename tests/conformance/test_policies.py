"""Every registered policy keeps its obligations, and the checker sees those that do not."""

import itertools
import random
import sys
import time

import pytest

from domain.scheduling.conformance import check_allocator, check_moving, check_ordering, check_placement
from domain.scheduling.policies import ALLOCATORS, ORDERINGS, PLACEMENTS
from domain.scheduling.policies.orderings import MOVING

REGISTERED = [
    pytest.param(check, policy, id=f"{what}-{name}")
    for what, check, policies in (
        ("allocator", check_allocator, ALLOCATORS),
        ("ordering", check_ordering, ORDERINGS),
        ("moving ordering", check_moving, MOVING),
        ("placement", check_placement, PLACEMENTS),
    )
    for name, policy in policies.items()
]


@pytest.mark.parametrize(("check", "policy"), REGISTERED)
def test_every_registered_policy_conforms(check, policy) -> None:
    assert check(policy) == []


def counter():
    """A policy with a memory."""
    count = itertools.count()
    return lambda *shown: next(count)


def taking(account, total) -> int:
    account.cpu_millis += 1
    return 0


def promoting(demand) -> int:
    demand.estimate_us = 0
    return demand.sequence


def through_another(total) -> int:
    return random.Random(total[0]).getrandbits(1) * 0


@pytest.mark.parametrize(("check", "policy", "complaint"), [
    (check_allocator, lambda account, total: account.cpu_millis / 8000, "0.0, a float, not an integer"),
    (check_allocator, lambda account, total: account.cpu_millis > 0, "a bool, not an integer"),
    (check_allocator, lambda account, total: -account.weight, "answered -1, below 0"),
    (check_allocator, lambda account, total: account.cpu_millis // total[0], "raised ZeroDivisionError"),
    (check_allocator, taking, "changed what it was shown"),
    (check_allocator, counter(), "answered 0, then 1"),
    (check_ordering, lambda demand: demand.estimate_us - 1, "answered -1, below 0"),
    (check_ordering, lambda demand: demand.sequence > 5, "a bool, not an integer"),
    (check_ordering, lambda demand: float(demand.sequence), "1.0, a float, not an integer"),
    (check_ordering, lambda demand: demand.stage, "changes while the job waits"),
    (check_ordering, lambda demand: demand.urgency, "raised AttributeError"),
    (check_ordering, promoting, "changed what it was shown"),
    (check_ordering, counter(), "answered 0, then 1"),
    (check_moving, lambda demand, now: demand.queued_at_us - now, "below 0"),
    (check_moving, lambda demand, now: (1 << 62) - demand.queued_at_us, "came later stands before it"),
    (check_moving, lambda demand, now: (now - demand.queued_at_us) / 2, "a float"),
    (check_placement, lambda leftover: 1 - leftover, "below 0"),
    (check_placement, lambda leftover: None, "not an integer"),
    (check_placement, lambda leftover: leftover == 0, "a bool, not an integer"),
    (check_placement, lambda leftover: leftover / 2, "a float, not an integer"),
    (check_placement, lambda leftover: 100 // leftover, "leftover 0: raised ZeroDivisionError"),
    (check_placement, lambda leftover: 1 << 30, "not below 2^30"),
    (check_placement, lambda free_cpu, total_memory: free_cpu // total_memory, "total_memory 0: raised Zero"),
    (check_placement, lambda departs_us, ends_us: departs_us - ends_us, "below 0"),
    (check_placement, lambda leftover, size: 0, "size: not among leftover"),
    (check_placement, counter(), "answered 0, then 1"),
    (check_placement, lambda leftover: 5 if leftover % 7 else -1, "below 0"),
    (check_placement, lambda leftover: 5 if leftover % 7 != 3 else 0.5, "a float"),
    (check_placement, lambda leftover: sys.exit(0), "raised SystemExit"),
    (check_ordering, lambda demand: demand.sequence if demand.sequence % 7 else None, "not an integer"),
    (check_allocator, lambda account, total: account.head_sequence if account.cpu_millis % 7 else -1, "below 0"),
    (check_placement, lambda leftover: time.time_ns() // 10**12 % 9, "asks the clock (time)"),
    (check_ordering, lambda demand: hash(demand.label) % 9, "differs from process to process (hash)"),
    (check_allocator, lambda account, total: through_another(total), "asks dice (random)"),
])  # fmt: skip
def test_a_policy_that_breaks_one_is_named(check, policy, complaint) -> None:
    assert any(complaint in one for one in check(policy))


def test_the_checker_asks_the_same_every_time() -> None:
    """So that what it complains of can be compared between machines and versions."""
    once, again = check_allocator(lambda account, total: -1), check_allocator(lambda account, total: -1)
    assert once == again
    assert len(once) == len(set(once)), "no two questions are the same"
