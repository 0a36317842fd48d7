"""Orchestration: jobs wait for their needs, retry by cause, end once, and are then forgotten."""

from collections.abc import Callable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.contracts import orchestration as o
from domain.contracts.orchestration import JobEnded, JobQueued, JobRetried, PipelineEnded
from domain.orchestration.orchestrator import Orchestrator
from domain.orchestration.specs import JobSpec, PipelineSpec
from domain.orchestration.terms import RetryPolicy
from domain.shared.events import Event
from domain.shared.ids import AssignmentId, JobId
from domain.shared.resources import Resources

CPU = Resources(1000, 1024)
PLACE = AssignmentId(9)


def spec(name: str, *needs: str, **changes) -> JobSpec:
    return JobSpec(name, "label", CPU, needs=needs, **changes)


def submit(*jobs: JobSpec) -> tuple[Orchestrator, list[Event]]:
    """An orchestrator with one pipeline, whose jobs are 1, 2, … in the order given, and what it says."""
    said: list[Event] = []
    orchestrator = Orchestrator(said.append)
    orchestrator.submit(0, "tenant", PipelineSpec(jobs), [JobId(at) for at in range(1, len(jobs) + 1)])
    return orchestrator, said


def begin(orchestrator: Orchestrator, job: int, attempt: int = 1, now: int = 1) -> None:
    orchestrator.placed(now, JobId(job), attempt, PLACE)
    orchestrator.started(now, JobId(job), attempt)


def run(orchestrator: Orchestrator, job: int, state: str, cause: str = "", attempt: int = 1, now: int = 2) -> None:
    begin(orchestrator, job, attempt, now)
    orchestrator.attempt_ended(now, JobId(job), attempt, state, cause)


def queued(said: list[Event]) -> list[int]:
    return [event.job for event in said if isinstance(event, JobQueued)]


def ends(said: list[Event]) -> dict[int, str]:
    found = [(event.job, event.state) for event in said if isinstance(event, JobEnded)]
    assert len(dict(found)) == len(found), "each ends once"
    return dict(found)


def test_the_life_of_a_job_in_full() -> None:
    orchestrator, said = submit(spec("build", runs_on=("linux",), max_queue_us=50))
    orchestrator.placed(3, JobId(1), 1, PLACE)
    orchestrator.started(5, JobId(1), 1)
    orchestrator.attempt_ended(9, JobId(1), 1, "COMPLETED", "")
    assert said == [
        o.PipelineStarted(0, 1, "tenant", 1),
        JobQueued(0, 1, 1, "tenant", "label", CPU, ("linux",), 1, 50),
        o.JobAssigned(3, 1, PLACE),
        o.JobStarted(5, 1, 1),
        JobEnded(9, 1, 1, "tenant", "label", "SUCCEEDED", 1),
        PipelineEnded(9, 1, "tenant", "SUCCEEDED"),
    ]


def test_a_job_queues_only_when_the_last_of_its_needs_has_succeeded() -> None:
    orchestrator, said = submit(spec("report", "unit", "lint"), spec("unit", "build"), spec("lint"), spec("build"))
    assert queued(said) == [3, 4], "those without needs, in the order of the spec"
    run(orchestrator, 4, "COMPLETED")
    assert queued(said) == [3, 4, 2]
    run(orchestrator, 2, "COMPLETED")
    assert queued(said) == [3, 4, 2]
    run(orchestrator, 3, "COMPLETED")
    assert queued(said) == [3, 4, 2, 1]
    run(orchestrator, 1, "COMPLETED")
    assert set(ends(said).values()) == {"SUCCEEDED"}
    assert said[-1] == PipelineEnded(2, 1, "tenant", "SUCCEEDED")


@pytest.mark.parametrize(("state", "cause", "ended"), [
    ("FAILED", "user", "FAILED"), ("TIMED_OUT", "user", "TIMED_OUT"), ("CANCELLED", "", "CANCELLED"),
])  # fmt: skip
def test_what_needs_a_job_that_did_not_succeed_is_skipped_and_all_that_needs_it(state, cause, ended) -> None:
    """Also a job that one need reaches over several paths, and one whose other need still runs."""
    orchestrator, said = submit(
        spec("build"), spec("unit", "build"), spec("lint", "build"), spec("report", "unit", "lint"),
        spec("other"), spec("both", "other", "build"),
    )  # fmt: skip
    run(orchestrator, 1, state, cause)
    assert ends(said) == {1: ended, 2: "SKIPPED", 3: "SKIPPED", 4: "SKIPPED", 6: "SKIPPED"}
    assert not isinstance(said[-1], PipelineEnded), "one job still waits"
    run(orchestrator, 5, "COMPLETED")
    assert said[-1] == PipelineEnded(2, 1, "tenant", "CANCELLED" if ended == "CANCELLED" else "FAILED")
    assert queued(said) == [1, 5]
    assert not orchestrator.jobs


