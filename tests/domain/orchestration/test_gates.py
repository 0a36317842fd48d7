"""People are asked before a job may queue; what is cancelled gives back what it holds, once."""

import pytest

from domain.contracts import orchestration as o
from domain.orchestration.terms import Approval, Concurrency, Matrix
from domain.shared.refusals import Refused
from tests.domain.orchestration.orchestra import Orchestra, spec


def asked(required: int = 1, **changes) -> Orchestra:
    one = Orchestra()
    one.submit(
        spec("build"), spec("deploy", "build", approval=Approval(required, 50), **changes), spec("tell", "deploy")
    )
    one.run(1)
    return one


def test_a_job_waits_until_so_many_different_people_agree() -> None:
    one = asked(2)
    assert one.of(o.ApprovalRequested) == [o.ApprovalRequested(0, 2, "t", "label", 2, 50)]
    gates = one.orchestrator.gates
    gates.approve(1, 2, "ann")
    gates.approve(2, 2, "ann")
    assert one.queued == [1]
    gates.approve(3, 2, "bob")
    assert one.queued == [1, 2]
    gates.approve(4, 2, "eve")
    gates.refuse(4, 2, "eve")
    gates.give_up(50, 2)
    assert one.of(o.ApprovalGiven) == [o.ApprovalGiven(1, 2, "ann", 1), o.ApprovalGiven(3, 2, "bob", 0)]
    one.run(2, 3)
    assert one.pipelines == {1: "SUCCEEDED"}


@pytest.mark.parametrize(("how", "cause"), [("refuse", "refused"), ("give_up", "not-approved")])
def test_a_job_that_is_not_approved_is_cancelled_and_what_needs_it_skipped(how, cause) -> None:
    one = asked()
    for _ in range(2):
        getattr(one.orchestrator.gates, how)(5, 2, *(["ann"] if how == "refuse" else []))
    assert one.causes == {2: cause}
    assert one.ends[3] == "SKIPPED"
    assert one.pipelines == {1: "CANCELLED"}
    one.orchestrator.gates.approve(6, 2, "bob")
    assert not one.of(o.ApprovalGiven)


def test_nobody_is_asked_again_for_a_retry() -> None:
    one = asked()
    one.orchestrator.gates.approve(1, 2, "ann")
    one.run(2, end="LOST")
    one.orchestrator.retry(9, 2, 1)
    assert one.state(2) == "QUEUED"
    assert len(one.of(o.ApprovalRequested)) == 1


def test_approval_comes_before_the_group() -> None:
    one = asked(concurrency=Concurrency("g"))
    one.submit(spec("deploy", concurrency=Concurrency("g")))
    assert one.state(4) == "QUEUED"
    one.orchestrator.gates.approve(1, 2, "ann")
    assert [event.gate for event in one.of(o.JobHeld)] == ["approval", "concurrency"]
    one.run(4)
    assert one.state(2) == "QUEUED"


def test_a_pipeline_that_is_not_admitted_has_no_jobs() -> None:
    one = Orchestra()
    one.orchestrator.admit = lambda now, tenant, spec, trigger: Refused("not-now") if trigger.ref == "bad" else None
    with pytest.raises(AssertionError):
        one.submit(spec("a"), spec("b", "a"), ref="bad")
    assert one.said == [o.PipelineRejected(0, 1, "t", "not-now", "push", "", "bad", "trusted")]
    assert not one.orchestrator.jobs
    assert not one.orchestrator.pipelines
    one.submit(spec("a"))
    assert one.state(3) == "QUEUED"


