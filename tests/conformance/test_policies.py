"""Every registered policy keeps its obligations, and the checker sees those that do not."""

import itertools

import pytest

from domain.scheduling.conformance import check_allocator, check_ordering, check_placement
from domain.scheduling.policies import ALLOCATORS, ORDERINGS, PLACEMENTS

REGISTERED = [
    *((check_allocator, policy) for policy in ALLOCATORS.values()),
    *((check_ordering, policy) for policy in ORDERINGS.values()),
    *((check_placement, policy) for policy in PLACEMENTS.values()),
]


@pytest.mark.parametrize(("check", "policy"), REGISTERED)
def test_every_registered_policy_conforms(check, policy) -> None:
    assert check(policy) == []


COUNT = itertools.count()


def greedy(account, total) -> int:
    account.cpu_millis += 1
    return 0


@pytest.mark.parametrize(("check", "policy", "complaint"), [
    (check_allocator, lambda account, total: account.cpu_millis / total[0], "not an integer"),
    (check_allocator, lambda account, total: -account.weight, "below 0"),
    (check_allocator, greedy, "changed what it was shown"),
    (check_ordering, lambda demand: next(COUNT), "then"),
    (check_ordering, lambda demand: demand.stage, "changes while the job waits"),
    (check_ordering, lambda demand: demand.sequence > 5, "a bool, not an integer"),
    (check_placement, lambda leftover: 1 - leftover, "below 0"),
    (check_placement, lambda leftover: None, "not an integer"),
])  # fmt: skip
def test_a_policy_that_breaks_one_is_named(check, policy, complaint) -> None:
    assert any(complaint in one for one in check(policy))
