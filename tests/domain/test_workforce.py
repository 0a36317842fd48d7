"""Workers: one for each placed job or an idle one again, none left behind, each ended once."""

import pytest

from domain.acl.scheduling_to_workers import translate
from domain.contracts import workers as w
from domain.contracts.scheduling import NodeDown
from domain.shared.events import Event
from domain.shared.ids import AssignmentId, JobId, NodeId, WorkerId
from domain.shared.resources import Resources
from domain.workers.machines import Machines
from domain.workers.providers import PoolSpec
from domain.workers.workforce import Workforce

POOLS = {
    name: PoolSpec(name, "p", Resources(4000), (), 0, None, 10, reusable, 5)
    for name, reusable in (("once", False), ("again", True))
}


def a_workforce() -> tuple[Workforce, list[Event]]:
    said: list[Event] = []
    return Workforce(POOLS, said.append), said


def place(force: Workforce, job: int, pool: str = "once", node: int = 1, now: int = 0) -> None:
    force.request(now, NodeId(node), pool, JobId(job), 1, AssignmentId(100 + job))


def serve(force: Workforce, job: int, worker: int, pool: str = "again", node: int = 1, now: int = 0) -> None:
    place(force, job, pool, node, now)
    force.ready(now, WorkerId(worker))
    force.job_done(now, WorkerId(worker), AssignmentId(100 + job))


def of(kind: type[Event], said: list[Event]) -> list:
    return [event for event in said if isinstance(event, kind)]


def test_an_ephemeral_worker_serves_one_job_in_full() -> None:
    force, said = a_workforce()
    place(force, 7, now=1)
    assert said == [w.WorkerRequested(1, 1, 1, "once", 7), w.WorkerBooted(1, 1, "once")]
    force.ready(5, WorkerId(1))
    force.job_done(9, WorkerId(1), AssignmentId(107))
    assert said[2:] == [
        w.WorkerReady(5, 1),
        w.WorkerAcquired(5, 1, 1, 107, 7, 1),
        w.WorkerDraining(9, 1),
        w.WorkerTerminated(9, 1, 1),
    ]
    assert not force.live
    place(force, 8)
    assert of(w.WorkerRequested, said)[-1].worker == 2, "the next job gets another"


