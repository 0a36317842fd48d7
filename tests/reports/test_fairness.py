"""Jain's index means what its authors say it means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.fairness import fairness, jain

SHARES = st.lists(st.floats(0.001, 1000), min_size=2, max_size=10)


def test_equal_shares_are_fair_and_one_taking_all_is_one_nth() -> None:
    assert jain([3.0, 3.0, 3.0, 3.0]) == 1
    assert jain([5.0, 0.0, 0.0, 0.0]) == 0.25


def test_the_example_of_the_authors() -> None:
    """Of 100 users 20 get equal shares and 80 get nothing: the index is 20 % (Jain, Chiu, Hawe, 1984)."""
    assert jain([1.0] * 20 + [0.0] * 80) == pytest.approx(0.2)


def test_fairness_of_one_is_undefined() -> None:
    assert jain([1.0]) is None
    assert jain([0.0, 0.0]) is None


@given(SHARES, st.floats(0.01, 100))
def test_bounded_and_independent_of_scale(shares: list[float], scale: float) -> None:
    value = jain(shares)
    assert value is not None
    assert 1 / len(shares) - 1e-9 <= value <= 1 + 1e-9
    assert jain([scale * x for x in shares]) == pytest.approx(value)


def test_service_and_delivery_by_hand(make) -> None:
    jobs = [
        {"tenant": 0, "queued_us": 0, "started_us": 0, "finished_us": 10},
        {"tenant": 1, "queued_us": 0, "started_us": 10, "finished_us": 20},
    ]
    found = fairness(make(jobs, tenants=("a", "b"), tenant_weights=(2, 1)))
    assert found.service_by_tenant == {"a": 1.0, "b": 0.5}
    assert found.service == pytest.approx(1.5**2 / (2 * 1.25))
    assert found.cpu_us_by_tenant == {"a": 10_000, "b": 10_000}
    assert found.delivered == pytest.approx(1.5**2 / (2 * (0.5**2 + 1)))


def test_a_tenant_whose_jobs_all_ended_in_the_queue_is_not_forgotten(make) -> None:
    jobs = [
        {"tenant": 0, "started_us": 0, "finished_us": 10},
        {
            "tenant": 1,
            "assigned_us": -1,
            "started_us": -1,
            "finished_us": 50,
            "outcome": "EXPIRED",
            "node": -1,
            "pool": -1,
        },
    ]
    found = fairness(make(jobs, tenants=("a", "b", "never asked")))
    assert found.service_by_tenant == {"a": 1.0, "b": 0.0}
    assert found.service == 0.5


def test_allocation_is_judged_part_by_part(make) -> None:
    """Who has everything first and nothing later is not served alike, though it evens out."""
    window = 48
    jobs = [
        {"tenant": 0, "queued_us": 0, "started_us": 0, "finished_us": 24},
        {"tenant": 1, "queued_us": 0, "started_us": 24, "finished_us": 48},
    ]
    found = fairness(make(jobs, tenants=("a", "b"), tenant_weights=(1, 1), horizon_us=window))
    assert found.delivered == pytest.approx(1)
    assert found.allocation == pytest.approx(0.5), "while both want something one has it all"


def test_allocation_counts_only_who_wants_something(make) -> None:
    jobs = [
        {"tenant": 0, "queued_us": 0, "started_us": 0, "finished_us": 24},
        {"tenant": 1, "queued_us": 24, "started_us": 24, "finished_us": 48},
    ]
    assert fairness(make(jobs, tenants=("a", "b"), horizon_us=48)).allocation is None
