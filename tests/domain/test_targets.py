"""Scaling policies: integers in, a number of machines out, as the formulas that they are named after have it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.shared.units import HOUR_US
from domain.workers.targets import TARGETS, Load, ScalingRules, by_queue_length, by_schedule, by_utilisation

COUNTS = st.integers(0, 50)


def load(ready=0, booting=0, waiting=0, running=0, used=0, total=None, at=0) -> Load:
    return Load(at, ready, booting, waiting, running, used, ready * 4000 if total is None else total)


@pytest.mark.parametrize(("waiting", "running", "machines"), [(0, 0, 0), (1, 0, 1), (4, 0, 1), (5, 0, 2), (0, 9, 3)])
def test_a_queue_length_target_counts_running_jobs_too(waiting: int, running: int, machines: int) -> None:
    rules = ScalingRules("queue-length", jobs_per_machine=4)
    assert by_queue_length(rules, load(waiting=waiting, running=running)) == machines


@given(waiting=COUNTS, running=COUNTS, each=st.integers(1, 9))
def test_no_job_that_runs_loses_its_machine_to_an_empty_queue(waiting: int, running: int, each: int) -> None:
    """With one machine per `each` jobs there is always room for what runs."""
    found = by_queue_length(ScalingRules("queue-length", jobs_per_machine=each), load(waiting=waiting, running=running))
    assert (found - 1) * each < waiting + running <= found * each


@pytest.mark.parametrize(("ready", "used", "machines"), [
    (4, 16000, 8),  # all busy, half wanted: twice as many
    (4, 8000, 4), (4, 8700, 4), (4, 7300, 4),  # within a tenth of the target
    (4, 4000, 2), (4, 0, 0), (10, 24000, 12),
])  # fmt: skip
def test_utilisation_scales_in_proportion_and_leaves_a_tenth_alone(ready: int, used: int, machines: int) -> None:
    assert by_utilisation(ScalingRules("utilisation", busy_percent=50), load(ready, used=used)) == machines


def test_without_machines_there_is_no_utilisation_and_one_is_wanted_where_jobs_wait() -> None:
    rules = ScalingRules("utilisation")
    assert [by_utilisation(rules, load(waiting=waiting)) for waiting in (0, 7)] == [0, 1]
    assert by_utilisation(rules, load(booting=3, waiting=7)) == 3, "those on their way are kept, none is added"


def test_what_boots_is_not_given_back_because_the_rest_is_busy() -> None:
    rules = ScalingRules("utilisation", busy_percent=100)
    assert by_utilisation(rules, load(ready=2, booting=3, waiting=9, used=8000)) == 5


@given(hour=st.integers(0, 400), minute=st.integers(0, 59))
def test_a_schedule_goes_by_the_hour_of_the_day(hour: int, minute: int) -> None:
    rules = ScalingRules("schedule", by_hour=tuple(range(24)), spare=tuple(range(100, 124)))
    at = hour * HOUR_US + minute * 60_000_000
    assert by_schedule(rules, load(at=at, waiting=99)) == hour % 24
    assert rules.spare_at(at) == 100 + hour % 24


def test_a_single_number_of_spares_is_for_every_hour() -> None:
    assert [ScalingRules(spare=(3,)).spare_at(hour * HOUR_US) for hour in (0, 7, 30)] == [3, 3, 3]
    assert ScalingRules().spare_at(7) == 0


@given(
    kind=st.sampled_from(sorted(TARGETS)), ready=COUNTS, booting=COUNTS, waiting=COUNTS, running=COUNTS,
    share=st.integers(0, 100), percent=st.integers(1, 100),
)  # fmt: skip
def test_every_policy_answers_any_load_with_a_whole_number(kind, ready, booting, waiting, running, share, percent):
    rules = ScalingRules(kind, 3, percent, tuple(range(24)))
    found = TARGETS[kind](rules, load(ready, booting, waiting, running, ready * 40 * share))
    assert type(found) is int
    assert found >= 0