def test_a_chain_of_needs_is_skipped_however_long_it_is() -> None:
    length = 5000  # Python's own calls go a thousand deep
    orchestrator, said = submit(*(spec(f"j{at}", *([f"j{at - 1}"] if at else [])) for at in range(length)))
    run(orchestrator, 1, "FAILED", "user")
    assert ends(said) == {1: "FAILED"} | dict.fromkeys(range(2, length + 1), "SKIPPED")
    assert [event.job for event in said if isinstance(event, JobEnded)] == list(range(1, length + 1)), "nearest first"
    assert said[-1] == PipelineEnded(2, 1, "tenant", "FAILED")
    assert not orchestrator.jobs


def test_a_job_that_gives_up_waiting_expires_and_its_dependents_are_skipped() -> None:
    orchestrator, said = submit(spec("build", max_queue_us=50), spec("test", "build"))
    orchestrator.expire(50, JobId(1), 1)
    assert ends(said) == {1: "EXPIRED", 2: "SKIPPED"}
    assert said[-1] == PipelineEnded(50, 1, "tenant", "FAILED")


@pytest.mark.parametrize("state", ["assigned", "running", "backing off"])
def test_only_a_job_that_waits_expires(state: str) -> None:
    orchestrator, said = submit(spec("build", max_queue_us=50))
    orchestrator.placed(1, JobId(1), 1, PLACE)
    if state != "assigned":
        orchestrator.started(2, JobId(1), 1)
    if state == "backing off":
        orchestrator.attempt_ended(3, JobId(1), 1, "LOST", "infra")
    before = list(said)
    orchestrator.expire(50, JobId(1), 1)
    assert said == before


def test_user_and_infrastructure_failures_have_limits_of_their_own_and_one_back_off() -> None:
    orchestrator, said = submit(spec("build", retry=RetryPolicy(user=1, infra=2)))
    attempts = [("LOST", "infra"), ("FAILED", "user"), ("LOST", "infra"), ("LOST", "infra")]
    for attempt, (state, cause) in enumerate(attempts, 1):
        run(orchestrator, 1, state, cause, attempt, now=attempt)
        orchestrator.retry(attempt, JobId(1), attempt)
    retries = [(event.attempt, event.cause, event.after_us) for event in said if isinstance(event, JobRetried)]
    first = 10_000_000
    assert retries == [(1, "infra", first), (2, "user", 2 * first), (3, "infra", 4 * first)]
    assert [event.attempt for event in said if isinstance(event, JobQueued)] == [1, 2, 3, 4]
    assert [(event.state, event.attempts) for event in said if isinstance(event, JobEnded)] == [("FAILED", 4)]


@pytest.mark.parametrize(("state", "cause", "limits", "attempts"), [
    ("FAILED", "user", {}, 1),
    ("FAILED", "user", {"user": 2}, 3),
    ("LOST", "infra", {}, 3),
    ("LOST", "infra", {"infra": 0, "user": 5}, 1),
    ("TIMED_OUT", "user", {"user": 5, "infra": 5}, 1),
    ("TIMED_OUT", "user", {"timeout": 2}, 3),
    ("CANCELLED", "", {"user": 5, "infra": 5, "timeout": 5}, 1),
])  # fmt: skip
def test_how_often_a_job_is_tried(state, cause, limits, attempts) -> None:
    """What timed out has a limit of its own, and what somebody cancelled is never tried again."""
    orchestrator, said = submit(spec("build", retry=RetryPolicy(**limits)))
    for attempt in range(1, 9):
        run(orchestrator, 1, state, cause, attempt)
        orchestrator.retry(3, JobId(1), attempt)
    (end,) = [event for event in said if isinstance(event, JobEnded)]
    assert end.attempts == attempts
    assert end.state == ("FAILED" if state == "LOST" else state)


