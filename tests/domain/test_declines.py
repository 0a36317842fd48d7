"""What holders may say to offers: declines with a window, refusals at the commit, leases of claims."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.contracts.scheduling import AssignmentRejected, OfferDeclined, OfferOpened
from domain.scheduling.demand import WAITING
from domain.scheduling.index import NodeIndex, NodeScan
from domain.scheduling.waiting import why_not
from domain.shared.ids import NodeId
from domain.shared.refusals import Refused
from domain.shared.resources import Resources
from tests.domain.cluster import TTL_US, Cluster

CPU = Resources(1000, 1024)
WINDOW = 50


class Choosy:
    """An admission that refuses pairs of tenant and node while they are in `no`; counts how often it was asked."""

    def __init__(self, *no: tuple[int, int]) -> None:
        self.no = set(no)
        self.asked = 0

    def __call__(self, demand, node) -> Refused | None:
        self.asked += 1
        return Refused("not-mine", str(node.id)) if (demand.tenant, node.id) in self.no else None


def of(cluster: Cluster, kind: type) -> list:
    return [event for event in cluster.events if isinstance(event, kind)]


@pytest.mark.parametrize("choice", [NodeIndex, NodeScan])
def test_who_declines_is_offered_another_node_and_others_this_one(choice) -> None:
    cluster = Cluster("fifo", admission=Choosy((0, 1)), choice=choice, decline_window_us=WINDOW)
    cluster.node(1, CPU)
    cluster.node(2, CPU * 4)
    for job, tenant in enumerate("aab"):
        cluster.submit(job, CPU, tenant)
    assert cluster.round(7) == [(0, 2), (1, 2), (2, 1)]
    assert of(cluster, OfferDeclined) == [OfferDeclined(7, 1, "not-mine", 7 + WINDOW)], (
        "asked once, for both of its jobs"
    )


def test_a_node_that_was_declined_is_offered_again_when_the_window_ends() -> None:
    choosy = Choosy((0, 1))
    cluster = Cluster(admission=choosy, decline_window_us=WINDOW)
    cluster.node(1, CPU * 2)
    cluster.submit(1, CPU)
    for now in (0, 1, 2):
        assert cluster.round(now) == []
    assert choosy.asked == 1
    assert why_not(cluster.scheduler, 0) == {"declined": 1}
    choosy.no.clear()
    cluster.scheduler.revive(WINDOW - 1)
    assert cluster.round(WINDOW - 1) == []
    wakes = cluster.wakes
    cluster.scheduler.revive(WINDOW)
    cluster.scheduler.revive(WINDOW)
    assert cluster.wakes == wakes + 1
    assert cluster.round(WINDOW) == [(1, 1)]


def test_room_that_the_node_gains_ends_the_window() -> None:
    choosy = Choosy()
    cluster = Cluster(admission=choosy, decline_window_us=WINDOW)
    cluster.node(1, CPU * 2)
    cluster.submit(1, CPU)
    cluster.round()
    choosy.no = {(0, 1)}
    cluster.submit(2, CPU)
    assert cluster.round() == []
    choosy.no.clear()
    wakes = cluster.wakes
    cluster.release(1)
    assert cluster.wakes > wakes
    assert cluster.round() == [(2, 1)]


def test_another_node_that_has_room_ends_the_waiting_but_not_the_window() -> None:
    choosy = Choosy((0, 1))
    cluster = Cluster(admission=choosy, decline_window_us=WINDOW)
    cluster.node(1, CPU)
    cluster.submit(1, CPU)
    cluster.submit(2, CPU)
    cluster.round()
    cluster.node(2, CPU)
    assert cluster.round() == [(1, 2)]
    assert len(of(cluster, OfferDeclined)) == 1, "the first node was not offered again"


def test_two_who_both_decline_do_not_ask_each_other_for_ever() -> None:
    """The room that one gives back by declining is not room that the node has gained."""
    choosy = Choosy((0, 1), (1, 1))
    cluster = Cluster(admission=choosy, decline_window_us=WINDOW)
    cluster.node(1, CPU * 2)
    for job, tenant in enumerate("abab"):
        cluster.submit(job, CPU, tenant)
    for _ in range(5):
        assert cluster.round() == []
    assert choosy.asked == 2


def test_a_job_that_declined_may_be_withdrawn_and_its_windows_end_with_the_node() -> None:
    cluster = Cluster(admission=Choosy((0, 1)), decline_window_us=WINDOW)
    cluster.node(1, CPU)
    cluster.submit(1, CPU)
    cluster.round()
    cluster.scheduler.lose_node(1, NodeId(1))
    cluster.node(2, CPU)
    assert cluster.round() == [(1, 2)], "in the same row, and another node"
    cluster.submit(2, CPU)
    cluster.scheduler.withdraw(0, 2)
    cluster.scheduler.revive(WINDOW)
    assert cluster.round(WINDOW) == []


def test_who_waits_for_its_window_is_not_forgotten_when_the_node_leaves() -> None:
    """The one node that it takes is full, and the one with room, that it refused, is lost: the next room wakes it."""
    cluster = Cluster("fifo", admission=Choosy((0, 2)), decline_window_us=WINDOW)
    cluster.node(1, CPU)
    cluster.submit(1, CPU)
    cluster.round()
    cluster.node(2, CPU)
    cluster.submit(2, CPU)
    assert cluster.round() == []
    cluster.scheduler.lose_node(1, NodeId(2))
    cluster.round(1)
    wakes = cluster.wakes
    cluster.release(1, now=2)
    assert cluster.wakes > wakes
    assert cluster.round(2) == [(2, 1)]


def test_who_waits_for_its_window_is_woken_by_another_node_after_the_windows_of_all_have_ended() -> None:
    cluster = Cluster("fifo", admission=Choosy((0, 2)), decline_window_us=WINDOW)
    cluster.node(1, CPU)
    cluster.node(2, CPU)
    for job in (1, 2):
        cluster.submit(job, CPU)
    assert cluster.round() == [(1, 1)]
    cluster.submit(3, CPU, "b")
    assert cluster.round() == [(3, 2)]
    cluster.scheduler.revive(WINDOW)
    cluster.round(WINDOW)
    wakes = cluster.wakes
    cluster.release(1, now=WINDOW + 1)
    assert cluster.wakes > wakes
    assert cluster.round(WINDOW + 1) == [(2, 1)]


def test_a_claim_may_still_be_refused_at_its_commit() -> None:
    choosy = Choosy()
    cluster = Cluster(admission=choosy, decline_window_us=WINDOW)
    cluster.node(1, CPU)
    cluster.submit(1, CPU)
    offer = cluster.open(5)
    choosy.no = {(0, 1)}
    assert cluster.scheduler.commit(9, offer) == Refused("not-mine", "1")
    assert cluster.said()[-2:] == ["OfferRejected", "AssignmentRejected"]
    assert of(cluster, AssignmentRejected) == [AssignmentRejected(9, 1, 1, 1, "not-mine", 9 + WINDOW)]
    assert (offer.state, cluster.free(1)) == ("REJECTED", CPU)
    assert cluster.round(10) == [], "not asked again before the window ends"
    choosy.no.clear()
    cluster.scheduler.revive(9 + WINDOW)
    assert cluster.round(9 + WINDOW) == [(1, 1)]


def test_a_claim_has_a_lease_that_never_outlives_its_offer() -> None:
    short, long = Cluster(claim_lease_us=10), Cluster(claim_lease_us=10 * TTL_US)
    for cluster in (short, long):
        cluster.node(1, CPU)
        cluster.submit(1, CPU)
    assert short.open(3).lease_until_us == 13
    assert long.open(3).lease_until_us == 3 + TTL_US
    (opened,) = of(long, OfferOpened)
    assert opened.expires_at_us == 3 + TTL_US


def test_an_offer_that_nobody_claimed_may_be_declined_or_rescinded_by_its_table() -> None:
    """A holder that thinks before it claims: the loop claims at once, the aggregate leaves it the time."""
    cluster = Cluster(admission=lambda demand, node: None)
    cluster.node(1, CPU)
    cluster.submit(1, CPU)
    cluster.scheduler.admission = lambda demand, node: Refused("no-use")
    cluster.round()
    assert cluster.said()[-2:] == ["OfferOpened", "OfferDeclined"]


class AnyHistory(RuleBasedStateMachine):
    """Rounds only when the scheduler says so: who waits has no node with room but those that it refused just now."""

    def __init__(self) -> None:
        super().__init__()
        self.choosy = Choosy()
        self.cluster = Cluster(admission=self.choosy, decline_window_us=4)
        self.scheduler = self.cluster.scheduler
        self.now = self.nodes = self.jobs = self.heard = 0

    @initialize(sizes=st.lists(st.integers(1, 3), min_size=1, max_size=3))
    def some_nodes(self, sizes: list[int]) -> None:
        for size in sizes:
            self.node(size)

    @rule(size=st.integers(1, 3))
    def node(self, size: int) -> None:
        self.nodes += 1
        self.cluster.node(self.nodes, CPU * size)

    @rule(tenant=st.sampled_from("ab"), size=st.integers(1, 2))
    def submit(self, tenant: str, size: int) -> None:
        self.jobs += 1
        self.cluster.submit(self.jobs, CPU * size, tenant, now=self.now)

    @rule(tenant=st.integers(0, 1), node=st.integers(1, 4))
    def change_its_mind(self, tenant: int, node: int) -> None:
        self.choosy.no ^= {(tenant, node)}

    @precondition(lambda self: self.scheduler.assignments)
    @rule(data=st.data())
    def release(self, data) -> None:
        self.scheduler.release(self.now, data.draw(st.sampled_from(sorted(self.scheduler.assignments))))

    @precondition(lambda self: len(self.scheduler.nodes) > 1)
    @rule(data=st.data(), command=st.sampled_from(["lose_node", "cordon_node", "uncordon_node"]))
    def trouble(self, data, command: str) -> None:
        getattr(self.scheduler, command)(self.now, data.draw(st.sampled_from(sorted(self.scheduler.nodes))))

    @rule(span=st.integers(1, 5))
    def time(self, span: int) -> None:
        for _ in range(span):
            self.now += 1
            self.scheduler.revive(self.now)

    @invariant()
    def settle(self) -> None:
        for _ in range(50):
            if self.heard == self.cluster.wakes:
                break
            self.heard = self.cluster.wakes
            self.scheduler.run_round(self.now)
        else:
            raise AssertionError("the scheduler never comes to rest")
        for demand in self.scheduler._demands.values():
            refused = self.scheduler.windows.get((demand.tenant, demand.shape), {})
            assert all(until > self.now for until in refused.values()), "no window outlives its end"
            ask = self.scheduler.shapes[demand.shape].resources
            for node in self.scheduler.nodes.values() if demand.stage == WAITING else ():
                room = node.state == "READY" and ask.fits_in(self.scheduler.ledger.free(node.row))
                assert not room or node.row in refused, (demand.job, node.id)


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
