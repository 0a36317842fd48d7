"""What the scheduler promises about offers, and about the nodes that they are made on."""

import pytest

from domain.contracts.scheduling import NodeReady, OfferOpened, OfferRejected, OfferRescinded
from domain.shared.ids import NodeId
from domain.shared.lifecycle import IllegalMove
from domain.shared.refusals import Refused
from domain.shared.resources import Resources
from tests.domain.cluster import TTL_US, Cluster

CPU = Resources(1000, 1024)


# --- offers -------------------------------------------------------------------------------------------------------


def test_an_offer_holds_what_it_says_until_it_is_committed() -> None:
    cluster = Cluster()
    cluster.node(1, CPU * 2)
    cluster.submit(1, CPU)
    offer = cluster.open(now=5)
    assert (offer.state, offer.epoch, offer.expires_at_us) == ("CLAIMED", 1, 5 + TTL_US)
    assert cluster.free(1) == CPU
    assignment = cluster.scheduler.commit(6, offer)
    assert (offer.state, assignment.state, assignment.demand.job) == ("ACCEPTED", "ACCEPTED", 1)
    assert (cluster.free(1), len(cluster.scheduler.offers)) == (CPU, 0)
    assert cluster.said()[-4:] == ["OfferOpened", "OfferClaimed", "OfferAccepted", "JobPlaced"]
    cluster.scheduler.release(7, assignment.id)
    cluster.scheduler.release(8, assignment.id)  # a message that comes twice
    assert cluster.free(1) == CPU * 2
    assert cluster.said().count("AssignmentReleased") == 1


def test_an_expired_offer_frees_its_capacity_and_the_job_waits_where_it_stood() -> None:
    cluster = Cluster()
    cluster.node(1, CPU)
    for job in (1, 2):
        cluster.submit(job, CPU)
    offer = cluster.open()
    assert cluster.scheduler.open_offer(1) is None, "nothing is left while the offer stands"
    wakes = cluster.wakes
    cluster.scheduler.expire(TTL_US, offer)
    assert cluster.wakes > wakes
    assert cluster.free(1) == CPU
    assert cluster.round() == [(1, 1)]
    with pytest.raises(IllegalMove):
        cluster.scheduler.expire(TTL_US, offer)


def test_a_claim_on_a_node_that_is_not_what_it_was_is_rejected_and_the_job_waits_where_it_stood() -> None:
    cluster = Cluster()
    cluster.node(1, CPU * 2)
    for job in (1, 2):
        cluster.submit(job, CPU)
    offer = cluster.open()
    cluster.scheduler.nodes[NodeId(1)].cordon(1)
    answer = cluster.scheduler.commit(2, offer)
    assert isinstance(answer, Refused)
    assert (answer.reason, answer.detail) == ("stale-epoch", "offer 1, node 1 CORDONED")
    assert cluster.events[-1] == OfferRejected(2, offer.id, "stale-epoch")
    assert cluster.free(1) == CPU * 2
    cluster.node(2, CPU)
    assert cluster.round() == [(1, 2)], "before job 2, and not on the cordoned node"


def test_a_claim_from_an_earlier_life_of_the_node_never_commits() -> None:
    cluster = Cluster()
    cluster.node(1, CPU)
    cluster.submit(1, CPU)
    offer = cluster.open()
    cluster.scheduler.lose_node(1, NodeId(1), comes_back=True)
    cluster.scheduler.admit_node(2, NodeId(1))
    with pytest.raises(IllegalMove, match="RESCINDED and cannot reject"):
        cluster.scheduler.commit(3, offer)
    assert cluster.free(1) == CPU
    assert cluster.round() == [(1, 1)]
    assert [event.epoch for event in cluster.events if isinstance(event, OfferOpened)] == [1, 2]


# --- nodes --------------------------------------------------------------------------------------------------------


