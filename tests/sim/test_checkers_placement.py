"""The checkers of preemption and of gangs catch what must never happen, each planted in an otherwise good history."""

import pytest

from domain.contracts.orchestration import JobEnded, JobQueued
from domain.contracts.scheduling import (
    AssignmentReleased,
    AssignmentRevoked,
    InverseOfferOpened,
    JobPlaced,
    PartPlaced,
)
from domain.shared.requirements import GangRequirements, Requirements
from domain.shared.resources import Resources
from sim.checkers import PromiseBroken
from sim.checkers_gangs import GangsAreWhole
from sim.checkers_preemption import OnlyLesserWorkIsStopped

ONE = Resources(1000, 1024)


def queued(job: int, priority: int = 0, at: int = 0, attempt: int = 1, **more) -> JobQueued:
    needs = Requirements(priority=priority, **more)
    return JobQueued(at, job, 1, "a", "label", ONE, (), attempt, 0, needs)


def gang(job: int, parts: int) -> JobQueued:
    return JobQueued(0, job, 1, "a", "label", ONE, (), 1, 0, GangRequirements(parts=parts))


def placed(job: int, assignment: int, node: int = 1, ask: Resources = ONE, at: int = 1) -> JobPlaced:
    return JobPlaced(at, assignment, job, 1, node, "pool", ask)


def part(job: int, assignment: int, node: int, ask: Resources = ONE, at: int = 1) -> PartPlaced:
    return PartPlaced(at, assignment, job, 1, node, "pool", ask)


def asked(at: int = 5) -> InverseOfferOpened:
    return InverseOfferOpened(at, 1, 1, "a", ONE, "preempted", at + 10)


def stopped(job: int, assignment: int, at: int = 15, reason: str = "preempted") -> AssignmentRevoked:
    return AssignmentRevoked(at, assignment, job, 1, reason)


def watch(checker, events):
    handlers = checker.subscriptions()
    for event in events:
        if type(event) in handlers:
            handlers[type(event)](event)
    return checker


LESSER = [queued(1, interruptible=True), placed(1, 1), queued(2, 5, at=4), asked(), stopped(1, 1)]
AGAIN = queued(1, at=15, attempt=2)


def preemption(events, interruptible: bool = False):
    return watch(OnlyLesserWorkIsStopped(interruptible, 10), events)


@pytest.mark.parametrize("events", [[*LESSER, AGAIN], [*LESSER, JobEnded(20, 1, 1, "a", "label", "CANCELLED", 1)]])
@pytest.mark.parametrize("interruptible", [True, False])
def test_a_good_preemption_passes(events, interruptible: bool) -> None:
    assert list(preemption(events, interruptible).at_end()) == []


@pytest.mark.parametrize(("events", "interruptible", "promise"), [
    ([queued(1, 5), *LESSER[1:]], False, "higher priority only"),
    ([queued(1, 6), *LESSER[1:]], False, "higher priority only"),
    ([*LESSER[:2], asked(), stopped(1, 1)], False, "higher priority only"),
    ([queued(1), *LESSER[1:]], True, "only interruptible work"),
    ([*LESSER[:4], stopped(1, 1, at=16)], False, "later than the grace"),
])  # fmt: skip
def test_a_wrong_preemption_is_caught(events, interruptible: bool, promise: str) -> None:
    with pytest.raises(PromiseBroken, match=promise):
        preemption(events, interruptible)


def test_a_victim_that_is_lost_is_missed_at_the_end() -> None:
    (found,) = preemption(LESSER).at_end()
    assert "never queued again" in found


def test_other_losses_are_no_preemption() -> None:
    assert list(preemption([*LESSER[:2], stopped(1, 1, reason="node-lost")]).at_end()) == []


WHOLE = [gang(1, 3), part(1, 7, 2), placed(1, 8, 1, ONE * 2)]
ENDS = [AssignmentReleased(9, 7, 2), AssignmentReleased(9, 8, 1)]


def test_a_whole_gang_passes() -> None:
    assert list(watch(GangsAreWhole(), [*WHOLE, *ENDS, queued(2), placed(2, 9)]).at_end()) == []


@pytest.mark.parametrize(("events", "promise"), [
    ([gang(1, 3), part(1, 7, 2), placed(1, 8)], "whole and at one moment"),
    ([gang(1, 3), placed(1, 8)], "whole and at one moment"),
    ([gang(1, 2), part(1, 7, 2, at=0), placed(1, 8)], "whole and at one moment"),
    ([gang(1, 3), part(1, 7, 1), placed(1, 8, 1, ONE * 2)], "one place per node"),
    ([*WHOLE, ENDS[0], AssignmentReleased(10, 8, 1)], "end together"),
])  # fmt: skip
def test_a_broken_gang_is_caught(events, promise: str) -> None:
    with pytest.raises(PromiseBroken, match=promise):
        watch(GangsAreWhole(), events)


@pytest.mark.parametrize(("events", "said"), [
    (WHOLE[:2], "has parts and no place"),
    ([*WHOLE, ENDS[0]], "outlived its job's others"),
])  # fmt: skip
def test_what_is_left_of_a_gang_is_missed_at_the_end(events, said: str) -> None:
    assert any(said in found for found in watch(GangsAreWhole(), events).at_end())
