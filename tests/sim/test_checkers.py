"""The checkers catch what must never happen, each planted in an otherwise good history."""

import pytest

from domain.contracts import orchestration as o
from domain.contracts import scheduling as s
from domain.contracts import workers as w
from domain.shared.resources import Resources
from sim.checkers import ConservationOfCapacity, EverythingEndsOnce, PromiseBroken, TimeNeverGoesBack

ONE = Resources(1000, 1024)
NODE = [s.NodeJoined(0, 1, "pool", ONE), s.NodeReady(0, 1, 1)]
OPEN = s.OfferOpened(1, 1, 1, 1, "t", ONE, 10)
SECOND = s.OfferOpened(11, 2, 1, 1, "t", ONE, 20)
PLACED = [OPEN, s.OfferClaimed(2, 1, 7), s.OfferAccepted(2, 1, 1), s.JobPlaced(2, 1, 7, 1, 1, "pool", ONE)]
RELEASED = s.AssignmentReleased(5, 1, 1)
ELSEWHERE = [  # the same job again, on another node
    s.NodeJoined(3, 2, "pool", ONE), s.NodeReady(3, 2, 1), s.OfferOpened(3, 2, 2, 1, "t", ONE, 10),
    s.OfferAccepted(3, 2, 2), s.JobPlaced(3, 2, 7, 2, 2, "pool", ONE),
]  # fmt: skip
REVOKED = s.AssignmentRevoked(4, 1, 7, 1, "node-lost")
RETRY = [o.JobRetried(2, 7, 1, "infra", 9), o.JobQueued(11, 7, 1, "t", "l", ONE, (), 2, 0), o.JobStarted(12, 7, 2)]
LIFE = [
    o.PipelineStarted(0, 1, "t", 1),
    o.JobQueued(0, 7, 1, "t", "l", ONE, (), 1, 0),
    o.JobStarted(1, 7, 1),
    o.JobEnded(2, 7, 1, "t", "l", "SUCCEEDED", 1),
    o.PipelineEnded(2, 1, "t", "SUCCEEDED"),
]
WORKER = [w.WorkerRequested(0, 3, 1, "pool", 7), w.WorkerAcquired(1, 3, 1, 1, 7, 1), w.WorkerTerminated(2, 3, 1)]


def watch(checker, events) -> None:
    handlers = checker.subscriptions()
    for event in events:
        handler = handlers.get(type(event))
        if handler:
            handler(event)


@pytest.mark.parametrize(("checker", "events"), [
    (ConservationOfCapacity, [*NODE, *PLACED, RELEASED, s.NodeGone(9, 1)]),
    (ConservationOfCapacity, [*NODE, OPEN, s.OfferExpired(10, 1), SECOND, s.OfferRescinded(12, 2, "x")]),
    (ConservationOfCapacity, [*NODE, *PLACED, s.NodeDown(3, 1, 1), REVOKED, s.NodeReady(9, 1, 2), s.NodeGone(9, 1)]),
    (ConservationOfCapacity, [*NODE, *PLACED, RELEASED, *ELSEWHERE, s.AssignmentReleased(9, 2, 2)]),
    (EverythingEndsOnce, LIFE),
    (EverythingEndsOnce, [LIFE[0], o.JobEnded(2, 7, 1, "t", "l", "SKIPPED", 0), LIFE[4]]),
    (EverythingEndsOnce, [*LIFE[:3], *RETRY, o.JobEnded(13, 7, 1, "t", "l", "FAILED", 2), LIFE[4]]),
    (EverythingEndsOnce, WORKER),
])  # fmt: skip
def test_a_good_history_passes(checker, events) -> None:
    one = checker()
    watch(one, events)
    assert list(one.at_end()) == []


