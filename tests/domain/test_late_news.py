"""What late news must not do, and what must not outlive its node: promises across contexts, each once broken."""

from domain.contracts.orchestration import CancelRequested, JobEnded, JobRetried, JobStarted
from domain.contracts.scheduling import NodeDown
from domain.execution.executor import Executor
from domain.orchestration.orchestrator import Orchestrator
from domain.orchestration.specs import JobSpec, PipelineSpec
from domain.orchestration.terms import RetryPolicy
from domain.shared.ids import AssignmentId, JobId, NodeId, WorkerId
from domain.workers.workforce import Workforce
from tests.domain.platform import CPU, Platform, of, pool


def orchestrated(*jobs: JobSpec):
    events: list = []
    orchestrator = Orchestrator(events.append)
    orchestrator.submit(0, "a", PipelineSpec(jobs), [JobId(number + 1) for number in range(len(jobs))])
    return orchestrator, events


def run(orchestrator, job, attempt, state="COMPLETED", cause="") -> None:
    orchestrator.placed(1, job, attempt, AssignmentId(attempt))
    orchestrator.started(2, job, attempt)
    orchestrator.attempt_ended(3, job, attempt, state, cause)


def test_a_chain_of_needs_may_be_longer_than_recursion_goes_deep() -> None:
    chain = [JobSpec(f"j{i}", "l", CPU, needs=(f"j{i - 1}",) if i else ()) for i in range(3000)]
    orchestrator, events = orchestrated(*chain)
    run(orchestrator, 1, 1, "FAILED", "user")
    assert [(event.job, event.state) for event in of(JobEnded, events)] == [
        (1, "FAILED"), *((job, "SKIPPED") for job in range(2, 3001)),
    ]  # fmt: skip
    assert not orchestrator.jobs


def test_news_of_an_older_place_does_not_touch_a_newer_one() -> None:
    """The job was displaced, and waits for its worker at its next place, when the news comes again."""
    orchestrator, events = orchestrated(JobSpec("a", "l", CPU))
    orchestrator.placed(1, 1, 1, AssignmentId(10))
    orchestrator.displaced(2, 1, AssignmentId(10))
    orchestrator.placed(3, 1, 2, AssignmentId(11))
    orchestrator.displaced(4, 1, AssignmentId(10))
    assert (orchestrator.jobs[1].state, orchestrator.jobs[1].attempt) == ("ASSIGNED", 2)
    executor = Executor(events.append)
    executor.start(5, JobId(1), 2, AssignmentId(11), WorkerId(1), NodeId(1), 100)
    executor.lose(6, JobId(1), AssignmentId(10))
    assert [one.assignment for one in executor.live.values()] == [11]


def test_a_place_that_comes_for_a_job_that_has_ended_is_given_back_once() -> None:
    orchestrator, events = orchestrated(JobSpec("a", "l", CPU))
    orchestrator.cancel(1, JobId(1))
    for now in (2, 3):
        orchestrator.placed(now, JobId(1), 1, AssignmentId(10))
    assert of(CancelRequested, events) == [CancelRequested(2, 1, 1, 10, "not-wanted")]
    assert len(of(JobEnded, events)) == 1


def test_a_place_that_was_used_and_is_told_again_after_the_end_is_not_given_back() -> None:
    """It may be somebody else's by then."""
    orchestrator, events = orchestrated(JobSpec("a", "l", CPU))
    run(orchestrator, 1, 1)
    orchestrator.placed(4, 1, 1, AssignmentId(1))
    assert not of(CancelRequested, events)


def test_a_job_that_is_known_to_have_started_does_not_give_up_waiting() -> None:
    """Its start overtook its place, and the moment comes at which it would have waited too long."""
    orchestrator, events = orchestrated(JobSpec("a", "l", CPU, max_queue_us=5, retry=RetryPolicy(user=1)))
    orchestrator.started(4, JobId(1), 1)
    orchestrator.expire(5, JobId(1), 1)
    assert not of(JobEnded, events)
    orchestrator.placed(6, JobId(1), 1, AssignmentId(1))
    assert orchestrator.jobs[JobId(1)].state == "RUNNING"
    orchestrator.attempt_ended(7, JobId(1), 1, "FAILED", "user")
    orchestrator.retry(8, JobId(1), 1)
    orchestrator.expire(13, JobId(1), 2)
    assert [event.state for event in of(JobEnded, events)] == ["EXPIRED"], "of the second attempt nothing is known"


def test_what_was_heard_too_early_is_acted_upon_once_and_then_forgotten() -> None:
    orchestrator, events = orchestrated(JobSpec("a", "l", CPU), JobSpec("b", "l", CPU))
    orchestrator.started(1, JobId(1), 1)
    orchestrator.attempt_ended(2, JobId(1), 1, "LOST", "infra")
    orchestrator.started(2, JobId(2), 1)
    assert not of(JobStarted, events)
    orchestrator.placed(3, JobId(1), 1, AssignmentId(1))
    assert [(event.at_us, event.job) for event in of(JobStarted, events)] == [(3, 1)]
    assert [event.cause for event in of(JobRetried, events)] == ["infra"]
    orchestrator.cancel(4, JobId(2))
    assert not orchestrator._early


def test_idle_workers_die_with_their_node_although_it_comes_back() -> None:
    platform = Platform([pool(reusable_workers=True)])
    platform.orchestrator.submit(0, "a", PipelineSpec((JobSpec("a", "l", CPU),)), [JobId(1)])
    platform.round(0)
    for _ in range(3):
        platform.round(1)
        what, method, args = platform.waits.pop()
        method(2, *args, *(("complete",) if what == "finish" else ()))
    assert [one.state for one in platform.workforce.live.values()] == ["IDLE"]
    platform.scheduler.lose_node(3, NodeId(1), comes_back=True)
    platform.bus.flush()
    assert of(NodeDown, platform.events)
    assert not platform.workforce.live


def test_a_worker_that_has_moved_on_is_not_freed_by_the_end_of_its_last_job() -> None:
    events: list = []
    force = Workforce({"p": pool("p", reusable_workers=True)}, events.append)
    force.request(0, NodeId(1), "p", JobId(1), 1, AssignmentId(1))
    force.ready(1, WorkerId(1))
    force.ready(1, WorkerId(1))  # told twice
    force.job_done(2, WorkerId(1), AssignmentId(1))
    force.request(3, NodeId(1), "p", JobId(2), 1, AssignmentId(2))
    force.job_done(4, WorkerId(1), AssignmentId(1))
    force.job_displaced(4, AssignmentId(1), "node-lost")
    assert [(one.state, one.job) for one in force.live.values()] == [("BUSY", 2)]
