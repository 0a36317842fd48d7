"""Several schedulers over one fleet: one alone decides as the monolithic one, and together they keep its promises."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.contracts.scheduling import AssignmentReleased, JobPlaced
from domain.shared.ids import JobId, NodeId
from domain.shared.requirements import Taint
from domain.shared.resources import Resources
from tests.domain.cluster import Cluster
from tests.domain.coordination.cells import CELLS, CellCluster

SHAPES = [
    (Resources(1, 1), ()),
    (Resources(2, 1), ("linux",)),
    (Resources(1, 4), ("linux", "big")),
    (Resources(4, 4, 2), ()),
    (Resources(64), ()),  # fits nowhere
]
KINDS = [(Resources(4, 8), ("linux",)), (Resources(8, 8, 4), ("linux", "big")), (Resources(2, 1), ())]
TENANTS = (("a", 1), ("b", 3), ("c", 2))
OFTEN = {
    "submit": 5, "round": 4, "release": 3, "withdraw": 1, "add": 2, "lose": 1, "crash": 1, "cordon": 1, "return": 2,
    "drain": 1, "retire": 1, "taint": 1,
}  # fmt: skip
STEP = st.tuples(
    st.sampled_from([step for step, times in OFTEN.items() for _ in range(times)]),
    st.integers(0, 99), st.integers(0, 99),
)  # fmt: skip


class Told:
    """Clusters that are told the same things."""

    def __init__(self, clusters: list) -> None:
        self.clusters = clusters
        self.jobs = self.nodes = 0

    def tell(self, step: str, one: int, two: int) -> None:
        ready = list(self.clusters[0].scheduler.nodes)
        if step == "submit":
            self.jobs += 1
            ask, runs_on = SHAPES[one % len(SHAPES)]
            for cluster in self.clusters:
                cluster.submit(self.jobs, ask, TENANTS[two % 3][0], runs_on, estimate=one * two % 4)
        elif step == "add":
            self.nodes += 1
            for cluster in self.clusters:
                cluster.node(self.nodes, KINDS[one % 3][0], *KINDS[one % 3][1])
        elif step == "withdraw" and self.jobs:
            for cluster in self.clusters:
                cluster.scheduler.withdraw(0, JobId(1 + one % self.jobs))
        elif step in ("drain", "retire", "taint") and ready:
            node = ready[one % len(ready)]
            for cluster in self.clusters:
                if step == "drain":
                    cluster.scheduler.drain_node(0, node, "upkeep", grace_us=two % 2 * 100)
                elif step == "retire":
                    cluster.scheduler.retire_node(0, node)
                else:
                    cluster.scheduler.taint_node(0, node, Taint("flaky", "", ("NoSchedule", "NoExecute")[two % 2]))
        elif step in ("lose", "crash", "cordon", "return") and ready:
            node = ready[one % len(ready)]
            for cluster in self.clusters:
                scheduler = cluster.scheduler
                if step in ("lose", "crash"):
                    scheduler.lose_node(0, node, comes_back=step == "crash")
                elif step == "cordon":
                    scheduler.cordon_node(0, node)
                elif scheduler.nodes[node].state == "DOWN":
                    scheduler.admit_node(0, node)
                else:
                    scheduler.uncordon_node(0, node)
        elif step == "release":
            running = sorted(placed.demand.job for placed in self.clusters[0].scheduler.assignments.values())
            if running:
                for cluster in self.clusters:
                    cluster.release(running[one % len(running)])


@pytest.mark.parametrize("ordering", ["fifo", "sjf"])
@pytest.mark.parametrize("model", ["partitioned", "shared-state"])
@given(steps=st.lists(STEP, max_size=60))
@settings(max_examples=60, deadline=None)
def test_one_scheduler_alone_decides_exactly_as_the_monolithic_one(model: str, ordering: str, steps: list) -> None:
    monolithic = Cluster("drf", ordering, "best-fit", TENANTS)
    told = Told([monolithic, CellCluster(model, 1, "drf", ordering, "best-fit", TENANTS)])
    for step, one, two in steps:
        if step == "round":
            first, second = (cluster.round() for cluster in told.clusters)
            assert first == second
        else:
            told.tell(step, one, two)


@pytest.mark.parametrize("how", [{}, {"batch": 3, "gang": True}, {"batch": 2, "coarse": True}, {"refresh_us": 50}])
@pytest.mark.parametrize("model", list(CELLS))
@given(steps=st.lists(st.tuples(STEP, st.integers(0, 2)), max_size=80))
@settings(max_examples=40, deadline=None)
def test_whatever_happens_no_job_is_lost_and_no_room_given_twice(model: str, how: dict, steps: list) -> None:
    """Schedulers think while other things happen; in the end everything that fits somewhere has had its place."""
    cluster = CellCluster(model, 3, tenants=TENANTS, **how)
    told, now, cell = Told([cluster]), 0, cluster.cell
    for (step, one, two), desk in steps:
        now += 1
        if step != "round":
            told.tell(step, one, two)
        elif cluster.holder(desk).batch is None:
            cluster.plan(desk, now)
        else:
            cell.decide(now, desk)
        _conserved(cell)
    _finish(cluster, now)


def _conserved(cell) -> None:
    for node in cell.nodes.values():
        out = Resources()
        for one in (*cell.assignments.values(), *getattr(cell, "node_offers", {}).values()):
            if one.node is node:
                out += one.resources
        if cell.coordination.model == "partitioned":
            for offer in cell.offers.values():
                if offer.node is node:
                    out += offer.resources
        assert cell.truth.free(node.row) + out == node.capacity


def _finish(cluster: CellCluster, now: int) -> None:
    """Give every scheduler time, and large nodes; then nothing is left that could be placed."""
    cell = cluster.cell
    for number in range(len(cell.holders)):
        cell.decide(now, number)
    for number in range(40):  # however many each has lost or kept, each gets some
        cluster.node(1000 + number, Resources(1000, 1000, 1000), "linux", "big")
    for _ in range(4):
        now += 1000
        cell.revive(now)
        cell.run_round(now)
        for offer in list(getattr(cell, "node_offers", {}).values()):
            cell.expire_node_offer(now + 1000, offer)
    assert all(demand.stage == 2 for demand in cell._demands.values())
    placed = {event.assignment: event.job for event in cluster.events if isinstance(event, JobPlaced)}
    assert len(set(placed)) == len(placed)
    for job in [one.demand.job for one in list(cell.assignments.values())]:
        cluster.release(job)
    _conserved(cell)
    assert not cell.offers and not getattr(cell, "node_offers", {})
    assert sum(isinstance(event, AssignmentReleased) for event in cluster.events) <= len(placed)
    assert NodeId(1000) in cell.nodes
