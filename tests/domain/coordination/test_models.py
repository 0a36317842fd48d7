"""Each model by hand: who gets the room, what becomes of the other's claim, and what is held meanwhile."""

from domain.contracts.scheduling import (
    BatchDecided,
    JobPlaced,
    OfferDeclined,
    OfferOpened,
    OfferRejected,
    OfferSpent,
)
from domain.shared.ids import JobId, NodeId
from domain.shared.resources import Resources
from tests.domain.cluster import TTL_US
from tests.domain.coordination.cells import CellCluster

ONE, TWO, FOUR = Resources(1, 1), Resources(2, 2), Resources(4, 4)


def placed(cluster: CellCluster) -> list[tuple[int, int]]:
    return [(event.job, event.node) for event in cluster.events if isinstance(event, JobPlaced)]


def of(cluster: CellCluster, kind: type) -> list:
    return [event for event in cluster.events if isinstance(event, kind)]


# --- shared state ----------------------------------------------------------------------------------------------------


def racing(node: Resources = ONE, **how) -> CellCluster:
    """Job 1 of a and job 2 of b, and both schedulers have planned to place theirs on node 1."""
    cluster = CellCluster("shared-state", 2, **how)
    cluster.node(1, node)
    cluster.submit(1, ONE, "a")
    cluster.submit(2, ONE, "b")
    cluster.plan(0)
    cluster.plan(1)
    return cluster


def test_the_first_to_commit_gets_the_room_and_the_other_waits_again() -> None:
    cluster = racing()
    cluster.cell.decide(5, 1)
    cluster.cell.decide(6, 0)
    assert placed(cluster) == [(2, 1)]
    (rejected,) = of(cluster, OfferRejected)
    assert rejected.reason == "conflict"
    assert [(one.holder, one.placed, one.conflicts, one.age_us) for one in of(cluster, BatchDecided)] == [
        ("scheduler 2", 1, 0, 5), ("scheduler 1", 0, 1, 6),
    ]  # fmt: skip
    cluster.release(2, now=7)
    cluster.cell.run_round(8)
    assert placed(cluster) == [(2, 1), (1, 1)]


def test_nobody_is_in_the_way_where_there_is_room_for_both_unless_detection_is_coarse() -> None:
    for coarse, expected in ((False, [(1, 1), (2, 1)]), (True, [(1, 1)])):
        cluster = racing(TWO, coarse=coarse)
        for desk in (0, 1):
            cluster.cell.decide(5, desk)
        assert placed(cluster) == expected


def test_a_batch_commits_as_far_as_it_can_or_whole() -> None:
    for gang, expected in ((False, [3, 2]), (True, [3])):
        cluster = CellCluster("shared-state", 2, batch=2, gang=gang)
        cluster.node(1, ONE)
        cluster.node(2, ONE)
        cluster.submit(1, ONE, "a")
        cluster.submit(2, ONE, "a")
        cluster.submit(3, ONE, "b")
        cluster.plan(0)
        cluster.plan(1)
        cluster.cell.decide(5, 1)
        cluster.cell.decide(6, 0)
        assert [job for job, _ in placed(cluster)] == expected
        assert {one.reason for one in of(cluster, OfferRejected)} == ({"conflict", "gang"} if gang else {"conflict"})
        assert of(cluster, BatchDecided)[-1].conflicts == 1
        assert sum(cluster.free(node).cpu_millis for node in (1, 2)) == 2 - len(expected)


def test_a_snapshot_shows_what_was_until_it_is_taken_anew() -> None:
    cluster = CellCluster("shared-state", 2, refresh_us=100)
    cluster.node(1, ONE)
    cluster.submit(1, ONE, "a")
    cluster.cell.run_round(0)
    cluster.submit(2, ONE, "b", now=10)
    cluster.plan(1, now=10)
    cluster.cell.decide(10, 1)  # its first look: it sees that there is no room
    cluster.release(1, now=20)
    cluster.cell.run_round(30)
    assert placed(cluster) == [(1, 1)]
    assert cluster.cell.look_again_at(cluster.holder(1)) == 100
    cluster.cell.run_round(110)
    assert placed(cluster) == [(1, 1), (2, 1)]


def test_a_claim_of_an_old_epoch_never_commits() -> None:
    cluster = CellCluster("shared-state", 2, refresh_us=1_000)
    cluster.node(1, ONE)
    cluster.cell.plan(0, cluster.holder(0))  # a first look, with nothing to do
    cluster.cell.lose_node(1, NodeId(1), comes_back=True)
    cluster.cell.admit_node(2, NodeId(1))
    cluster.submit(1, ONE, "a", now=3)
    assert cluster.plan(0, now=3) is not None
    cluster.cell.decide(4, 0)
    assert placed(cluster) == []
    assert [one.reason for one in of(cluster, OfferRejected)] == ["stale-epoch"]
    cluster.cell.run_round(5)  # by then it has looked at that node
    assert placed(cluster) == [(1, 1)]


# --- two levels ------------------------------------------------------------------------------------------------------


def test_what_one_holds_while_it_thinks_nobody_else_gets() -> None:
    cluster = CellCluster("two-level", 2)
    cluster.node(1, FOUR)
    cluster.submit(1, ONE, "a")
    cluster.plan(0)
    cluster.submit(2, ONE, "b")
    assert cluster.plan(1) is None
    assert cluster.free(1) == Resources()
    cluster.cell.decide(5, 0)
    assert cluster.free(1) == Resources(3, 3)  # what an accepted offer leaves is free at once
    cluster.cell.run_round(6)
    assert placed(cluster) == [(1, 1), (2, 1)]


