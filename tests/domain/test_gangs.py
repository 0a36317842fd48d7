"""Jobs of several parts: all places at one moment or none, and given back together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contracts.scheduling import AssignmentReleased, AssignmentRevoked, JobPlaced, OfferOpened, PartPlaced
from domain.scheduling.ganging import GangScheduler
from domain.shared.ids import JobId, NodeId
from domain.shared.refusals import Refused
from domain.shared.requirements import NONE, GangRequirements, parts_of
from domain.shared.resources import Resources
from tests.domain.cluster import TTL_US, Cluster

ONE = Resources(1000, 1024)


class Ganging(Cluster):
    """A cluster whose scheduler knows of gangs."""

    def __init__(self, admission: Any = None, **named: Any) -> None:
        super().__init__(**named)
        names = [(name, 1) for name in self.scheduler.names]
        policy = self.scheduler.policy
        self.scheduler = GangScheduler(policy, names, self.events.append, self._wake, admission=admission)

    def gang(self, job: int, parts: int, now: int = 0) -> None:
        self.submit(job, ONE, needs=GangRequirements(parts=parts) if parts > 1 else NONE, now=now)

    def places(self, job: int) -> list[tuple[int, int]]:
        """(node, parts there) of a job, in the order of nodes."""
        here = [one for one in self.scheduler.assignments.values() if one.demand.job == job]
        return sorted((int(one.node.id), one.resources.cpu_millis // 1000) for one in here)


def test_one_offer_per_node_and_one_place_where_the_job_starts() -> None:
    cluster = Ganging()
    for node in (1, 2, 3):
        cluster.node(node, ONE * 2)
    cluster.gang(1, 5)
    assert len(cluster.round()) == 1
    assert cluster.places(1) == [(1, 2), (2, 2), (3, 1)]
    assert [type(event) for event in cluster.events].count(OfferOpened) == 3
    assert [type(event) for event in cluster.events].count(PartPlaced) == 2


def test_what_has_no_room_whole_holds_nothing() -> None:
    cluster = Ganging()
    for node in (1, 2):
        cluster.node(node, ONE * 2)
    cluster.gang(1, 5)
    cluster.gang(2, 1)
    cluster.gang(3, 3)
    assert [job for job, _ in cluster.round()] == [2, 3]
    cluster.node(3, ONE)
    assert cluster.round() == []
    assert cluster.free(3) == ONE, "no part waits there for the others"
    cluster.release(2)
    for one in [one for one in cluster.scheduler.assignments.values() if one.demand.job == 3][:1]:
        cluster.scheduler.release(1, one.id)
    assert [job for job, _ in cluster.round()] == [1]


@pytest.mark.parametrize("end", ["release", "revoke"])
def test_places_end_together_whichever_ends_first(end: str) -> None:
    cluster = Ganging()
    for node in (1, 2, 3):
        cluster.node(node, ONE)
    cluster.gang(1, 3)
    cluster.round()
    for one in list(cluster.scheduler.assignments.values())[:1]:
        if end == "release":
            cluster.scheduler.release(5, one.id)
        else:
            cluster.scheduler.revoke(5, one.id, "why")
    ended = [event for event in cluster.events if isinstance(event, AssignmentReleased | AssignmentRevoked)]
    own = next(event for event in cluster.events if isinstance(event, JobPlaced))
    assert len(ended) == 3
    assert ended[-1].assignment == own.assignment, "the job hears of it when all is free"
    assert not cluster.scheduler.assignments
    assert all(cluster.free(node) == ONE for node in (1, 2, 3))


def test_a_lost_node_takes_the_whole_gang() -> None:
    cluster = Ganging()
    for node in (1, 2, 3):
        cluster.node(node, ONE)
    cluster.gang(1, 3)
    cluster.round()
    cluster.scheduler.lose_node(9, NodeId(2))
    assert not cluster.scheduler.assignments
    assert cluster.free(1) == cluster.free(3) == ONE


def test_claims_are_committed_together_or_not_at_all() -> None:
    cluster = Ganging()
    for node in (1, 2, 3):
        cluster.node(node, ONE)
    cluster.gang(1, 3)
    offer = cluster.open()
    cluster.scheduler.lose_node(2, NodeId(3))
    assert offer.ended
    assert not cluster.scheduler.offers, "all are taken back"
    assert cluster.free(1) == cluster.free(2) == ONE
    assert [demand.job for demand in cluster.scheduler.queue.of(0, 0)] == [1], "and the job waits, once"


def test_all_offers_expire_together() -> None:
    cluster = Ganging()
    for node in (1, 2):
        cluster.node(node, ONE)
    cluster.gang(1, 2)
    cluster.scheduler.expire(TTL_US, cluster.open())
    assert not cluster.scheduler.offers
    assert [job for job, _ in cluster.round(TTL_US)] == [1]


def test_a_part_that_is_declined_takes_the_others_back() -> None:
    cluster = Ganging(admission=lambda demand, node: Refused("no") if node.id == 2 else None)
    for node in (1, 2, 3, 4):
        cluster.node(node, ONE)
    cluster.gang(1, 3)
    cluster.round()
    assert cluster.places(1) == [(1, 1), (3, 1), (4, 1)], "the next try leaves out the node that was refused"
    assert cluster.free(2) == ONE


def test_a_job_that_leaves_before_its_commit_leaves_no_offer() -> None:
    cluster = Ganging()
    for node in (1, 2):
        cluster.node(node, ONE)
    cluster.gang(1, 2)
    cluster.open()
    cluster.scheduler.withdraw(1, JobId(1))
    assert not cluster.scheduler.offers
    assert cluster.round() == []


STEPS = st.lists(
    st.tuples(st.sampled_from(["gang", "gang", "end", "round", "open", "commit", "expire", "lose", "node", "withdraw"]),
              st.integers(0, 6), st.integers(1, 4)),
    max_size=50,
)  # fmt: skip


@pytest.mark.parametrize("placement", ["best-fit", "spread", "random", "next-fit"])
@given(steps=STEPS)
def test_histories(placement: str, steps: list[tuple[str, int, int]]) -> None:
    """After every step each job has all its places or none, and the ledger is what offers and places add up to."""
    cluster = Ganging(placement=placement)
    scheduler, capacity, job, node = cluster.scheduler, {}, 0, 0
    opened: list = []
    for now, (step, one, two) in enumerate(steps):
        live = [assignment.id for assignment in scheduler.assignments.values()]
        opened = [offer for offer in opened if not offer.ended]
        if step == "gang":
            job += 1
            cluster.gang(job, two, now)
        elif step == "node":
            node += 1
            capacity[node] = ONE * two
            cluster.node(node, ONE * two)
        elif step == "lose" and capacity:
            lost = sorted(capacity)[one % len(capacity)]
            del capacity[lost]
            scheduler.lose_node(now, NodeId(lost))
        elif step == "end" and live:
            scheduler.release(now, live[one % len(live)])
        elif step == "round":
            cluster.round(now)
        elif step == "open":
            offer = scheduler.open_offer(now)
            if offer is not None:
                opened.append(offer)
        elif step == "commit" and opened:
            scheduler.commit(now, opened[one % len(opened)])
        elif step == "expire" and opened:
            scheduler.expire(now, opened[one % len(opened)])
        elif step == "withdraw" and job:
            scheduler.withdraw(now, JobId(1 + one % job))
        parts: dict[int, list[int]] = {}
        used = dict.fromkeys(capacity, Resources())
        for stage, held in enumerate((scheduler.offers, scheduler.assignments)):
            for each in held.values():
                counts = parts.setdefault(each.demand.job, [0, 0, parts_of(each.demand.requirements)])
                counts[stage] += each.resources.cpu_millis // 1000
                used[int(each.node.id)] += each.resources
        assert all(sorted(counts[:2]) == [0, counts[2]] for counts in parts.values()), parts
        assert all(cluster.free(each) == capacity[each] - used[each] for each in capacity)
