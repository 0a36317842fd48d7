"""Rules about what runs where: near, away and evenly spread; what waits for them is woken by what can help."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.scheduling.waiting import wanted, why_not
from domain.shared.ids import NodeId
from domain.shared.requirements import Affinity, Constraint, Requirements, Spread, Taint
from domain.shared.resources import Resources
from tests.domain.cluster import Cluster

CPU = Resources(1000, 1024)


def near(to: str, topology: str = "node", weight: int = 0) -> Requirements:
    return Requirements(affinity=(Affinity(to, topology, False, weight),))


def away(to: str, topology: str = "node", weight: int = 0) -> Requirements:
    return Requirements(affinity=(Affinity(to, topology, True, weight),))


def zones(*places: str, size: int = 4, **changes) -> Cluster:
    """A node of some CPUs in each of these zones, numbered from 1."""
    cluster = Cluster("fifo", **changes)
    for number, zone in enumerate(places, 1):
        cluster.node(number, CPU * size, attributes=(f"zone={zone}",))
    return cluster


# --- near ---------------------------------------------------------------------------------------------------------


def test_a_job_waits_until_what_it_must_be_near_is_there_and_then_goes_there() -> None:
    cluster = zones("x", "y")
    cluster.submit(1, CPU, needs=near("label:database"), label="test")
    assert cluster.round() == []
    assert why_not(cluster.scheduler, 0) == {"affinity": 2}
    assert wanted(cluster.scheduler, 0) == 0, "no machine would help"
    cluster.submit(2, CPU, label="other")
    wakes = cluster.scheduler.work["woken"]
    cluster.round()
    assert cluster.scheduler.work["woken"] == wakes, "who is somebody else helps nobody"
    cluster.submit(3, CPU * 4, label="database")
    cluster.submit(4, CPU, label="database")
    assert cluster.round() == [(3, 2), (4, 1), (1, 1)]


def test_the_first_of_its_own_kind_may_go_anywhere_and_the_others_follow() -> None:
    cluster = zones("x", "y", placement="spread")
    for job in range(4):
        cluster.submit(job, CPU, needs=near("label:build"), label="build")
    assert [node for _, node in cluster.round()] == [1, 1, 1, 1]


def test_jobs_of_one_pipeline_keep_together_and_another_pipeline_is_somewhere_else() -> None:
    cluster = zones("x", "y", "x", "y", placement="spread")
    for job, pipeline in enumerate((7, 8, 7, 8, 7, 8)):
        cluster.submit(job, CPU * 2, needs=near("pipeline", "zone"), pipeline=pipeline)
    placed = dict(cluster.round())
    assert len(placed) == 6
    for pipeline in (0, 1):
        assert len({placed[job] % 2 for job in placed if job % 2 == pipeline}) == 1


def test_that_one_pipeline_must_wait_does_not_keep_another_waiting() -> None:
    cluster = zones("x", "y", size=1)
    cluster.submit(1, CPU, needs=near("pipeline"), pipeline=7)
    assert cluster.round() == [(1, 1)]
    cluster.submit(2, CPU, needs=near("pipeline"), pipeline=7)
    cluster.submit(3, CPU, needs=near("pipeline"), pipeline=8)
    assert cluster.round() == [(3, 2)]
    cluster.release(1)
    assert cluster.round() == [(2, 1)]


def test_shapes_of_pipelines_that_have_ended_are_used_again() -> None:
    cluster = zones("x")
    for pipeline in range(1, 9):
        cluster.submit(pipeline, CPU, needs=near("pipeline"), pipeline=pipeline)
        cluster.submit(100 + pipeline, CPU * 9, needs=near("pipeline"), pipeline=pipeline)
        cluster.round()
        cluster.release(pipeline)
        cluster.scheduler.withdraw(0, 100 + pipeline)
    assert len(cluster.scheduler.shapes) == 2
    assert cluster.scheduler.queue.parked == {}


@pytest.mark.parametrize(("to", "first"), [("tenant", 2), ("tenant:b", 2), ("tenant:a", 1)])
def test_a_job_may_want_to_be_near_a_tenant(to: str, first: int) -> None:
    cluster = zones("x", "y")
    cluster.submit(1, CPU, "a", needs=Requirements((Constraint("zone", "Eq", ("x",)),)))
    cluster.submit(2, CPU, "b", needs=Requirements((Constraint("zone", "Eq", ("y",)),)))
    cluster.round()
    cluster.submit(3, CPU, "b", needs=near(to))
    assert cluster.round() == [(3, first)]


def test_a_job_goes_where_a_cache_is_as_far_as_anybody_knows() -> None:
    cluster = zones("x", "y")
    cluster.scheduler.holds_cache = lambda node, key: (node, key) == (2, "deps")
    cluster.submit(1, CPU, needs=near("cache:deps", weight=10))
    cluster.submit(2, CPU, needs=near("cache:deps"))
    cluster.submit(3, CPU, needs=near("cache:elsewhere"))
    assert cluster.round() == [(1, 2), (2, 2), (3, 2)]


# --- away ---------------------------------------------------------------------------------------------------------


def test_jobs_that_keep_away_from_their_kind_have_a_node_each_and_wait_for_another() -> None:
    cluster = zones("x", "y")
    for job in range(3):
        cluster.submit(job, CPU, needs=away("label:load"), label="load")
    assert sorted(cluster.round()) == [(0, 1), (1, 2)]
    assert why_not(cluster.scheduler, 0) == {"anti-affinity": 2}
    assert wanted(cluster.scheduler, 0) == 1, "another machine would"
    cluster.submit(9, CPU)
    cluster.round()
    cluster.release(1)
    assert cluster.round() == [(2, 2)]


def test_a_place_without_the_topology_is_near_nothing() -> None:
    cluster = zones("x")
    cluster.node(2, CPU * 4)
    cluster.submit(1, CPU, label="a")
    cluster.submit(2, CPU, label="a", needs=away("label:a", "zone"))
    cluster.submit(3, CPU, needs=near("label:a", "rack"))
    assert cluster.round() == [(1, 1), (2, 2)]


def test_a_preference_gives_way_and_a_larger_one_wins() -> None:
    cluster = zones("x", "y")
    cluster.submit(1, CPU, label="a")
    cluster.round()
    wish = Requirements(affinity=(Affinity("label:a", "node", True, 10), Affinity("label:a", "node", False, 9)))
    cluster.submit(2, CPU, needs=wish)
    assert cluster.round() == [(2, 2)]
    cluster.submit(3, CPU * 4, needs=Requirements())
    assert cluster.round() == []
    cluster.submit(4, CPU * 2, needs=away("label:a", weight=100))
    cluster.submit(5, CPU * 2, needs=away("label:a", weight=100))
    assert cluster.round() == [(4, 2), (5, 1)], "better there than nowhere"


def test_what_a_node_would_rather_not_have_weighs_more_than_any_preference() -> None:
    cluster = zones("x", "y")
    cluster.submit(1, CPU, label="a")
    cluster.round()
    cluster.scheduler.taint_node(0, NodeId(1), Taint("slow", "", "PreferNoSchedule"))
    cluster.submit(2, CPU, needs=near("label:a", weight=100))
    assert cluster.round() == [(2, 2)]


# --- spread -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("skew", [1, 2])
def test_jobs_are_spread_over_zones_within_the_skew(skew: int) -> None:
    """Three zones of 4, 4 and 1 CPUs: when the small one is full, the others may have only so many more."""
    cluster = zones("x", "y")
    cluster.node(3, CPU, attributes=("zone=z",))
    for job in range(9):
        cluster.submit(job, CPU, needs=Requirements(spread=(Spread("zone", skew),)))
    placed = [node for _, node in cluster.round()]
    assert {node: placed.count(node) for node in (1, 2, 3)} == {1: 1 + skew, 2: 1 + skew, 3: 1}
    assert why_not(cluster.scheduler, 0) == ({"spread": 2, "room": 1})
    cluster.node(4, CPU, attributes=("zone=z",))
    assert sorted(node for _, node in cluster.round())[-1] == 4


def test_only_places_that_could_host_the_job_count() -> None:
    cluster = zones("x", "y")
    cluster.node(3, CPU * 4, attributes=("zone=z",), taints=("gpu:NoSchedule",))
    for job in range(4):
        cluster.submit(job, CPU, needs=Requirements(spread=(Spread("zone"),)))
    assert len(cluster.round()) == 4


def test_a_zone_that_is_lost_no_longer_counts() -> None:
    cluster = zones("x", "y", size=1)
    cluster.node(3, CPU * 4, attributes=("zone=x",))
    for job in range(4):
        cluster.submit(job, CPU, needs=Requirements(spread=(Spread("zone"),)))
    assert len(cluster.round()) == 3
    cluster.scheduler.lose_node(1, NodeId(2))
    assert [job for job, _ in cluster.round()] == [3]


def test_a_soft_spread_evens_out_and_never_waits() -> None:
    cluster = zones("x", "y")
    for job in range(8):
        cluster.submit(job, CPU, needs=Requirements(spread=(Spread("zone", 1, hard=False),)))
    assert [node for _, node in cluster.round()][:4] == [1, 2, 1, 2]
    cluster.node(3, CPU * 2, attributes=("zone=z",))
    for job in (9, 10):
        cluster.submit(job, CPU, needs=Requirements(spread=(Spread("zone", 1, hard=False),)))
    assert [node for _, node in cluster.round()] == [3, 3]


# --- any history --------------------------------------------------------------------------------------------------

RULES = [
    Requirements(), near("label:a"), near("label:b", "zone"), away("label:a"), away("label:b", "zone"),
    near("pipeline"),
    away("tenant", "zone"), Requirements(spread=(Spread("zone"),)), Requirements(spread=(Spread("node", 2),)),
    near("label:a", "zone", 5),
]  # fmt: skip


class AnyHistory(RuleBasedStateMachine):
    """Rounds only when the scheduler says so: whoever still waits must have no place that its rules allow."""

    def __init__(self) -> None:
        super().__init__()
        self.cluster = Cluster()
        self.scheduler = self.cluster.scheduler
        self.heard = self.nodes = self.jobs = 0
        self.waiting: dict[int, tuple] = {}  # job → label, pipeline, tenant, requirements, CPUs
        self.placed: dict[int, tuple] = {}  # the same, and its node

    @initialize(places=st.lists(st.sampled_from("xyz"), min_size=2, max_size=4))
    def some_nodes(self, places: list[str]) -> None:
        for zone in places:
            self.node(zone)

    @rule(zone=st.sampled_from("xyz"))
    def node(self, zone: str) -> None:
        self.nodes += 1
        self.cluster.node(self.nodes, CPU * 3, attributes=(f"zone={zone}",))

    @rule(
        label=st.sampled_from("ab"), pipeline=st.integers(1, 3), tenant=st.sampled_from("ab"),
        needs=st.sampled_from(RULES), size=st.integers(1, 2),
    )  # fmt: skip
    def submit(self, label: str, pipeline: int, tenant: str, needs: Requirements, size: int) -> None:
        self.jobs += 1
        self.waiting[self.jobs] = (label, pipeline, tenant, needs, size)
        self.cluster.submit(self.jobs, CPU * size, tenant, needs=needs, label=label, pipeline=pipeline)

    @precondition(lambda self: self.placed)
    @rule(data=st.data())
    def release(self, data) -> None:
        job = data.draw(st.sampled_from(sorted(self.placed)))
        del self.placed[job]
        self.cluster.release(job)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def withdraw(self, data) -> None:
        job = data.draw(st.sampled_from(sorted(self.waiting)))
        del self.waiting[job]
        self.scheduler.withdraw(0, job)

    @precondition(lambda self: len(self.scheduler.nodes) > 2)
    @rule(data=st.data(), command=st.sampled_from(["lose_node", "cordon_node", "uncordon_node"]))
    def trouble(self, data, command: str) -> None:
        node = data.draw(st.sampled_from(sorted(self.scheduler.nodes)))
        if command == "lose_node":
            self.placed = {job: one for job, one in self.placed.items() if one[-1] != node}
        getattr(self.scheduler, command)(0, node)

    @invariant()
    def settle(self) -> None:
        for _ in range(50):
            if self.heard == self.cluster.wakes:
                break
            self.heard = self.cluster.wakes
            for job, node in self.round():
                one = self.waiting.pop(job)
                assert self.allowed(one, node), "hard rules hold when a job is placed"
                self.placed[job] = (*one, node)
        else:
            raise AssertionError("the scheduler never comes to rest")
        for one in self.waiting.values():
            for node in self.scheduler.nodes:
                assert not self.allowed(one, node), (one, node)

    def round(self):
        """One placement at a time, so that each is judged against what was there."""
        while (offer := self.scheduler.open_offer(0)) is not None:
            self.scheduler.commit(0, offer)
            yield offer.demand.job, offer.node.id

    def allowed(self, one: tuple, id: int) -> bool:
        """The definition: room, and every hard rule."""
        label, pipeline, tenant, needs, size = one
        node = self.scheduler.nodes[id]
        used = sum(other[4] for other in self.placed.values() if other[-1] == id)
        if node.state != "READY" or used + size > 3:
            return False
        for affinity in needs.affinity:
            if not affinity.weight:
                kind, _, name = affinity.to.partition(":")
                index, value = {"label": (0, name), "pipeline": (1, pipeline), "tenant": (2, name or tenant)}[kind]
                kin = [other for other in self.placed.values() if other[index] == value]
                there = any(
                    self.place(other[-1], affinity.topology) == self.place(id, affinity.topology) for other in kin
                )
                alone = not kin and one[index] == value
                if there == affinity.anti and not (alone and not affinity.anti):
                    return False
        for spread in needs.spread:
            ready = [other for other in self.scheduler.nodes.values() if other.state == "READY"]
            counts = {self.place(other.id, spread.topology): 0 for other in ready}
            for other in self.placed.values():
                place = self.place(other[-1], spread.topology)
                if other[0] == label and place in counts:
                    counts[place] += 1
            if counts[self.place(id, spread.topology)] + 1 - min(counts.values()) > spread.max_skew:
                return False
        return True

    def place(self, id: int, topology: str) -> object:
        return id if topology == "node" else dict(self.scheduler.nodes[id].attributes)[topology]


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
