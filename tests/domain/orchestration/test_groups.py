"""Of a group one runs: GitHub's concurrency groups, GitLab's resource groups, and the slots of a matrix."""

import pytest

from domain.contracts import orchestration as o
from domain.orchestration.terms import Concurrency, Matrix, ResourceGroup, resolve
from tests.domain.orchestration.orchestra import Orchestra, spec

DEPLOY = Concurrency("deploy-{ref}")
CANCELLING = Concurrency("deploy-{ref}", cancel_in_progress=True)


def test_one_pipeline_of_a_group_runs_one_waits_and_a_newer_one_takes_the_place_of_that() -> None:
    one = Orchestra()
    for _ in range(4):
        one.submit(spec("a"), spec("b", "a"), concurrency=DEPLOY)
    assert one.queued == [1]
    assert [event.pipeline for event in one.of(o.PipelineHeld)] == [2, 3, 4]
    assert one.pipelines == {2: "CANCELLED", 3: "CANCELLED"}
    assert one.causes == dict.fromkeys((3, 4, 5, 6), "superseded")
    one.run(1, 2)
    assert [event.pipeline for event in one.of(o.PipelineStarted)] == [1, 4]
    assert {event.group for event in one.of(o.PipelineStarted)} == {"t/deploy-main"}
    one.run(7, 8)
    assert one.pipelines[4] == "SUCCEEDED"
    assert not one.orchestrator.gates.concurrency


def test_cancel_in_progress_stops_the_one_that_runs_and_begins_when_it_has_ended() -> None:
    one = Orchestra(stops=False)
    one.submit(spec("a"), concurrency=CANCELLING)
    one.start(1)
    one.submit(spec("a"), concurrency=CANCELLING)
    assert one.queued == [1], "the first still runs"
    assert [event.job for event in one.of(o.CancelRequested)] == [1]
    one.lose(1)
    assert one.ends == {1: "CANCELLED"}
    assert one.queued == [1, 2]


def test_what_runs_whatever_happens_is_waited_for() -> None:
    one = Orchestra()
    one.submit(spec("a"), spec("clean", "a", condition="always"), concurrency=CANCELLING)
    one.start(1)
    one.submit(spec("a"), concurrency=CANCELLING)
    assert one.queued == [1, 2]
    one.run(2)
    assert one.queued == [1, 2, 3]
    assert one.pipelines == {1: "CANCELLED"}


def test_groups_of_other_refs_and_tenants_are_others() -> None:
    one = Orchestra()
    for tenant, ref in (("t", "main"), ("t", "next"), ("u", "main")):
        one.submit(spec("a"), tenant=tenant, ref=ref, concurrency=CANCELLING)
    assert one.queued == [1, 2, 3]


def test_groups_of_jobs_and_of_pipelines_are_apart_so_that_nobody_waits_for_his_own_pipeline() -> None:
    one = Orchestra()
    one.submit(spec("a"), spec("b", concurrency=Concurrency("g")), concurrency=Concurrency("g"))
    one.submit(spec("c", concurrency=Concurrency("g")))
    assert one.queued == [1, 2]
    assert [(event.job, event.gate) for event in one.of(o.JobHeld)] == [(3, "concurrency")]
    one.run(2)
    assert one.queued == [1, 2, 3]


def test_jobs_of_a_group_are_superseded_and_what_needs_them_is_skipped() -> None:
    one = Orchestra()
    for _ in range(3):
        one.submit(spec("a", concurrency=DEPLOY), spec("b", "a"))
    assert one.queued == [1]
    assert one.ends == {3: "CANCELLED", 4: "SKIPPED"}
    one.run(1)
    assert one.queued == [1, 2, 5]


def test_a_retry_keeps_the_group() -> None:
    one = Orchestra()
    one.submit(spec("a", concurrency=DEPLOY))
    one.submit(spec("a", concurrency=DEPLOY))
    one.run(1, end="LOST")
    assert one.state(1) == "BACKOFF"
    assert one.queued == [1]
    one.orchestrator.retry(5, 1, 1)
    one.run(1)
    assert one.queued == [1, 1, 2]


@pytest.mark.parametrize(("mode", "order"), [
    # pipelines 1, 2 and 3 want the group; 1 holds it when it begins, 3 and then 2 are ready, 4 comes but is not ready
    ("unordered", ["3", "2", "4"]),
    ("oldest_first", ["2", "3", "4"]),
    ("newest_ready_first", ["3", "2", "4"]),
    ("newest_first", ["4", "3", "2"]),
])  # fmt: skip
def test_whose_turn_it_is_in_a_resource_group(mode, order) -> None:
    one = Orchestra()
    group = ResourceGroup("production", mode)
    for _ in range(4):
        one.submit(spec("build"), spec("deploy", "build", resource_group=group))
        if len(one.queued) == 1:
            one.run(1)
            one.start(2)
    one.run(5, 3)
    assert {event.gate for event in one.of(o.JobHeld)} == {"resource-group"}
    one.orchestrator.attempt_ended(1, 2, 1, "COMPLETED", "")
    served = []
    for _ in range(3):
        holder = one.orchestrator.gates.resources["t/production"].holder
        if holder is None:
            one.run(7)
            holder = one.orchestrator.gates.resources["t/production"].holder
        served.append(str(holder.pipeline.id))
        one.run(holder.id)
        if 7 in one.orchestrator.jobs and one.state(7) == "QUEUED" and mode != "newest_first" and len(served) == 2:
            one.run(7)
    assert served == order
    assert not one.orchestrator.gates.resources


