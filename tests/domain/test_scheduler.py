"""What the scheduler promises about whose turn it is, where jobs go, and jobs that come and go."""

import pytest

from domain.contracts.scheduling import AssignmentRevoked, JobPlaced, OfferRescinded
from domain.scheduling.index import NodeIndex, NodeScan
from domain.shared.ids import AssignmentId, JobId, NodeId
from domain.shared.resources import Resources
from tests.domain.cluster import Cluster

CPU = Resources(1000, 1024)
GIB = 1024
BOTH = pytest.mark.parametrize("choice", [NodeIndex, NodeScan])


# --- whose turn ---------------------------------------------------------------------------------------------------


@BOTH
def test_the_worked_example_of_drf(choice) -> None:
    """Ghodsi et al., NSDI 2011, section 4.1: of 9 CPU, 18 GB, A runs 3 × ⟨1, 4⟩ and B 2 × ⟨3, 1⟩; both hold 2/3."""
    cluster = Cluster(tenants=(("A", 1), ("B", 1)), choice=choice)
    cluster.node(1, Resources(9000, 18 * GIB))
    for job in range(10):
        cluster.submit(job, Resources(1000, 4 * GIB), "A")
        cluster.submit(10 + job, Resources(3000, GIB), "B")
    assert [job // 10 for job, _ in cluster.round()] == [0, 1, 0, 1, 0], "A first in ties; then no CPU is left"
    assert cluster.free(1) == Resources(0, 4 * GIB)


def test_a_tenant_gets_by_its_weight() -> None:
    cluster = Cluster(tenants=(("light", 1), ("heavy", 3)))
    cluster.node(1, CPU * 8)
    for job in range(20):
        cluster.submit(job, CPU, "light")
        cluster.submit(100 + job, CPU, "heavy")
    placed = [job >= 100 for job, _ in cluster.round()]
    assert (placed.count(False), placed.count(True)) == (2, 6)
    for job in (0, 1):
        cluster.release(job)
    assert [job for job, _ in cluster.round()] == [2, 3], "who gave back is below its share again"


def test_fifo_serves_by_arrival_whoever_holds_what() -> None:
    cluster = Cluster("fifo", tenants=(("a", 1), ("b", 9)))
    cluster.node(1, CPU * 4)
    for job, tenant in enumerate("aaaba"):
        cluster.submit(job, CPU, tenant)
    assert [job for job, _ in cluster.round()] == [0, 1, 2, 3]


def test_sjf_takes_the_shortest_of_a_tenant_and_the_unknown_first() -> None:
    cluster = Cluster(ordering="sjf")
    cluster.node(1, CPU * 5)
    for job, estimate in enumerate((50, 10, 0, 10, 30)):
        cluster.submit(job, CPU, estimate=estimate)
    assert [job for job, _ in cluster.round()] == [2, 1, 3, 4, 0]


# --- where to -----------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(("placement", "nodes"), [("best-fit", [2, 1, 3, 3, 3, 3]), ("spread", [3, 2, 3, 1, 2, 3])])
def test_best_fit_fills_the_tightest_and_spread_takes_the_emptiest(placement, nodes, choice) -> None:
    """Three nodes of 8 CPU have 1, 2 and 4 left; a job of 2 comes, then jobs of 1. Ties go to the first node."""
    cluster = Cluster("fifo", placement=placement, choice=choice)
    for node, used in ((1, 7), (2, 6), (3, 4)):
        cluster.node(node, CPU * 8, f"only-{node}")
        cluster.submit(100 + node, CPU * used, runs_on=(f"only-{node}",))
    cluster.round()
    for job, cpus in enumerate((2, 1, 1, 1, 1, 1)):
        cluster.submit(job, CPU * cpus)
    assert [node for _, node in cluster.round()] == nodes


@BOTH
def test_a_job_goes_only_where_all_its_labels_are(choice) -> None:
    cluster = Cluster(choice=choice)
    cluster.node(1, CPU * 8, "linux")
    cluster.node(2, CPU * 8, "gpu")
    cluster.submit(1, CPU, runs_on=("linux", "gpu"))
    cluster.submit(2, CPU, runs_on=("gpu",))
    assert cluster.round() == [(2, 2)]
    cluster.node(3, CPU, "gpu", "arm", "linux")
    assert cluster.round() == [(1, 3)]


def test_a_job_that_fits_nowhere_blocks_nobody() -> None:
    cluster = Cluster("fifo")
    cluster.node(1, CPU * 2)
    for job, ask in enumerate((CPU * 64, CPU, CPU * 64, CPU)):
        cluster.submit(job, ask)
    assert [job for job, _ in cluster.round()] == [1, 3]
    cluster.node(2, CPU * 64)
    assert cluster.round() == [(0, 2)], "and it is not forgotten"


# --- demand -------------------------------------------------------------------------------------------------------


def test_a_job_is_withdrawn_while_it_waits_or_is_offered_and_left_alone_once_placed() -> None:
    cluster = Cluster("fifo")
    cluster.node(1, CPU * 2)
    for job in (1, 2, 3, 4):
        cluster.submit(job, CPU)
    cluster.scheduler.commit(0, cluster.open())
    offer = cluster.open()
    for job in (1, 2, 3, 77):
        cluster.scheduler.withdraw(5, JobId(job))
        cluster.scheduler.withdraw(6, JobId(job))
    assert cluster.events[-1] == OfferRescinded(5, offer.id, "job-withdrawn"), "once, and nothing else was said"
    assert [one.demand.job for one in cluster.scheduler.assignments.values()] == [1]
    assert cluster.free(1) == CPU
    assert cluster.round() == [(4, 1)]


def test_jobs_withdrawn_from_the_middle_of_the_queue_are_passed_over() -> None:
    cluster = Cluster()
    cluster.node(1, CPU * 9)
    for job in (1, 2, 3, 4, 5):
        cluster.submit(job, CPU)
    for job in (2, 3, 5):
        cluster.scheduler.withdraw(0, JobId(job))
    assert cluster.scheduler.queue.waiting == [2]
    assert cluster.round() == [(1, 1), (4, 1)]
    assert cluster.scheduler.queue.waiting == [0]


def test_the_end_of_an_attempt_leaves_a_newer_one_that_waits_alone() -> None:
    """It takes the place of the older one back, can still be withdrawn, and is still submitted only once."""
    cluster = Cluster()
    cluster.node(1, CPU)
    cluster.submit(1, CPU)
    cluster.round()
    (place,) = cluster.scheduler.assignments
    cluster.submit(1, CPU, attempt=2)
    revoked = [event for event in cluster.events if isinstance(event, AssignmentRevoked)]
    assert [(event.assignment, event.reason) for event in revoked] == [(place, "superseded")]
    assert not cluster.scheduler.assignments, "a job has one place at a time"
    cluster.scheduler.release(0, AssignmentId(place))
    cluster.submit(1, CPU, attempt=2)
    assert cluster.scheduler.queue.waiting == [1]
    cluster.scheduler.withdraw(0, JobId(1))
    assert cluster.round() == []


def test_the_same_attempt_is_submitted_once_however_often_it_is_said() -> None:
    cluster = Cluster()
    cluster.node(1, CPU * 9)
    cluster.submit(1, CPU)
    cluster.submit(1, CPU)
    offer = cluster.open()
    cluster.submit(1, CPU)
    cluster.scheduler.commit(0, offer)
    cluster.submit(1, CPU)
    assert cluster.round() == []
    assert cluster.free(1) == CPU * 8


@pytest.mark.parametrize("offered", [False, True])
def test_a_newer_attempt_replaces_one_that_has_no_place_yet(offered: bool) -> None:
    """A job never has two places, even when the end of its first attempt is news that comes late."""
    cluster = Cluster()
    cluster.node(1, CPU * 9)
    cluster.submit(1, CPU)
    if offered:
        cluster.open()
    cluster.submit(1, CPU * 2, attempt=2)
    cluster.submit(1, CPU, attempt=1)  # late
    assert cluster.round() == [(1, 1)]
    (event,) = (event for event in cluster.events if isinstance(event, JobPlaced))
    assert (event.attempt, event.resources) == (2, CPU * 2)
    assert cluster.free(1) == CPU * 7
    assert sum(cluster.scheduler.queue.waiting) == 0


def test_parked_shapes_are_woken_only_by_capacity_that_helps() -> None:
    cluster = Cluster("fifo")
    cluster.node(1, CPU * 2, "small")
    cluster.node(2, CPU * 4, "large")
    cluster.submit(1, CPU * 4)
    cluster.submit(2, CPU)
    cluster.submit(3, CPU * 4)
    cluster.submit(4, CPU * 2)
    cluster.submit(5, Resources(1000, 1024, 0, 1000))
    assert cluster.round() == [(1, 2), (2, 1)]
    assert [cluster.scheduler.shapes[shape].resources for shape in cluster.scheduler.queue.parked] == [
        CPU * 4, CPU * 2, Resources(1000, 1024, 0, 1000),
    ]  # fmt: skip
    wakes, woken = cluster.wakes, cluster.scheduler.work["woken"]
    cluster.release(2)
    assert (cluster.wakes, cluster.scheduler.work["woken"]) == (wakes + 1, woken + 1), (
        "job 4 fits there, 3 and 5 do not"
    )
    assert cluster.round() == [(4, 1)]
    wakes = cluster.wakes
    cluster.scheduler.lose_node(1, NodeId(1), comes_back=True)
    cluster.scheduler.admit_node(2, NodeId(1))
    assert cluster.wakes == wakes, "the node is too small for what waits, and has no GPU"
    cluster.release(1)
    assert cluster.round() == [(3, 2)]
    cluster.scheduler.release(9, AssignmentId(999))
    assert [cluster.scheduler.queue.waiting[shape] for shape in cluster.scheduler.queue.parked] == [1]