# --- to stop ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["BLOCKED", "QUEUED", "ASSIGNED", "RUNNING", "BACKOFF"])
def test_a_job_is_cancelled_in_any_state_and_ends_when_it_holds_no_place(state: str) -> None:
    one = Orchestra(stops=False)
    one.submit(spec("first"), spec("a", *(["first"] if state == "BLOCKED" else [])), spec("b", "a"))
    if state == "ASSIGNED":
        one.orchestrator.placed(0, 2, 1, 201)
    elif state != "QUEUED" and state != "BLOCKED":
        one.start(2)
        if state == "BACKOFF":
            one.orchestrator.attempt_ended(0, 2, 1, "LOST", "infra")
    assert one.state(2) == state
    for _ in range(2):
        one.orchestrator.cancel(1, 2)
    if state in ("ASSIGNED", "RUNNING"):
        assert one.of(o.CancelRequested) == [o.CancelRequested(1, 2, 1, 201, "user")]
        assert one.state(2) == state, "until its place has been given back"
        one.lose(2)
    else:
        assert not one.of(o.CancelRequested)
    assert one.ends == {2: "CANCELLED", 3: "SKIPPED"}
    assert one.causes == {2: "user"}


def test_an_attempt_that_completes_before_it_hears_of_the_end_has_succeeded() -> None:
    one = Orchestra(stops=False)
    one.submit(spec("a"), spec("b", "a"))
    one.start(1)
    one.orchestrator.cancel(1, 1)
    one.orchestrator.attempt_ended(2, 1, 1, "COMPLETED", "")
    assert one.ends == {1: "SUCCEEDED"}
    assert not one.causes
    assert one.state(2) == "QUEUED"


@pytest.mark.parametrize("end", ["FAILED", "TIMED_OUT", "LOST", "CANCELLED"])
def test_what_is_to_stop_is_not_tried_again(end: str) -> None:
    one = Orchestra(stops=False)
    one.submit(spec("a"))
    one.start(1)
    one.orchestrator.cancel(1, 1)
    one.orchestrator.attempt_ended(2, 1, 1, end, "infra")
    assert one.ends == {1: "CANCELLED"}


def test_a_job_that_starts_although_it_is_to_stop_is_told_again() -> None:
    one = Orchestra(stops=False)
    one.submit(spec("a"))
    one.orchestrator.placed(0, 1, 1, 101)
    one.orchestrator.cancel(1, 1)
    one.orchestrator.started(2, 1, 1)
    assert len(one.of(o.CancelRequested)) == 2


def test_a_pipeline_is_cancelled_whole_but_for_what_runs_whatever_happens() -> None:
    one = Orchestra()
    pipeline = one.submit(
        spec("a"), spec("b", "a"), spec("c"), spec("clean", "b", condition="always"),
        spec("undo", "c", condition="cancelled"), spec("tell", "c", condition="completed"), spec("end", "clean"),
    )  # fmt: skip
    one.start(1)
    for _ in range(2):
        one.orchestrator.cancel_pipeline(1, pipeline)
    assert one.ends == dict.fromkeys((1, 2, 3, 6, 7), "CANCELLED")
    assert (one.state(4), one.state(5)) == ("QUEUED", "QUEUED")
    one.run(4, 5)
    assert one.pipelines == {1: "CANCELLED"}
    one.orchestrator.cancel_pipeline(1, pipeline)
    one.orchestrator.cancel(1, 1)
    assert one.of(o.PipelineCancelRequested) == [o.PipelineCancelRequested(1, 1, "t", "user")], "said once, with why"


def test_a_plain_pipeline_can_be_cancelled_too() -> None:
    one = Orchestra()
    pipeline = one.submit(spec("a"), spec("b", "a"), spec("c", "b"))
    one.start(1)
    one.orchestrator.cancel_pipeline(1, pipeline)
    assert one.ends == dict.fromkeys((1, 2, 3), "CANCELLED")
    assert one.pipelines == {1: "CANCELLED"}


def test_a_cancelled_matrix_gives_its_slots_to_nobody() -> None:
    one = Orchestra()
    matrix = Matrix("m", max_parallel=1)
    pipeline = one.submit(*(spec(f"m{at}", matrix=matrix) for at in range(3)))
    one.start(1)
    one.orchestrator.cancel_pipeline(1, pipeline)
    assert one.queued == [1]
    assert set(one.ends.values()) == {"CANCELLED"}
    assert not one.orchestrator.gates.slots