@pytest.mark.parametrize("mode", ["oldest_first", "newest_first"])
def test_an_ordered_group_never_waits_for_what_waits_for_it(mode) -> None:
    """Within one pipeline what is ready goes first, in whatever order it is written."""
    one = Orchestra()
    group = ResourceGroup("g", mode)
    one.submit(spec("second", "first", resource_group=group), spec("first", resource_group=group))
    assert one.queued == [2]
    one.run(2)
    assert one.queued == [2, 1]


def test_a_job_that_is_skipped_makes_room_for_the_next() -> None:
    one = Orchestra()
    group = ResourceGroup("g", "oldest_first")
    one.submit(spec("build"), spec("deploy", "build", resource_group=group))
    one.submit(spec("deploy", resource_group=group))
    assert one.queued == [1], "the newer waits for the older, which is not ready"
    one.run(1, end="FAILED")
    assert one.queued == [1, 3]


def test_so_many_of_a_matrix_at_once() -> None:
    one = Orchestra()
    matrix = Matrix("test", fail_fast=False, max_parallel=2)
    one.submit(*(spec(f"test-{at}", matrix=matrix) for at in range(5)), spec("other"))
    assert one.queued == [1, 2, 6]
    one.run(2)
    assert one.queued == [1, 2, 6, 3]
    one.orchestrator.cancel(1, 4)
    one.run(1)
    assert one.queued == [1, 2, 6, 3, 5], "4 waits no more"
    one.run(3, 5, 6)
    assert not one.orchestrator.gates.slots
    assert one.pipelines == {1: "CANCELLED"}


def test_the_slots_of_one_pipeline_are_not_those_of_another() -> None:
    one = Orchestra()
    matrix = Matrix("test", max_parallel=1)
    for _ in range(2):
        one.submit(spec("a", matrix=matrix), spec("b", matrix=matrix))
    assert one.queued == [1, 3]


def test_the_first_failure_of_a_matrix_cancels_the_rest_of_it_and_nothing_else() -> None:
    one = Orchestra()
    matrix = Matrix("test")
    one.submit(
        *(spec(f"test-{at}", matrix=matrix) for at in range(4)), spec("other"), spec("after", "test-0"),
        spec("report", "test-0", "test-1", condition="always"),
    )  # fmt: skip
    one.start(2, 3)
    one.run(1, end="FAILED")
    assert one.causes == dict.fromkeys((2, 3, 4), "fail-fast")
    assert one.state(5) == "QUEUED"
    assert one.state(6) == "SKIPPED"
    assert one.state(7) == "QUEUED"
    one.run(5, 7)
    assert one.pipelines == {1: "FAILED"}


def test_a_failure_that_is_allowed_does_not_fail_fast() -> None:
    one = Orchestra()
    matrix = Matrix("test")
    one.submit(spec("a", matrix=matrix, allow_failure=True), spec("b", matrix=matrix))
    one.run(1, end="FAILED")
    assert one.state(2) == "QUEUED"


def test_a_retry_comes_before_fail_fast() -> None:
    from domain.orchestration.terms import RetryPolicy

    one = Orchestra()
    matrix = Matrix("test")
    one.submit(spec("a", matrix=matrix, retry=RetryPolicy(user=1)), spec("b", matrix=matrix))
    one.run(1, end="FAILED")
    assert (one.state(1), one.state(2)) == ("BACKOFF", "QUEUED")


def test_the_name_of_a_group() -> None:
    name = resolve("{event}-{ref}-{actor}-{pipeline}-{job}-{tenant}-{unknown}", "t", "main", "push", "ann", 7, "build")
    assert name == "t/push-main-ann-7-build-t-{unknown}"
    assert resolve("a", "t", "", "", "", 1) != resolve("a", "u", "", "", "", 1)


def test_a_job_may_be_cancelled_while_its_pipeline_is_held_and_the_others_are_judged_when_it_begins() -> None:
    one = Orchestra()
    one.submit(spec("a"), concurrency=DEPLOY)
    one.submit(spec("a"), spec("b", "a"), spec("c", "a", condition="completed"), spec("d"), concurrency=DEPLOY)
    one.orchestrator.cancel(1, 2)
    assert one.ends == {2: "CANCELLED"}
    one.run(1)
    assert one.ends[3] == "SKIPPED"
    assert one.queued == [1, 4, 5]
    one.run(4, 5)
    assert one.pipelines == {1: "SUCCEEDED", 2: "CANCELLED"}
