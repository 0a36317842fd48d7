"""The checker of several schedulers catches what must never happen, each planted in an otherwise good history."""

import pytest

from domain.contracts import scheduling as s
from domain.shared.resources import Resources
from sim.checkers import PromiseBroken
from sim.checkers_coordination import ConservationAmongSchedulers

ONE, HALF = Resources(1000, 1024), Resources(500, 512)
NODE = [s.NodeJoined(0, 1, "pool", ONE), s.NodeReady(0, 1, 1)]
OPEN = s.OfferOpened(1, 1, 1, 1, "quick", ONE, 10)
CLAIMS = [s.OfferClaimed(2, 1, 7, 10), s.OfferClaimed(2, 1, 8, 10)]
SPENT = s.OfferSpent(3, 1, ("1", "2"), ONE)
TWO = [s.JobPlaced(3, 1, 7, 1, 1, "pool", HALF), s.JobPlaced(3, 2, 8, 1, 1, "pool", HALF)]
GONE = [s.AssignmentReleased(5, 1, 1), s.AssignmentReleased(5, 2, 1), s.NodeGone(9, 1)]
PLAN = [s.OfferShared(1, 1, 1, 1, "a", ONE, 10), s.OfferShared(1, 2, 1, 1, "b", ONE, 10)]
WON = [s.OfferAccepted(2, 1, 1), s.JobPlaced(2, 1, 7, 1, 1, "pool", ONE)]
LOST = s.OfferRejected(3, 2, "conflict")


def watch(events) -> list[str]:
    checker = ConservationAmongSchedulers(ttl_us=9)
    handlers = checker.subscriptions()
    for event in events:
        if handler := handlers.get(type(event)):
            handler(event)
    return list(checker.at_end())


@pytest.mark.parametrize("events", [
    [*NODE, OPEN, *CLAIMS, SPENT, *TWO, *GONE],
    [*NODE, OPEN, s.OfferDeclined(4, 1, "no-use", 9), s.OfferOpened(4, 2, 1, 1, "slow", ONE, 13),
     s.OfferExpired(13, 2)],
    [*NODE, *PLAN, *WON, LOST, s.AssignmentReleased(5, 1, 1), s.NodeGone(9, 1)],
    [*NODE, OPEN, s.OfferClaimed(2, 1, 7, 5), s.OfferExpired(5, 1)],
])  # fmt: skip
def test_a_good_history_passes(events) -> None:
    assert watch(events) == []


@pytest.mark.parametrize(("events", "promise"), [
    ([*NODE, OPEN, s.OfferOpened(2, 2, 1, 1, "slow", HALF, 10)], "no more is given than there is"),
    ([*NODE, *PLAN, *WON, s.OfferAccepted(3, 2, 2), s.JobPlaced(3, 2, 8, 1, 1, "pool", ONE)], "no more is given"),
    ([*NODE, s.OfferOpened(1, 1, 1, 1, "quick", ONE, 11)], "no offer stands longer than its time"),
    ([*NODE, OPEN, s.NodeJoined(11, 2, "pool", ONE)], "offer 1 ends at 10 at the latest"),
    ([*NODE, OPEN, s.OfferExpired(9, 1)], "expiry is exactly at 10"),
    ([*NODE, *PLAN, s.OfferExpired(9, 1)], "expiry is exactly at 10"),
    ([*NODE, OPEN, *CLAIMS, s.OfferSpent(3, 1, (), ONE)], "an accepted offer names its assignments"),
    ([*NODE, OPEN, *CLAIMS, SPENT, s.JobPlaced(3, 1, 7, 1, 1, "pool", ONE), TWO[1]], "no more is placed than the"),
    ([*NODE, OPEN, *CLAIMS, s.NodeDown(2, 1, 1), SPENT], "a claim with an old epoch never commits"),
    ([*NODE, OPEN, SPENT, SPENT], "an offer ends once"),
    ([*NODE, *PLAN, s.NodeDown(2, 1, 1), s.NodeGone(2, 1)], "all offers of a leaving node are rescinded"),
    ([*NODE, OPEN, *CLAIMS, SPENT, TWO[0], s.JobPlaced(3, 2, 7, 2, 1, "pool", HALF)], "a job has one place at a time"),
])  # fmt: skip
def test_a_broken_promise_is_caught(events, promise) -> None:
    with pytest.raises(PromiseBroken, match=promise):
        watch(events)


def test_what_never_ended_is_told_at_the_end() -> None:
    assert watch([*NODE, *PLAN]) == ["2 shared offers never ended"]
    assert watch([*NODE, OPEN, *CLAIMS, SPENT]) == ["2 assignments of accepted offers never came"]
