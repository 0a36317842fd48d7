"""The steps of an attempt run one after the other, and end with it."""

import pytest

from domain.contracts import orchestration as o
from domain.orchestration.terms import RetryPolicy, StepSpec
from tests.domain.orchestration.orchestra import Orchestra, spec

STEPS = (StepSpec("checkout"), StepSpec("compile", 8, 90), StepSpec("pack"))


def begun() -> Orchestra:
    one = Orchestra()
    one.submit(spec("build", steps=STEPS, retry=RetryPolicy(user=1, timeout=1)))
    one.start(1)
    return one


def ended(one: Orchestra) -> list[tuple[int, str, str]]:
    return [(event.attempt, event.name, event.state) for event in one.of(o.StepEnded)]


def test_a_job_may_have_one_step() -> None:
    one = Orchestra()
    one.submit(spec("build", steps=(StepSpec("all"),)))
    one.start(1)
    one.orchestrator.work.step_started(1, 1, 1, 0)
    one.orchestrator.work.step_started(1, 1, 1, 1)
    one.orchestrator.attempt_ended(2, 1, 1, "COMPLETED", "")
    assert ended(one) == [(1, "all", "SUCCEEDED")]


def test_a_step_begins_when_the_one_before_it_has_ended() -> None:
    one = begun()
    work = one.orchestrator.work
    for at in (0, 1, 1, 2):
        work.step_started(5, 1, 1, at)
    assert [event.step for event in one.of(o.StepStarted)] == [0, 1, 2]
    assert ended(one) == [(1, "checkout", "SUCCEEDED"), (1, "compile", "SUCCEEDED")]
    one.orchestrator.attempt_ended(9, 1, 1, "COMPLETED", "")
    assert ended(one)[2:] == [(1, "pack", "SUCCEEDED")]
    assert not work.steps


@pytest.mark.parametrize(("end", "cause", "state"), [
    ("FAILED", "user", "FAILED"), ("TIMED_OUT", "user", "TIMED_OUT"), ("CANCELLED", "", "CANCELLED"),
    ("LOST", "infra", "CANCELLED"),
])  # fmt: skip
def test_the_step_that_runs_ends_as_the_attempt_does_and_the_rest_is_skipped(end, cause, state) -> None:
    one = begun()
    one.orchestrator.work.step_started(5, 1, 1, 0)
    one.orchestrator.attempt_ended(9, 1, 1, end, cause)
    assert ended(one) == [(1, "checkout", state), (1, "compile", "SKIPPED"), (1, "pack", "SKIPPED")]


def test_a_step_that_takes_too_long_ends_before_its_attempt() -> None:
    one = begun()
    work = one.orchestrator.work
    work.step_started(1, 1, 1, 0)
    work.step_started(2, 1, 1, 1)
    for _ in range(2):
        work.step_timed_out(92, 1, 1, 1)
    one.orchestrator.attempt_ended(92, 1, 1, "TIMED_OUT", "user")
    assert [state for _, _, state in ended(one)] == ["SUCCEEDED", "TIMED_OUT", "SKIPPED"]
    assert one.state(1) == "BACKOFF", "timeouts have retries of their own"


def test_every_attempt_has_steps_of_its_own_and_late_news_of_another_changes_nothing() -> None:
    one = begun()
    work = one.orchestrator.work
    work.step_started(1, 1, 1, 0)
    one.orchestrator.attempt_ended(2, 1, 1, "FAILED", "user")
    one.orchestrator.retry(3, 1, 1)
    one.start(1)
    work.step_started(4, 1, 1, 1)
    work.step_timed_out(4, 1, 1, 0)
    work.step_started(4, 1, 2, 2)
    work.step_started(4, 1, 2, 3)
    work.step_started(4, 77, 1, 0)
    assert [(event.attempt, event.step) for event in one.of(o.StepStarted)] == [(1, 0)]
    work.step_started(5, 1, 2, 0)
    one.orchestrator.attempt_ended(6, 1, 2, "COMPLETED", "")
    assert [event for event in ended(one) if event[0] == 2] == [
        (2, "checkout", "SUCCEEDED"), (2, "compile", "SKIPPED"), (2, "pack", "SKIPPED"),
    ]  # fmt: skip


def test_a_job_without_steps_has_none() -> None:
    one = Orchestra()
    one.submit(spec("build"))
    one.run(1)
    assert not one.of(o.StepEnded)


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "a", "share": 0}, {"name": "a", "timeout_us": -1}])
def test_a_step_that_cannot_be_meant_is_not_made(wrong) -> None:
    with pytest.raises(ValueError, match="has a name, a positive share"):
        StepSpec(**wrong)