def test_a_job_whose_worker_never_came_queues_again_at_once_and_without_blame() -> None:
    orchestrator, said = submit(spec("build", retry=RetryPolicy(infra=0), max_queue_us=50))
    for attempt in range(1, 5):
        orchestrator.placed(attempt, JobId(1), attempt, PLACE)
        orchestrator.displaced(attempt, JobId(1), PLACE)
    assert [(event.attempt, event.expires_at_us) for event in said if isinstance(event, JobQueued)] == [
        (1, 50), (2, 51), (3, 52), (4, 53), (5, 54),
    ]  # fmt: skip
    assert not any(isinstance(event, JobRetried) for event in said)
    run(orchestrator, 1, "COMPLETED", attempt=5)
    assert ends(said) == {1: "SUCCEEDED"}


def test_a_running_job_hears_of_its_loss_from_its_execution_alone() -> None:
    orchestrator, said = submit(spec("build"))
    begin(orchestrator, 1)
    before = list(said)
    orchestrator.displaced(2, JobId(1), PLACE)
    assert said == before
    orchestrator.attempt_ended(2, JobId(1), 1, "LOST", "infra")
    assert isinstance(said[-1], JobRetried)


def test_late_news_of_an_older_place_does_not_take_the_newer_one_away() -> None:
    orchestrator, said = submit(spec("build"))
    orchestrator.placed(1, JobId(1), 1, AssignmentId(1))
    orchestrator.displaced(2, JobId(1), AssignmentId(1))
    orchestrator.placed(3, JobId(1), 2, AssignmentId(2))
    before = list(said)
    orchestrator.displaced(4, JobId(1), AssignmentId(1))
    assert said == before
    orchestrator.displaced(5, JobId(1), AssignmentId(2))
    assert queued(said) == [1, 1, 1]


def test_pipelines_do_not_touch_each_other_though_their_jobs_share_names() -> None:
    orchestrator, said = submit(spec("build"), spec("test", "build"))
    assert (
        orchestrator.submit(0, "other", PipelineSpec((spec("build"), spec("test", "build"))), [JobId(5), JobId(6)]) == 2
    )
    run(orchestrator, 1, "FAILED", "user")
    assert ends(said) == {1: "FAILED", 2: "SKIPPED"}
    run(orchestrator, 5, "COMPLETED")
    assert queued(said) == [1, 5, 6]


# --- messages that come late, twice, or for something else -----------------------------------------------------------

MESSAGES: dict[str, Callable[[Orchestrator, JobId, int], None]] = {
    "placed": lambda one, job, attempt: one.placed(99, job, attempt, PLACE),
    "started": lambda one, job, attempt: one.started(99, job, attempt),
    "completed": lambda one, job, attempt: one.attempt_ended(99, job, attempt, "COMPLETED", ""),
    "failed": lambda one, job, attempt: one.attempt_ended(99, job, attempt, "FAILED", "user"),
    "lost": lambda one, job, attempt: one.attempt_ended(99, job, attempt, "LOST", "infra"),
    "retry": lambda one, job, attempt: one.retry(99, job, attempt),
    "expire": lambda one, job, attempt: one.expire(99, job, attempt),
}


@pytest.mark.parametrize("state", ["QUEUED", "ASSIGNED", "RUNNING", "BACKOFF", "ended"])
@pytest.mark.parametrize("message", MESSAGES)
def test_news_of_another_attempt_or_of_nobody_changes_nothing(state: str, message: str) -> None:
    orchestrator, said = submit(spec("build"), spec("blocked", "build"))
    job = JobId(1)
    run(orchestrator, job, "LOST", "infra")
    orchestrator.retry(3, job, 1)  # now the second attempt
    way = {"ASSIGNED": 1, "RUNNING": 2, "BACKOFF": 3, "ended": 3}.get(state, 0)
    for step in ("placed", "started", "completed" if state == "ended" else "lost")[:way]:
        MESSAGES[step](orchestrator, job, 2)
    before, failures = list(said), [(one.user_failures, one.infra_failures) for one in orchestrator.jobs.values()]
    for id, attempt in ((1, 1), (1, 3), (77, 1), (2, 9)):
        MESSAGES[message](orchestrator, JobId(id), attempt)
    assert said == before
    assert failures == [(one.user_failures, one.infra_failures) for one in orchestrator.jobs.values()]
    assert state == "ended" or orchestrator.jobs[job].state == state


def test_every_message_may_come_twice() -> None:
    orchestrator, said = submit(spec("build"), spec("test", "build"))
    job = JobId(1)
    for at, message in enumerate(("placed", "started", "lost", "retry", "placed", "started", "completed")):
        attempt = 1 + at // 4
        MESSAGES[message](orchestrator, job, attempt)
        before = list(said)
        MESSAGES[message](orchestrator, job, attempt)
        assert said == before, message


