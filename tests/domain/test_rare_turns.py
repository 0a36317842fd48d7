"""Turns that a run seldom takes, each of which once went wrong: late notices, crashes, replaced taints, odd names."""

import pytest

from domain.acl import workers_to_scheduling
from domain.contracts.scheduling import InverseOfferOpened
from domain.contracts.workers import MachineFailed, MachineLeaving, MachineRecovered
from domain.orchestration.terms import resolve
from domain.shared.ids import JobId, NodeId
from domain.shared.requirements import Requirements, Taint, Toleration
from domain.shared.resources import Resources
from tests.domain.cluster import Cluster
from tests.domain.test_machines import a_fleet, pool

CPU = Resources(1000, 1024)


def test_a_notice_that_comes_after_the_machine_should_have_gone_gives_no_time_and_turns_no_clock_back() -> None:
    cluster = Cluster()
    cluster.node(1, CPU * 4)
    cluster.submit(1, CPU)
    cluster.round()
    hear = workers_to_scheduling.translate(cluster.scheduler)[MachineLeaving]
    hear(MachineLeaving(500, NodeId(1), "pool", "spot", 120, 0, 1))
    deadlines = [event.deadline_us for event in cluster.events if isinstance(event, InverseOfferOpened)]
    assert all(deadline >= 500 for deadline in deadlines)
    assert cluster.scheduler.nodes[NodeId(1)].state == "DRAINING" if NodeId(1) in cluster.scheduler.nodes else True


@pytest.mark.parametrize("one_job", [True, False])
def test_a_machine_for_one_job_that_crashes_under_it_never_comes_back(one_job: bool) -> None:
    machines, said = a_fleet(pool(most=1, one_job=one_job))
    id = machines.order(0, "a")
    machines.booted(1, id)
    machines.took_job(2, id)
    machines.failed(3, id, "crash", comes_back=True)
    (failed,) = (event for event in said if isinstance(event, MachineFailed))
    assert bool(failed.comes_back) is not one_job
    fresh, news = a_fleet(pool(most=1, one_job=True))
    other = fresh.order(0, "a")
    fresh.booted(1, other)
    fresh.failed(2, other, "crash", comes_back=True)
    fresh.recovered(3, other)
    assert isinstance(news[-1], MachineRecovered), "one that has had no job yet does"


def test_a_taint_that_is_replaced_by_one_that_is_tolerated_wakes_who_waits() -> None:
    cluster = Cluster()
    cluster.node(1, CPU * 4)
    cluster.scheduler.taint_node(0, NodeId(1), Taint("team", "x"))
    cluster.submit(1, CPU, needs=Requirements(tolerations=(Toleration("team", "Eq", "y"),)))
    assert cluster.round() == []
    wakes = cluster.wakes
    cluster.scheduler.taint_node(1, NodeId(1), Taint("team", "y"))
    assert cluster.wakes > wakes
    assert cluster.round(1) == [(1, 1)]


def test_withdrawn_jobs_of_a_shape_that_fits_nowhere_are_forgotten() -> None:
    cluster = Cluster()
    cluster.node(1, CPU)
    for job in range(1, 2001):
        cluster.submit(job, CPU * 9)
        cluster.round()
        if job != 1000:
            cluster.scheduler.withdraw(0, JobId(job))
    (heap,) = cluster.scheduler.queue._by_tenant[0].values()
    assert len(heap) <= 2 * 1 + 65
    cluster.node(2, CPU * 9)
    assert cluster.round() == [(1000, 2)]


@pytest.mark.parametrize(("one", "other"), [
    (("b/{ref}", "a", "r"), ("{ref}", "a/b", "r")),
    (("{ref}", "a", "{pipeline}"), ("{ref}", "a", "7")),
])  # fmt: skip
def test_groups_of_different_names_are_different(one, other) -> None:
    names = [resolve(template, tenant, ref, "push", "", 7) for template, tenant, ref in (one, other)]
    assert names[0] != names[1]