def test_an_accepted_offer_names_all_its_assignments() -> None:
    cluster = CellCluster("two-level", 1, batch=3)
    cluster.node(1, FOUR)
    for job in (1, 2, 3):
        cluster.submit(job, ONE, "a")
    cluster.cell.run_round(0)
    (spent,) = of(cluster, OfferSpent)
    assert (spent.assignments, spent.resources) == (("1", "2", "3"), Resources(3, 3))
    assert [job for job, _ in placed(cluster)] == [1, 2, 3]


def test_what_is_of_no_use_is_declined_and_not_offered_again_before_the_refusal_ends() -> None:
    cluster = CellCluster("two-level", 1)
    cluster.node(1, ONE)
    cluster.submit(1, FOUR, "a")
    cluster.cell.run_round(0)
    (declined,) = of(cluster, OfferDeclined)
    assert (declined.reason, declined.until_us) == ("no-use", 100)
    cluster.cell.run_round(50)
    assert len(of(cluster, OfferOpened)) == 1
    cluster.cell.revive(100)
    cluster.cell.run_round(100)
    assert len(of(cluster, OfferOpened)) == 2


def test_a_refusal_ends_early_for_a_job_of_another_kind_and_where_room_is_gained() -> None:
    cluster = CellCluster("two-level", 1)
    cluster.node(1, TWO)
    cluster.submit(1, ONE, "a")
    cluster.cell.run_round(0)
    cluster.submit(2, TWO, "a", now=1)
    cluster.cell.run_round(1)  # job 2 does not fit: declined
    cluster.submit(3, ONE, "b", now=2)
    cluster.cell.run_round(2)
    assert placed(cluster) == [(1, 1), (3, 1)]
    cluster.release(1, now=3)
    cluster.release(3, now=3)
    cluster.cell.run_round(3)
    assert placed(cluster)[-1] == (2, 1)


def test_an_offer_that_expires_gives_all_back_and_others_come_first() -> None:
    cluster = CellCluster("two-level", 2)
    cluster.node(1, ONE)
    cluster.submit(1, ONE, "a")
    cluster.plan(0)
    cluster.submit(2, ONE, "b", now=1)
    (offer,) = cluster.cell.node_offers.values()
    cluster.cell.expire_node_offer(TTL_US - 1, offer)
    assert cluster.cell.node_offers, "not before its time"
    cluster.cell.expire_node_offer(TTL_US, offer)
    assert cluster.free(1) == ONE
    cluster.cell.decide(TTL_US, 0)  # it has thought for nothing
    cluster.cell.run_round(TTL_US)
    assert placed(cluster) == [(2, 1)]


def test_a_node_that_is_lost_and_a_job_that_is_withdrawn_meanwhile_leave_nothing_behind() -> None:
    cluster = CellCluster("two-level", 1, batch=2)
    cluster.node(1, TWO)
    cluster.submit(1, ONE, "a")
    cluster.submit(2, ONE, "a")
    cluster.plan(0)
    cluster.cell.withdraw(1, JobId(1))
    cluster.cell.decide(2, 0)
    assert placed(cluster) == [(2, 1)] and cluster.free(1) == ONE
    cluster.submit(3, ONE, "a", now=3)
    cluster.plan(0, now=3)
    cluster.cell.lose_node(4, NodeId(1))
    cluster.cell.decide(5, 0)
    assert not cluster.cell.node_offers and len(placed(cluster)) == 1
    cluster.node(2, TWO)
    cluster.cell.run_round(6)
    assert placed(cluster)[-1] == (3, 2)


def test_nodes_are_offered_to_whoever_holds_the_smallest_share_or_in_turn() -> None:
    """a holds three nodes' worth already: by share b is next for both nodes, in turn each gets one."""
    for round_robin, expected in ((False, ["scheduler 2"] * 2), (True, ["scheduler 1", "scheduler 2"])):
        cluster = CellCluster("two-level", 2, round_robin=round_robin)
        cluster.node(1, FOUR)
        cluster.submit(1, FOUR, "a")
        cluster.cell.run_round(0)
        cluster.submit(2, Resources(100), "b", now=1)  # b waits for what nobody has, and has declined nothing yet
        cluster.cell.hand_out(1)
        cluster.cell.plan(1, cluster.holder(1))
        cluster.submit(3, ONE, "a", now=2)
        before = len(of(cluster, OfferOpened))
        cluster.node(2, ONE)
        cluster.node(3, ONE)
        cluster.cell.holders[1].served = cluster.cell.handed if round_robin else 0
        cluster.cell.hand_out(2)
        holders = [event.tenant for event in of(cluster, OfferOpened)[before:]]
        assert holders == expected


# --- partitions ------------------------------------------------------------------------------------------------------


def test_nodes_are_dealt_out_and_room_in_one_part_is_of_no_use_to_another() -> None:
    cluster = CellCluster("partitioned", 2)
    cluster.node(1, ONE)
    cluster.node(2, ONE)
    for job in (1, 2):
        cluster.submit(job, ONE, "a")
    cluster.cell.run_round(0)
    assert placed(cluster) == [(1, 1)] and cluster.free(2) == ONE
    cluster.submit(3, ONE, "b")
    cluster.cell.run_round(1)
    assert placed(cluster) == [(1, 1), (3, 2)]


def test_a_node_that_comes_replaces_one_that_has_left() -> None:
    cluster = CellCluster("partitioned", 2)
    for node in (1, 2, 3):
        cluster.node(node, ONE)
    cluster.cell.lose_node(0, NodeId(1))
    cluster.cell.lose_node(0, NodeId(3))
    cluster.node(4, ONE)
    cluster.submit(1, ONE, "a")
    cluster.cell.run_round(1)
    assert placed(cluster) == [(1, 4)]