class AnyOrderOfMessages(RuleBasedStateMachine):
    """Two pipelines, any message about any attempt of any job in any order; our own book of who may do what."""

    @initialize(
        graphs=st.lists(
            st.lists(st.lists(st.integers(0, 4), max_size=3), min_size=1, max_size=5), min_size=2, max_size=2
        ),
        user_retries=st.integers(0, 2),
    )
    def begin(self, graphs, user_retries) -> None:
        self.said: list[Event] = []
        self.seen = 0
        self.orchestrator = Orchestrator(self.said.append)
        self.needs: dict[int, set[int]] = {}
        self.pipeline: dict[int, int] = {}
        self.ended: dict[int, str] = {}
        self.pipelines_ended: list[int] = []
        for at, graph in enumerate(graphs):
            first = 10 * at + 1
            jobs = []
            for number, wanted in enumerate(graph):
                needs = sorted({need for need in wanted if need < number})
                self.needs[first + number] = {first + need for need in needs}
                jobs.append(spec(f"j{number}", *(f"j{need}" for need in needs), retry=RetryPolicy(user=user_retries)))
            ids = [JobId(first + number) for number in range(len(jobs))]
            pipeline = self.orchestrator.submit(0, "tenant", PipelineSpec(tuple(jobs)), ids)
            self.pipeline |= dict.fromkeys(ids, pipeline)
        self.pipelines = {job.pipeline for job in self.orchestrator.jobs.values()}

    @rule(data=st.data(), message=st.sampled_from([*MESSAGES, "displaced"]), off=st.sampled_from([0, 0, 0, 0, -1, 1]))
    def message_comes(self, data, message, off) -> None:
        id = JobId(data.draw(st.sampled_from(sorted(self.needs))))
        if message == "displaced":
            self.orchestrator.displaced(99, id, PLACE)
        else:
            job = self.orchestrator.jobs.get(id)
            MESSAGES[message](self.orchestrator, id, (job.attempt if job else 1) + off)

    @rule(data=st.data())
    def job_runs_to_its_end(self, data) -> None:
        live = sorted(id for id, job in self.orchestrator.jobs.items() if job.state == "QUEUED")
        if live:
            id = data.draw(st.sampled_from(live))
            attempt = self.orchestrator.jobs[id].attempt
            for message in ("placed", "started", "completed"):
                MESSAGES[message](self.orchestrator, id, attempt)

    @invariant()
    def what_is_said_is_allowed(self) -> None:
        for event in self.said[self.seen :]:
            if isinstance(event, JobQueued | o.JobAssigned | o.JobStarted | JobRetried):
                assert event.job not in self.ended, "what has ended is over"
                assert all(self.ended.get(need) == "SUCCEEDED" for need in self.needs[event.job])
            elif isinstance(event, JobEnded):
                assert event.job not in self.ended, "once"
                unmet = {self.ended.get(need) for need in self.needs[event.job]} - {"SUCCEEDED", None}
                assert (event.state == "SKIPPED") == bool(unmet), "skipped because of a need, and only then"
                self.ended[event.job] = event.state
            elif isinstance(event, PipelineEnded):
                assert event.pipeline not in self.pipelines_ended
                self.pipelines_ended.append(event.pipeline)
                states = {self.ended.get(job) for job, pipeline in self.pipeline.items() if pipeline == event.pipeline}
                assert None not in states, "after its last job"
                assert (event.state == "SUCCEEDED") == (states == {"SUCCEEDED"})
        self.seen = len(self.said)
        assert set(self.orchestrator.jobs) == set(self.needs) - set(self.ended)

    def teardown(self) -> None:
        if not hasattr(self, "orchestrator"):
            return
        for _ in range(20):
            for id, job in list(self.orchestrator.jobs.items()):
                for message in ("retry", "placed", "started", "completed"):
                    MESSAGES[message](self.orchestrator, id, job.attempt)
        self.what_is_said_is_allowed()
        assert set(self.ended) == set(self.needs)
        assert sorted(self.pipelines_ended) == [1, 2]
        assert not self.orchestrator.jobs
        assert all(not one.dependents and one.ended for one in self.pipelines)


TestAnyOrderOfMessages = AnyOrderOfMessages.TestCase
TestAnyOrderOfMessages.settings = settings(max_examples=150, stateful_step_count=40)
