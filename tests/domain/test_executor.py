"""Execution: one live attempt a job, each ended once by whoever holds its token, and by nobody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contracts.execution import ExecutionEnded, ExecutionRunning, ExecutionStarted, ExecutionUploading
from domain.execution.executor import Executor
from domain.execution.failures import REASONS, USUAL, cause_of
from domain.shared.events import Event
from domain.shared.ids import AssignmentId, ExecutionId, JobId, NodeId, WorkerId
from domain.shared.refusals import Refused

ENDS = {"complete": "COMPLETED", "fail": "FAILED", "cancel": "CANCELLED", "time_out": "TIMED_OUT", "lose": "LOST"}
BLAMED = {"complete": "", "cancel": "", "fail": "user", "time_out": "user", "lose": "infra"}
STEPS = st.lists(st.tuples(st.sampled_from([*ENDS, "start", "lose job"]), st.integers(1, 4)), max_size=60)


def an_executor() -> tuple[Executor, list[Event]]:
    said: list[Event] = []
    return Executor(said.append), said


def start(executor: Executor, job: int = 1, attempt: int = 1, now: int = 10, place: int = 0):
    place = place or 100 * job - 80 + attempt
    execution = executor.start(now, JobId(job), attempt, AssignmentId(place), WorkerId(30), NodeId(40), 100)
    if not isinstance(execution, Refused):
        executor.run(now, execution.id)
    return execution


def test_every_way_to_end_is_tried_below() -> None:
    assert set(ENDS) == set(USUAL)


@pytest.mark.parametrize("move", ENDS)
def test_an_attempt_prepares_runs_and_ends_by(move: str) -> None:
    executor, said = an_executor()
    execution = start(executor)
    assert (execution.state, execution.timeout_us, executor.live) == ("RUNNING", 100, {1: execution})
    assert executor.finish(25, execution.id, move) is None
    assert said == [
        ExecutionStarted(10, 1, 1, 1, 30, 40),
        ExecutionRunning(10, 1),
        *([ExecutionUploading(25, 1)] if move == "complete" else []),
        ExecutionEnded(25, 1, 1, 1, 21, 30, 40, ENDS[move], BLAMED[move], 15, USUAL[move]),
    ]
    assert not executor.live
    assert start(executor, attempt=2).id == 2, "and the job may be tried again, under a higher token"


@pytest.mark.parametrize("move", ENDS)
def test_a_token_that_has_ended_or_never_was_changes_nothing(move: str) -> None:
    executor, said = an_executor()
    executor.finish(11, start(executor).id, "lose")
    now_live = start(executor, attempt=2)
    before = list(said)
    for token in (1, 3, 0, -1):
        assert executor.finish(12, ExecutionId(token), move) == Refused("stale-token", f"execution {token}")
    assert said == before
    assert executor.live == {2: now_live}
    assert now_live.state == "RUNNING"


def test_an_attempt_of_a_job_that_executes_is_refused_and_one_of_another_job_is_not() -> None:
    executor, said = an_executor()
    first = start(executor)
    before = list(said)
    assert start(executor) == start(executor, place=99) == Refused("already-executing", "job 1")
    assert said == before
    assert start(executor, job=2).id == 2, "a refusal uses up no token"
    assert set(executor.live) == {first.id, 2}


def test_a_newer_attempt_replaces_one_whose_place_was_lost_unheard() -> None:
    executor, said = an_executor()
    start(executor)
    newer = start(executor, attempt=2, now=11)
    assert executor.live == {2: newer}
    assert said[2] == ExecutionEnded(11, 1, 1, 1, 21, 30, 40, "LOST", "infra", 1, USUAL["lose"])
    assert start(executor, attempt=1, place=98, now=12) == Refused("already-executing", "job 1")


def test_what_begins_at_a_place_begins_once_however_late_it_is_heard_again() -> None:
    executor, said = an_executor()
    executor.finish(11, start(executor).id, "complete")
    executor.lose(12, JobId(2), AssignmentId(121))
    executor.cancel(13, JobId(3), AssignmentId(221))
    before = list(said)
    for job, place in ((1, 21), (2, 121), (3, 221)):
        assert start(executor, job) == Refused("already-begun", f"assignment {place}")
    assert said == before
    assert not executor.live


def test_losing_a_job_ends_its_attempt_and_no_other() -> None:
    executor, said = an_executor()
    for job in (1, 2):
        start(executor, job)
    executor.lose(12, JobId(3), AssignmentId(21))
    assert len(executor.live) == 2
    executor.lose(12, JobId(1), AssignmentId(21))
    executor.lose(13, JobId(1), AssignmentId(21))
    assert said[-1] == ExecutionEnded(12, 1, 1, 1, 21, 30, 40, "LOST", "infra", 2, "lease-expired")
    assert set(executor.live) == {2}


def test_late_news_of_an_older_place_leaves_the_attempt_at_the_newer_one_alone() -> None:
    executor, said = an_executor()
    start(executor)
    executor.lose(11, JobId(1), AssignmentId(21))
    start(executor, attempt=2)
    before = list(said)
    executor.lose(12, JobId(1), AssignmentId(21))
    assert said == before
    assert set(executor.live) == {2}


def test_the_end_is_told_when_the_attempt_is_over_so_that_the_next_may_begin_inside_it() -> None:
    """Whoever hears of the end may start the next attempt at once."""
    began = []

    def heard(event: Event) -> None:
        if isinstance(event, ExecutionEnded) and event.attempt == 1:
            began.append(start(executor, attempt=2, now=event.at_us))

    executor = Executor(heard)
    executor.finish(12, start(executor).id, "fail")
    assert executor.live == {2: began[0]}
    executor.lose(13, JobId(1), AssignmentId(22))
    assert not executor.live


@given(STEPS)
def test_in_any_history_one_attempt_a_job_lives_and_each_ends_once(steps) -> None:
    executor, said = an_executor()
    live: dict[int, int] = {}  # job → token, our own book
    places: dict[int, int] = {}
    tokens = 0
    for now, (step, number) in enumerate(steps, 10):
        if step == "start":
            answer = start(executor, number, now=now, place=1000 + now)
            assert isinstance(answer, Refused) == (number in live)
            if number not in live:
                tokens += 1
                live[number], places[number] = tokens, 1000 + now
        elif step == "lose job":
            executor.lose(now, JobId(number), AssignmentId(places.get(number, 0)))
            live.pop(number, None)
        else:
            holder = [job for job, token in live.items() if token == number]
            assert (executor.finish(now, ExecutionId(number), step) is None) == bool(holder)
            for job in holder:
                del live[job]
        assert {one.job: token for token, one in executor.live.items()} == live
    ended = [event.execution for event in said if isinstance(event, ExecutionEnded)]
    assert len(set(ended)) == len(ended)
    assert set(ended) | set(live.values()) == set(range(1, tokens + 1))


def test_who_is_to_blame_follows_from_the_reason_and_nobody_is_blamed_for_what_is_unknown() -> None:
    executor, said = an_executor()
    for attempt, reason in enumerate([*REASONS, "meteorite"], 1):
        executor.finish(20, start(executor, attempt=attempt).id, "fail", reason)
        assert (said[-1].cause, said[-1].reason) == (REASONS.get(reason, "infra"), reason)
    assert cause_of("") == ""


def test_a_place_or_a_wish_that_is_gone_ends_the_attempt_there_and_no_other() -> None:
    executor, said = an_executor()
    for command, state in ((executor.lose, "LOST"), (executor.cancel, "CANCELLED")):
        execution = start(executor, place=len(said) + 1)
        command(11, JobId(1), AssignmentId(99))
        command(11, JobId(2), execution.assignment)
        assert execution.state == "RUNNING"
        command(12, JobId(1), execution.assignment)
        assert (execution.state, said[-1].state) == (state, state)
        command(13, JobId(1), execution.assignment)
        assert said[-1].at_us == 12


def test_what_runs_or_has_ended_does_not_begin_to_run_and_only_what_runs_uploads() -> None:
    executor, said = an_executor()
    execution = start(executor)
    assert executor.run(11, execution.id) == Refused("already-running", "execution 1 is RUNNING")
    assert executor.upload(12, execution.id) is execution
    assert executor.upload(13, execution.id) == Refused("not-running", "execution 1 is UPLOADING")
    assert executor.finish(14, execution.id, "complete") is None
    assert executor.run(15, execution.id) == executor.upload(15, execution.id) == Refused("stale-token", "execution 1")
    assert [type(event) for event in said] == [ExecutionStarted, ExecutionRunning, ExecutionUploading, ExecutionEnded]
