"""What the commands about nodes promise: who runs there, what is asked of them, and that late news does no harm."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.contracts.orchestration import JobQueued
from domain.contracts.scheduling import (
    AssignmentRevoked,
    InverseOfferDeclined,
    InverseOfferOpened,
    InverseOfferRescinded,
    JobPlaced,
    NodeDraining,
    NodeReady,
    NodeTainted,
    OfferRescinded,
)
from domain.scheduling.quotas import UNLIMITED, ResourceQuota
from domain.shared.ids import JobId, NodeId, PipelineId
from domain.shared.refusals import Refused
from domain.shared.requirements import Requirements, Taint, Toleration
from domain.shared.resources import Resources
from sim.bus import Bus
from sim.checkers import ConservationOfCapacity
from sim.checkers_scheduling import PlacesSuit
from tests.domain.cluster import Cluster

CPU = Resources(1000, 1024)
ONE = NodeId(1)
MAY_GO = Requirements(interruptible=True)


def of(cluster: Cluster, kind: type) -> list:
    return [event for event in cluster.events if isinstance(event, kind)]


def running(jobs: int = 2, **changes) -> Cluster:
    """One node of four CPUs with so many jobs of one CPU each, the first of them interruptible."""
    cluster = Cluster(**changes)
    cluster.node(1, CPU * 4)
    for job in range(jobs):
        cluster.submit(job, CPU, "ab"[job % 2], needs=Requirements() if job else MAY_GO)
    cluster.round()
    return cluster


# --- cordon -------------------------------------------------------------------------------------------------------


def test_a_cordoned_node_takes_no_new_work_and_what_runs_there_goes_on() -> None:
    cluster = running()
    cluster.submit(5, CPU)
    offer = cluster.open()
    assert cluster.scheduler.cordon_node(1, ONE) is None
    assert of(cluster, OfferRescinded) == [OfferRescinded(1, offer.id, "node-cordoned")]
    assert cluster.round() == []
    assert cluster.scheduler.cordon_node(2, ONE) is None
    assert cluster.said().count("NodeCordoned") == 1, "said twice, done once"
    cluster.release(0)
    assert cluster.round() == []
    wakes = cluster.wakes
    assert cluster.scheduler.uncordon_node(3, ONE) is None
    assert cluster.scheduler.uncordon_node(3, ONE) is None
    assert cluster.wakes > wakes
    assert cluster.round() == [(5, 1)]
    assert [one.epoch for one in of(cluster, NodeReady)] == [1, 1], "the same life of the node"


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("cordon_node", ()), ("uncordon_node", ()), ("drain_node", ("maintenance",)), ("lose_node", ()),
        ("taint_node", (Taint("x"),)), ("untaint_node", ("x",)), ("admit_node", ()), ("retire_node", ()),
    ],
)  # fmt: skip
def test_news_of_a_node_that_has_gone_is_refused_and_changes_nothing(command: str, arguments: tuple) -> None:
    cluster = running(0)
    cluster.scheduler.lose_node(1, ONE)
    before = len(cluster.events)
    assert getattr(cluster.scheduler, command)(2, ONE, *arguments) == Refused("unknown-node")
    assert len(cluster.events) == before


def test_a_command_for_another_state_is_a_refusal() -> None:
    cluster = Cluster()
    cluster.announce(1, CPU)
    scheduler = cluster.scheduler
    assert scheduler.cordon_node(0, ONE) == Refused("node-not-ready", "JOINING")
    assert scheduler.drain_node(0, ONE, "maintenance") == Refused("node-not-ready", "JOINING")
    assert scheduler.uncordon_node(0, ONE) == Refused("node-not-cordoned", "JOINING")
    assert scheduler.admit_node(0, ONE) is None
    assert scheduler.admit_node(0, ONE) == Refused("node-not-expected", "READY")


# --- drain --------------------------------------------------------------------------------------------------------


def test_an_empty_node_that_is_drained_leaves_at_once() -> None:
    cluster = running(0)
    cluster.scheduler.drain_node(7, ONE, "maintenance", 100)
    assert cluster.said()[-3:] == ["NodeCordoned", "NodeDraining", "NodeGone"]
    assert of(cluster, NodeDraining) == [NodeDraining(7, ONE, "maintenance", 107)]
    assert not cluster.scheduler.nodes


@pytest.mark.parametrize("how", ["drain", "retire", "lose"])
def test_a_node_that_has_left_counts_no_longer_in_what_a_tenant_holds_a_share_of(how: str) -> None:
    cluster = Cluster()
    cluster.node(1, Resources(10_000, 10_000))
    cluster.node(2, Resources(0, 90_000), "other")
    cluster.submit(1, Resources(2000, 1), "a")
    cluster.submit(2, Resources(1, 3000), "b")
    assert cluster.round() == [(1, 1), (2, 1)]
    if how == "drain":
        cluster.scheduler.drain_node(0, NodeId(2), "x")
    elif how == "retire":
        cluster.scheduler.retire_node(0, NodeId(2))
    else:
        cluster.scheduler.lose_node(0, NodeId(2))
    for job, tenant in ((3, "b"), (4, "a")):
        cluster.submit(job, Resources(1, 1), tenant)
    assert cluster.round() == [(4, 1), (3, 1)], "a fifth of the CPU is less than three tenths of the memory"


def test_a_drain_moves_what_may_be_stopped_and_waits_for_the_rest_until_its_deadline() -> None:
    cluster = running(3)
    cluster.scheduler.drain_node(7, ONE, "maintenance", 100)
    asked = of(cluster, InverseOfferOpened)
    assert [(one.tenant, one.resources, one.deadline_us) for one in asked] == [("a", CPU * 2, 107), ("b", CPU, 107)]
    assert not of(cluster, AssignmentRevoked), "not all of a's work may be stopped"
    cluster.release(0, now=20)
    cluster.release(1, now=30)
    assert of(cluster, InverseOfferRescinded) == [InverseOfferRescinded(30, asked[1].inverse_offer, "work-ended")]
    assert cluster.scheduler.drain_node(40, ONE, "again") is None
    cluster.scheduler.inverse_due(107, asked[0].inverse_offer)
    assert cluster.said()[-3:] == ["InverseOfferExpired", "AssignmentRevoked", "NodeGone"]
    assert [(one.job, one.reason) for one in of(cluster, AssignmentRevoked)] == [(2, "maintenance")]
    assert not cluster.scheduler.inverse_offers


def test_interruptible_work_makes_way_for_a_drain_at_once() -> None:
    cluster = running(1)
    cluster.scheduler.drain_node(7, ONE, "maintenance", 100)
    assert cluster.said()[-4:] == ["InverseOfferOpened", "InverseOfferAccepted", "AssignmentRevoked", "NodeGone"]


def test_the_last_job_that_ends_lets_a_drained_node_go_before_its_deadline() -> None:
    cluster = running(2)
    cluster.scheduler.drain_node(7, ONE, "maintenance", 100)
    cluster.release(1, now=9)
    assert cluster.said()[-1] == "NodeGone"


def test_work_within_its_guarantee_declines_and_is_forced_at_the_deadline() -> None:
    quotas = {"b": ResourceQuota(guarantee=(UNLIMITED, UNLIMITED, UNLIMITED, UNLIMITED, 5))}
    cluster = running(2, quotas=quotas)
    cluster.scheduler.drain_node(7, ONE, "maintenance", 100)
    (declined,) = of(cluster, InverseOfferDeclined)
    assert declined.reason == "within-guarantee"
    cluster.scheduler.inverse_due(107, declined.inverse_offer)
    assert [one.job for one in of(cluster, AssignmentRevoked)] == [0, 1]
    assert cluster.said()[-1] == "NodeGone"


def test_without_grace_everything_goes_at_once() -> None:
    cluster = running(3)
    cluster.scheduler.drain_node(7, ONE, "maintenance")
    assert [one.job for one in of(cluster, AssignmentRevoked)] == [0, 2, 1]
    assert not cluster.scheduler.nodes


def test_a_node_that_is_lost_while_it_drains_asks_for_nothing_any_more() -> None:
    cluster = running(2)
    cluster.scheduler.drain_node(7, ONE, "maintenance", 100)
    cluster.scheduler.lose_node(8, ONE, comes_back=True)
    assert {one.reason for one in of(cluster, AssignmentRevoked)[-1:]} == {"node-lost"}
    assert cluster.scheduler.nodes[ONE].state == "DOWN"
    cluster.scheduler.admit_node(9, ONE)
    cluster.submit(9, CPU * 4)
    assert cluster.round(9) == [(9, 1)]
    assert [one.epoch for one in of(cluster, NodeReady)] == [1, 2]


def test_a_node_that_was_to_come_back_and_does_not_leaves() -> None:
    cluster = running(1)
    cluster.scheduler.lose_node(1, ONE, comes_back=True)
    cluster.scheduler.lose_node(2, ONE, comes_back=True)
    assert cluster.said().count("NodeDown") == 1
    cluster.scheduler.lose_node(3, ONE)
    assert cluster.said()[-1] == "NodeGone"


# --- taints -------------------------------------------------------------------------------------------------------


def test_a_taint_keeps_new_jobs_away_and_no_execute_evicts_who_does_not_tolerate_it() -> None:
    cluster = Cluster("fifo")
    cluster.node(1, CPU * 4)
    bears = Requirements(tolerations=(Toleration("slow", "Exists"),))
    cluster.submit(1, CPU)
    cluster.submit(2, CPU, needs=bears)
    cluster.round()
    cluster.submit(3, CPU)
    cluster.submit(4, CPU, needs=bears)
    first, second = cluster.open(), cluster.open()
    cluster.scheduler.taint_node(1, ONE, Taint("slow"))
    assert cluster.events[-2:] == [NodeTainted(1, ONE, ("slow:NoSchedule",)), OfferRescinded(1, first.id, "taint:slow")]
    assert second.state == "CLAIMED"
    assert not of(cluster, AssignmentRevoked)
    assert cluster.round() == []
    cluster.scheduler.taint_node(2, ONE, Taint("slow", "", "NoExecute"))
    assert [(one.job, one.reason) for one in of(cluster, AssignmentRevoked)] == [(1, "taint:slow")]
    wakes = cluster.wakes
    cluster.scheduler.untaint_node(3, ONE, "slow")
    cluster.scheduler.untaint_node(3, ONE, "slow")
    assert cluster.wakes > wakes
    assert cluster.round() == [(3, 1)]
    assert cluster.said().count("NodeTainted") == 3


def test_the_same_taint_twice_is_one_and_another_value_replaces_it() -> None:
    cluster = running(0)
    for taint in (Taint("x", "1"), Taint("x", "1"), Taint("x", "2")):
        cluster.scheduler.taint_node(1, ONE, taint)
    assert [one.taints for one in of(cluster, NodeTainted)] == [("x=1:NoSchedule",), ("x=2:NoSchedule",)]


# --- any history --------------------------------------------------------------------------------------------------

TAINTS = [Taint("x"), Taint("x", "1", "NoExecute"), Taint("y", "", "PreferNoSchedule")]
NEEDS = [Requirements(), MAY_GO, Requirements(tolerations=(Toleration("x", "Exists"),))]


class AnyHistory(RuleBasedStateMachine):
    """Commands in any order, twice or too late; the checkers of a run listen, and nothing is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.cluster = Cluster()
        self.scheduler = self.cluster.scheduler
        bus = Bus()
        self.capacity = ConservationOfCapacity()
        for checker in (self.capacity, PlacesSuit()):
            bus.subscribe(checker.subscriptions())
        self.scheduler._publish = bus.publish
        self.bus = bus
        self.where: dict[int, int] = {}
        bus.subscribe({JobPlaced: self.was_placed, AssignmentRevoked: self.was_lost})
        self.now = 0
        self.jobs = 0
        self.nodes = 0
        self.attempts: dict[int, tuple[int, Requirements]] = {}

    def was_placed(self, event: JobPlaced) -> None:
        assert event.job not in self.where, "a job has one place"
        self.where[event.job] = event.node

    def was_lost(self, event: AssignmentRevoked) -> None:
        assert self.where.pop(event.job) == event.node

    @initialize(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=3))
    def some_nodes(self, sizes: list[int]) -> None:
        for size in sizes:
            self.node(size, come=True)

    def any_node(self, data) -> NodeId:
        """One that lives, or, once in a while, one that perhaps does not."""
        live = sorted(self.scheduler.nodes)
        return NodeId(data.draw(st.sampled_from([*live, *live, max(self.nodes, 1)])))

    @rule(size=st.integers(1, 4), come=st.booleans())
    def node(self, size: int, come: bool) -> None:
        self.nodes += 1
        self.cluster.announce(self.nodes, CPU * size)
        if come:
            self.scheduler.admit_node(self.now, NodeId(self.nodes))

    @rule(needs=st.lists(st.sampled_from(NEEDS), min_size=1, max_size=3), size=st.integers(1, 2), at_once=st.booleans())
    def submit(self, needs: list[Requirements], size: int, at_once: bool) -> None:
        for one in needs:
            self.jobs += 1
            self.attempts[self.jobs] = (1, one)
            self.queue(self.jobs, CPU * size)
        if at_once:
            self.scheduler.run_round(self.now)

    @precondition(lambda self: self.attempts)
    @rule(data=st.data())
    def again(self, data) -> None:
        job = data.draw(st.sampled_from(sorted(self.attempts)))
        if job not in self.where and job not in self.scheduler._demands:
            attempt, needs = self.attempts[job]
            self.attempts[job] = (attempt + 1, needs)
            self.queue(job, CPU)

    def queue(self, job: int, ask: Resources) -> None:
        attempt, needs = self.attempts[job]
        self.bus.publish(JobQueued(self.now, JobId(job), PipelineId(1), "a", "label", ask, (), attempt, 0, needs))
        self.cluster.submit(job, ask, attempt=attempt, needs=needs, now=self.now)

    @rule(
        data=st.data(),
        command=st.sampled_from(["cordon_node", "uncordon_node", "retire_node", "admit_node", "lose_node"]),
        back=st.booleans(),
    )
    def command(self, data, command: str, back: bool) -> None:
        arguments = (back,) if command == "lose_node" else ()
        getattr(self.scheduler, command)(self.now, self.any_node(data), *arguments)

    @rule(data=st.data(), grace=st.sampled_from([0, 3]))
    def drain(self, data, grace: int) -> None:
        self.scheduler.drain_node(self.now, self.any_node(data), "maintenance", grace)

    @rule(data=st.data(), taint=st.sampled_from(TAINTS), away=st.booleans())
    def taint(self, data, taint: Taint, away: bool) -> None:
        node = self.any_node(data)
        if away:
            self.scheduler.untaint_node(self.now, node, taint.key)
        else:
            self.scheduler.taint_node(self.now, node, taint)

    @precondition(lambda self: self.where)
    @rule(data=st.data())
    def release(self, data) -> None:
        job = data.draw(st.sampled_from(sorted(self.where)))
        del self.where[job]
        self.cluster.release(job, now=self.now)

    @rule()
    def round(self) -> None:
        self.scheduler.run_round(self.now)

    @rule()
    def hold_an_offer(self) -> None:
        self.scheduler.open_offer(self.now)

    @rule()
    def time(self) -> None:
        self.now += 1
        for offer in list(self.scheduler.offers.values()):
            if offer.state == "CLAIMED":
                self.scheduler.commit(self.now, offer)
        for id in list(self.scheduler.inverse_offers):
            self.scheduler.inverse_due(self.now, id)

    @invariant()
    def what_is_out_is_what_the_ledger_misses(self) -> None:
        for node in self.scheduler.nodes.values():
            out = [one.resources for one in self.scheduler.offers.values() if one.node is node]
            out += [one.resources for one in self.scheduler.assignments.values() if one.node is node]
            used = node.capacity - self.scheduler.ledger.free(node.row)
            assert sum((one.cpu_millis for one in out), 0) == used.cpu_millis
            assert node.state != "DRAINING" or out, "an empty node does not stay"
        assert all(offer.node.state == "READY" for offer in self.scheduler.offers.values())
        assert self.where == {one.demand.job: one.node.id for one in self.scheduler.assignments.values()}

    @invariant()
    def every_inverse_offer_has_work_to_ask_for(self) -> None:
        asked = [one for inverse in self.scheduler.inverse_offers.values() for one in inverse.work]
        assert len(asked) == len({one.id for one in asked})
        assert all(one.id in self.scheduler.assignments for one in asked)
        draining = {node.id for node in self.scheduler.nodes.values() if node.state == "DRAINING"}
        assert {one.node.id for one in self.scheduler.inverse_offers.values()} == draining


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