def test_the_worker_idle_last_on_that_machine_takes_the_job_at_once() -> None:
    force, said = a_workforce()
    for job in (1, 2, 3):
        place(force, job, "again", node=1 + job // 3)
    for worker in (1, 2, 3):
        force.ready(1, WorkerId(worker))
    for now, worker in ((2, 2), (3, 3), (4, 1)):
        force.job_done(now, WorkerId(worker), AssignmentId(100 + worker))
    del said[:]
    place(force, 4, "again", now=5)
    place(force, 5, "again", now=6)
    assert said == [w.WorkerAcquired(5, 1, 1, 104, 4, 1), w.WorkerAcquired(6, 2, 1, 105, 5, 1)]
    place(force, 6, "again", now=7)
    assert of(w.WorkerRequested, said)[0].worker == 4, "that of the other machine is not taken"
    assert force.live[WorkerId(1)].idle_since_us < 0
    force.job_done(9, WorkerId(1), AssignmentId(104))
    assert force.live[WorkerId(1)].idle_since_us == 9


def test_an_idle_worker_retires_and_is_never_used_again() -> None:
    force, said = a_workforce()
    serve(force, 1, 1)
    force.retire(7, force.live[WorkerId(1)])
    assert said[-2:] == [w.WorkerDraining(7, 1), w.WorkerTerminated(7, 1, 1)]
    place(force, 2, "again")
    assert of(w.WorkerRequested, said)[-1].worker == 2


def test_a_machine_that_leaves_takes_its_idle_workers_and_no_others() -> None:
    force, said = a_workforce()
    for job, node in ((1, 1), (2, 1), (3, 2)):
        place(force, job, "again", node)
    for worker in (1, 2, 3):
        force.ready(0, WorkerId(worker))
    for worker in (1, 2, 3):
        force.job_done(0, WorkerId(worker), AssignmentId(100 + worker))
    for _ in range(2):
        force.machine_gone(5, NodeId(1))
    assert [event.worker for event in of(w.WorkerTerminated, said)] == [1, 2]
    assert set(force.live) == {3}
    force.close(6)
    assert not force.live
    place(force, 4, "again", 1)
    assert of(w.WorkerRequested, said)[-1].worker == 4


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("busy", [False, True])
def test_the_worker_of_a_displaced_job_fails_and_ends(pool: str, busy: bool) -> None:
    force, said = a_workforce()
    place(force, 1, pool)
    place(force, 2, pool)
    if busy:
        force.ready(1, WorkerId(1))
    del said[:]
    force.job_displaced(5, AssignmentId(101), "node-lost")
    assert said == [w.WorkerFailed(5, 1, "node-lost"), w.WorkerTerminated(5, 1, int(busy))]
    assert set(force.live) == {2}
    force.ready(6, WorkerId(1))
    force.job_done(6, WorkerId(1), AssignmentId(101))
    force.job_displaced(6, AssignmentId(101), "node-lost")
    assert len(said) == 2, "late and doubled news of it changes nothing"


def test_a_worker_that_is_idle_has_no_job_to_lose() -> None:
    force, said = a_workforce()
    serve(force, 1, 1)
    before = list(said)
    force.job_displaced(5, AssignmentId(101), "node-lost")
    force.job_done(5, WorkerId(1), AssignmentId(101))
    assert said == before
    assert force.live[WorkerId(1)].state == "IDLE"


def test_a_worker_registers_once_and_ends_only_the_job_that_it_has() -> None:
    """Doubled news of its start, and of the end of a job that it had before."""
    force, said = a_workforce()
    serve(force, 1, 1)
    place(force, 2, "again")
    before = list(said)
    force.ready(5, WorkerId(1))
    force.job_done(5, WorkerId(1), AssignmentId(101))
    force.job_displaced(5, AssignmentId(101), "node-lost")
    assert said == before
    assert (force.live[WorkerId(1)].state, force.live[WorkerId(1)].job) == ("BUSY", 2)


def test_the_idle_workers_of_a_node_that_is_down_end_though_it_may_come_back() -> None:
    force, said = a_workforce()
    for job in (1, 2):
        serve(force, job, job, node=job)
    translate(Machines((), (), said.append), force)[NodeDown](NodeDown(9, NodeId(1), 1))
    assert said[-2:] == [w.WorkerDraining(9, 1), w.WorkerTerminated(9, 1, 1)]
    assert set(force.live) == {2}


def of_pool(**rules) -> tuple[Workforce, list[Event]]:
    said: list[Event] = []
    known = {"reusable_workers": True} | rules
    reusable = known.pop("reusable_workers")
    spec = PoolSpec("again", "p", Resources(4000), (), 0, None, 10, reusable, 5, **known)
    return Workforce({"again": spec}, said.append), said


def test_a_worker_past_its_lifetime_ends_its_job_and_takes_no_other() -> None:
    force, said = of_pool(worker_lifetime_us=100)
    serve(force, 1, 1, now=0)
    place(force, 2, "again", now=99)
    assert force.live[WorkerId(1)].state == "BUSY", "still young enough"
    force.job_done(150, WorkerId(1), AssignmentId(102))
    assert not force.live, "it ended its job"
    serve(force, 3, 2, now=200)
    place(force, 4, "again", now=300)
    assert [event.worker for event in of(w.WorkerTerminated, said)] == [1, 2], "idle, and too old when it is asked"
    assert of(w.WorkerRequested, said)[-1].worker == 3


def test_an_ephemeral_worker_stays_for_its_time_to_live_and_no_longer_than_its_machine() -> None:
    force, said = of_pool(reusable_workers=False, worker_ttl_us=50)
    serve(force, 1, 1, now=0)
    assert force.live[WorkerId(1)].state == "DRAINING"
    place(force, 2, "again", now=1)
    assert of(w.WorkerRequested, said)[-1].worker == 2, "it takes no other job"
    for _ in range(2):
        force.linger_over(50, WorkerId(1))
    assert [event.worker for event in of(w.WorkerTerminated, said)] == [1]
    force.ready(51, WorkerId(2))
    force.job_done(60, WorkerId(2), AssignmentId(102))
    force.machine_gone(61, NodeId(1))
    force.linger_over(110, WorkerId(2))
    assert [event.worker for event in of(w.WorkerTerminated, said)] == [1, 2]
    assert not force.live


def test_a_worker_that_crashes_leaves_its_job_stranded_and_says_so_last() -> None:
    for registered in (False, True):
        force, said = of_pool()
        place(force, 1, "again")
        if registered:
            force.ready(1, WorkerId(1))
        del said[:]
        for _ in range(2):
            force.crashed(5, WorkerId(1), AssignmentId(101), "worker-crash")
        assert said == [
            w.WorkerFailed(5, 1, "worker-crash"),
            w.WorkerTerminated(5, 1, int(registered)),
            w.JobStranded(5, 101, 1, 1, "worker-crash"),
        ]


def test_news_of_a_crash_that_came_with_an_earlier_job_changes_nothing() -> None:
    force, said = of_pool(lease_us=90)
    serve(force, 1, 1)
    place(force, 2, "again")
    force.crashed(5, WorkerId(1), AssignmentId(101), "worker-crash")
    force.silent(WorkerId(1), AssignmentId(101), 0)
    force.check_lease(10**9, WorkerId(1))
    assert force.live[WorkerId(1)].state == "BUSY"
    assert not of(w.WorkerFailed, said)


def test_a_lease_runs_out_after_exactly_its_time_without_a_heartbeat() -> None:
    force, said = of_pool(lease_us=90)
    place(force, 1, "again")
    force.ready(1, WorkerId(1))
    force.check_lease(10**9, WorkerId(1))
    assert not of(w.WorkerFailed, said), "a worker that is heard of has a lease for ever"
    force.silent(WorkerId(1), AssignmentId(101), 100)
    force.silent(WorkerId(1), AssignmentId(101), 150)  # the first time that it was missed counts
    force.check_lease(189, WorkerId(1))
    assert not of(w.WorkerFailed, said)
    force.check_lease(190, WorkerId(1))
    assert of(w.WorkerFailed, said) == [w.WorkerFailed(190, 1, "lease")]
    assert of(w.JobStranded, said)[0].job == 1


def test_a_heartbeat_in_time_renews_the_lease() -> None:
    force, said = of_pool(lease_us=90)
    place(force, 1, "again")
    force.ready(1, WorkerId(1))
    force.silent(WorkerId(1), AssignmentId(101), 100)
    force.heard(WorkerId(1))
    force.check_lease(500, WorkerId(1))
    assert not of(w.WorkerFailed, said)