def test_a_lost_node_takes_back_its_offers_and_revokes_its_assignments() -> None:
    cluster = Cluster("fifo")
    cluster.node(1, CPU * 2)
    for job in (1, 2, 3):
        cluster.submit(job, CPU)
    running = cluster.scheduler.commit(0, cluster.open())
    offer = cluster.open()
    begin = len(cluster.events)
    cluster.scheduler.lose_node(9, NodeId(1))
    assert cluster.said()[begin:] == ["NodeDown", "OfferRescinded", "AssignmentRevoked", "NodeGone"]
    assert (offer.state, running.state) == ("RESCINDED", "REVOKED")
    assert cluster.events[begin + 1] == OfferRescinded(9, offer.id, "node-lost")
    assert not cluster.scheduler.offers
    assert not cluster.scheduler.assignments
    assert not cluster.scheduler.nodes
    cluster.scheduler.release(10, running.id)  # late news
    cluster.node(2, CPU * 9)
    assert cluster.round() == [(2, 2), (3, 2)], (
        "the offered job waits where it stood; the lost one is not ours to retry"
    )


def test_a_node_that_comes_back_is_offered_again_under_a_new_epoch_and_not_before() -> None:
    cluster = Cluster()
    cluster.node(1, CPU)
    cluster.scheduler.lose_node(1, NodeId(1), comes_back=True)
    cluster.submit(1, CPU)
    assert cluster.round() == []
    wakes = cluster.wakes
    cluster.scheduler.admit_node(2, NodeId(1))
    assert cluster.wakes > wakes
    assert cluster.round() == [(1, 1)]
    assert [event.epoch for event in cluster.events if isinstance(event, NodeReady)] == [1, 2]


def test_the_next_node_in_a_row_does_not_look_like_the_one_that_left() -> None:
    cluster = Cluster()
    cluster.node(1, CPU)
    cluster.scheduler.lose_node(1, NodeId(1))
    cluster.node(2, CPU)
    assert cluster.scheduler.nodes[NodeId(2)].row == 0
    assert [(event.node, event.epoch) for event in cluster.events if isinstance(event, NodeReady)] == [(1, 1), (2, 2)]


def test_a_node_that_is_on_its_way_takes_nothing_and_may_get_lost_there() -> None:
    cluster = Cluster()
    cluster.announce(1, CPU)
    cluster.submit(1, CPU)
    assert cluster.round() == []
    cluster.scheduler.lose_node(1, NodeId(1))
    assert cluster.said()[-2:] == ["NodeDown", "NodeGone"]
    cluster.node(2, CPU)
    assert cluster.round() == [(1, 2)]


def test_a_node_retires_only_when_it_is_ready_and_empty() -> None:
    cluster = Cluster()
    cluster.announce(1, CPU)
    retire = cluster.scheduler.retire_node
    assert retire(0, NodeId(1)) == Refused("node-not-ready", "JOINING")
    cluster.scheduler.admit_node(0, NodeId(1))
    cluster.submit(1, CPU)
    offer = cluster.open()
    assert retire(0, NodeId(1)) == Refused("node-in-use")
    cluster.scheduler.commit(0, offer)
    assert retire(0, NodeId(1)) == Refused("node-in-use")
    cluster.release(1)
    cluster.scheduler.lose_node(0, NodeId(1), comes_back=True)
    assert retire(0, NodeId(1)) == Refused("node-not-ready", "DOWN")
    cluster.scheduler.admit_node(0, NodeId(1))
    assert retire(0, NodeId(1)) is None
    assert cluster.said()[-3:] == ["NodeCordoned", "NodeDraining", "NodeGone"]
    cluster.submit(2, CPU)
    assert cluster.round() == []


@pytest.mark.parametrize("command", ["retire_node", "lose_node"])
def test_when_a_node_leaves_while_something_waits_whoever_orders_machines_is_told(command: str) -> None:
    """Its leaving may make room for one of another kind below a pool's or a provider's limit."""
    cluster = Cluster()
    cluster.node(1, CPU)
    cluster.submit(1, CPU * 9)
    cluster.round()
    wakes = cluster.wakes
    getattr(cluster.scheduler, command)(0, NodeId(1))
    assert cluster.wakes == wakes + 1