@pytest.mark.parametrize(("checker", "events", "promise"), [
    (ConservationOfCapacity, [*NODE, *PLACED, SECOND], "no more is given than there is"),
    (ConservationOfCapacity, [*NODE, OPEN, OPEN], "an offer is opened once"),
    (ConservationOfCapacity, [NODE[0], OPEN], "only ready nodes are offered"),
    (ConservationOfCapacity, [*NODE, s.NodeCordoned(0, 1), OPEN], "only ready nodes are offered"),
    (ConservationOfCapacity, [*NODE, OPEN, s.OfferExpired(9, 1)], "expiry is exactly at 10"),
    (ConservationOfCapacity, [*NODE, OPEN, s.OfferClaimed(10, 1, 7)], "only live offers are claimed"),
    (ConservationOfCapacity, [*NODE, OPEN, s.OfferAccepted(10, 1, 1)], "an expired offer is never accepted"),
    (ConservationOfCapacity, [*NODE, OPEN, s.NodeReady(2, 1, 2), s.OfferAccepted(3, 1, 1)], "old epoch never commits"),
    (ConservationOfCapacity, [*NODE, OPEN, s.OfferDeclined(2, 1), s.OfferDeclined(2, 1)], "an offer ends once"),
    (ConservationOfCapacity, [*NODE, *PLACED, RELEASED, RELEASED], "an assignment ends once"),
    (ConservationOfCapacity, [*NODE, *PLACED, s.NodeGone(3, 1)], "leaves only when nothing is on it"),
    (ConservationOfCapacity, [*NODE, OPEN, s.OfferExpired(11, 1)], "expiry is exactly at 10"),
    (ConservationOfCapacity, [*NODE, OPEN, s.OfferRescinded(2, 1, "x"), PLACED[1]], "only live offers are claimed"),
    (ConservationOfCapacity, [*NODE, OPEN, s.OfferRejected(2, 1, "x"), PLACED[2]], "an offer ends once"),
    (ConservationOfCapacity, [*NODE, *PLACED[:3], PLACED[2]], "an offer ends once"),
    (ConservationOfCapacity, [*NODE, s.NodeDown(0, 1, 1), OPEN], "only ready nodes are offered"),
    (ConservationOfCapacity, [*NODE, OPEN, s.NodeDown(2, 1, 1), PLACED[2]], "old epoch never commits"),
    (ConservationOfCapacity, [*NODE, s.NodeReady(1, 1, 2), OPEN], "only ready nodes are offered, under their epoch"),
    (ConservationOfCapacity, [*NODE, OPEN, s.NodeGone(3, 1)], "leaves only when nothing is on it"),
    (ConservationOfCapacity, [*NODE, *PLACED, PLACED[3]], "a job is placed once"),
    (ConservationOfCapacity, [*NODE, PLACED[3]], "where and with what its accepted offer held"),
    (ConservationOfCapacity, [*NODE, *PLACED[:3], s.JobPlaced(2, 1, 7, 1, 1, "pool", ONE * 2)], "its accepted offer"),
    (ConservationOfCapacity, [*NODE, *PLACED[:3], s.JobPlaced(2, 1, 7, 1, 2, "pool", ONE)], "its accepted offer"),
    (ConservationOfCapacity, [*NODE, *PLACED, *ELSEWHERE], "a job has one place at a time"),
    (ConservationOfCapacity, [*NODE, OPEN, NODE[0]], "a node joins once"),
    (EverythingEndsOnce, [LIFE[0], LIFE[3]], "what never queued is skipped or cancelled"),
    (EverythingEndsOnce, [LIFE[1], LIFE[3]], "a pipeline has the jobs that it began with"),
    (EverythingEndsOnce, [*LIFE[:4], o.JobEnded(2, 8, 1, "t", "l", "SKIPPED", 0)], "the jobs that it began with"),
    (EverythingEndsOnce, [*WORKER[:2], WORKER[0]], "a worker is requested once"),
    (ConservationOfCapacity, [*NODE, *PLACED, REVOKED, RELEASED], "an assignment ends once"),
    (EverythingEndsOnce, [*LIFE, LIFE[4]], "a pipeline ends once"),
    (EverythingEndsOnce, [*LIFE[:2], LIFE[4]], "after its last job"),
    (EverythingEndsOnce, [*LIFE[:2], o.JobStarted(1, 7, 2)], "only a queued attempt starts"),
    (EverythingEndsOnce, [*LIFE[:2], o.JobQueued(1, 7, 1, "t", "l", ONE, (), 3, 0)], "attempts are counted one by one"),
    (EverythingEndsOnce, [*WORKER, WORKER[1]], "only live workers take jobs"),
    (EverythingEndsOnce, [*WORKER[:2], w.WorkerTerminated(2, 3, 2)], "a worker ends once; it took 1 jobs"),
    (EverythingEndsOnce, [*LIFE[:4], LIFE[3]], "a job ends exactly once"),
    (EverythingEndsOnce, [*LIFE, LIFE[1]], "what has ended never queues again"),
    (EverythingEndsOnce, [*LIFE[:2], LIFE[1]], "attempts are counted one by one"),
    (EverythingEndsOnce, [*LIFE[:3], LIFE[2]], "an attempt starts once"),
    (EverythingEndsOnce, [LIFE[0], LIFE[2]], "only a queued attempt starts"),
    (EverythingEndsOnce, [*LIFE[:3], LIFE[4]], "after its last job"),
    (EverythingEndsOnce, [*WORKER, WORKER[2]], "a worker ends once"),
    (EverythingEndsOnce, [WORKER[1]], "only live workers take jobs"),
    (EverythingEndsOnce, [WORKER[0], WORKER[2]], "a worker ends once; it took 0 jobs"),
])  # fmt: skip
def test_a_planted_violation_is_caught(checker, events, promise) -> None:
    with pytest.raises(PromiseBroken, match=promise):
        watch(checker(), events)


@pytest.mark.parametrize(("checker", "events", "left"), [
    (ConservationOfCapacity, [*NODE, OPEN], "1 offers never ended"),
    (ConservationOfCapacity, [*NODE, *PLACED], "1 assignments never ended"),
    (EverythingEndsOnce, LIFE[:3], "1 jobs never ended"),
    (EverythingEndsOnce, LIFE[:1], "1 pipelines never ended"),
    (EverythingEndsOnce, WORKER[:2], "1 workers never ended"),
])  # fmt: skip
def test_what_never_ends_is_named_at_the_end(checker, events, left) -> None:
    one = checker()
    watch(one, events)
    assert left in list(one.at_end())


def test_time_may_stand_still_and_is_remembered_between_batches() -> None:
    watch_time = TimeNeverGoesBack()
    watch_time([s.OfferDeclined(5, 1), s.OfferDeclined(5, 2)], [])
    watch_time([s.OfferDeclined(5, 3)], [])
    with pytest.raises(PromiseBroken, match="it was 5 µs already"):
        watch_time([s.OfferDeclined(4, 4)], [])


def test_time_that_goes_back_is_caught() -> None:
    with pytest.raises(PromiseBroken, match="it was 5 µs already"):
        TimeNeverGoesBack()([s.OfferDeclined(5, 1), s.OfferDeclined(4, 1)], [])
