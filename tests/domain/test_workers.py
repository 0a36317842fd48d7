"""Machines and workers: nothing is ordered twice, nothing exceeds its limit, whatever is started ends once."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contracts.execution import ExecutionEnded
from domain.contracts.workers import MachineOrdered, WorkerAcquired, WorkerFailed, WorkerRequested, WorkerTerminated
from domain.execution.executor import Executor
from domain.shared.ids import AssignmentId, ExecutionId, JobId, NodeId, WorkerId
from domain.shared.refusals import Refused
from domain.shared.resources import Resources
from domain.workers.machines import Machines
from domain.workers.providers import PoolSpec, Provider
from domain.workers.scaling import UnmetDemand
from domain.workers.workforce import Workforce

ASK = Resources(1000, 1024)


def pool(name="p/a", **changes) -> PoolSpec:
    spec = {
        "name": name, "provider": "p", "capacity": ASK * 2, "labels": ("linux",), "min_machines": 0,
        "max_machines": None, "machine_idle_us": 10, "reusable_workers": False, "worker_idle_us": 5,
    }  # fmt: skip
    return PoolSpec(**spec | changes)


def machines(*pools, quota=None):
    events: list = []
    return Machines(pools, [Provider(1, "p", quota)], events.append), events


def ordered(events) -> Counter:
    return Counter(event.pool for event in events if isinstance(event, MachineOrdered))


def test_what_is_booting_is_never_ordered_again() -> None:
    fleet, events = machines(pool())
    for now in range(5):
        fleet.follow(now, [UnmetDemand(ASK, (), 5)])
    assert ordered(events) == {"p/a": 3}, "five jobs, two a machine"
    fleet.booted(6, NodeId(1))
    fleet.follow(7, [UnmetDemand(ASK, (), 3)])
    assert ordered(events) == {"p/a": 3}, "two are still coming, for three jobs"
    fleet.follow(8, [UnmetDemand(ASK, (), 5)])
    assert ordered(events) == {"p/a": 4}


def test_demand_spills_into_the_next_pool_at_the_maximum() -> None:
    fleet, events = machines(pool(max_machines=2), pool("p/b", capacity=ASK * 8), pool("p/c", labels=()))
    fleet.follow(0, [UnmetDemand(ASK, ("linux",), 13)])
    assert ordered(events) == {"p/a": 2, "p/b": 2}
    fleet.follow(0, [UnmetDemand(ASK * 100, (), 1)])
    assert ordered(events) == {"p/a": 2, "p/b": 2}, "nothing can ever host it"


def test_demand_spills_to_another_provider_at_the_quota_or_out_of_service() -> None:
    events: list = []
    pools = (pool("p/a"), pool("p/b"), pool("q/c", provider="q"))
    first, second = Provider(1, "p", 3), Provider(2, "q", None)
    fleet = Machines(pools, [first, second], events.append)
    for now in range(2):
        fleet.follow(now, [UnmetDemand(ASK, (), 4), UnmetDemand(ASK, ("linux",), 6)])
        assert ordered(events) == {"p/a": 3, "q/c": 2}
    first.move("maintain")
    fleet.follow(2, [UnmetDemand(ASK, (), 20)])
    assert ordered(events) == {"p/a": 3, "q/c": 7}, "three are coming from the first, the rest from the second"


def test_a_provider_refuses_beyond_its_quota_and_out_of_service() -> None:
    fleet, events = machines(pool(), quota=2)
    fleet.follow(0, [UnmetDemand(ASK, (), 100)])
    assert ordered(events) == {"p/a": 2}
    assert fleet.order(0, "p/a") == Refused("provider-quota", "p allows 2 machines")
    fleet.returned(1, NodeId(1))
    assert not isinstance(fleet.order(1, "p/a"), Refused)
    provider = Provider(1, "q", None)
    provider.move("maintain")
    assert provider.order().reason == "provider-unavailable"
    provider.move("recover")
    assert provider.order() is None


@given(
    st.lists(st.tuples(st.sampled_from(["follow", "boot", "return", "take", "lose"]), st.integers(0, 5)), max_size=60)
)
def test_a_pool_never_exceeds_its_maximum_nor_loses_count(steps) -> None:
    fleet, _ = machines(pool(max_machines=3, min_machines=1), quota=3)
    for now, (step, number) in enumerate(steps):
        live = sorted(fleet.live)
        id = live[number % len(live)] if live else None
        if step == "follow":
            fleet.follow(now, [UnmetDemand(ASK, (), number)])
        elif id is None:
            continue
        elif step == "boot" and not fleet.live[id].ready:
            fleet.booted(now, id)
        elif step == "take" and fleet.live[id].ready:
            fleet.took_job(now, id)
        elif step == "lose" and fleet.live[id].jobs:
            fleet.lost_job(now, id)
        elif step == "return" and fleet.may_return(fleet.live[id]):
            fleet.returned(now, id)
            assert fleet.ready["p/a"] >= 1
        ready = sum(machine.ready for machine in fleet.live.values())
        assert (fleet.ready["p/a"], fleet.booting["p/a"]) == (ready, len(fleet.live) - ready)
        assert len(fleet.live) <= 3
        assert all((m.idle_since_us >= 0) == (m.ready and not m.jobs) for m in fleet.live.values() if m.ready)


@pytest.mark.parametrize("reusable", [False, True])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["place", "ready", "done", "displace", "gone"]), st.integers(0, 5)), max_size=50
    )
)
def test_every_worker_ends_exactly_once(reusable, steps) -> None:
    events: list = []
    force = Workforce({"p": pool("p", reusable_workers=reusable)}, events.append)
    jobs = iter(range(1, 1000))
    for now, (step, number) in enumerate(steps):
        live = sorted(force.live)
        worker = force.live[live[number % len(live)]] if live else None
        if step == "place":
            job = next(jobs)
            force.request(now, NodeId(number % 2), "p", JobId(job), 1, AssignmentId(job))
        elif worker is None:
            continue
        elif step == "ready" and worker.state == "BOOTING":
            force.ready(now, worker.id)
        elif step == "done":
            force.job_done(now, worker.id, worker.assignment)
        elif step == "displace":
            force.job_displaced(now, worker.assignment, "node-lost")
        elif step == "gone" and all(one.state == "IDLE" for one in force.live.values()):
            force.machine_gone(now, worker.node)
    for worker in list(force.live.values()):
        if worker.state == "BOOTING":
            force.ready(99, worker.id)
        force.job_done(99, worker.id, worker.assignment)
    force.job_done(100, WorkerId(1), AssignmentId(1))  # late news of a worker that is gone, or idle, changes nothing
    force.close(100)
    assert not force.live
    requested = [event.worker for event in events if isinstance(event, WorkerRequested)]
    assert sorted(event.worker for event in events if isinstance(event, WorkerTerminated)) == requested
    acquired = Counter(event.worker for event in events if isinstance(event, WorkerAcquired))
    assert all(acquired[event.worker] == event.jobs_served for event in events if isinstance(event, WorkerTerminated))
    if not reusable:
        assert all(count == 1 for count in acquired.values()), "an ephemeral worker serves one job"


def test_the_worker_that_was_idle_last_is_reused_and_a_lost_one_fails() -> None:
    events: list = []
    force = Workforce({"p": pool("p", reusable_workers=True)}, events.append)
    for job in (1, 2):
        force.request(job, NodeId(1), "p", JobId(job), 1, AssignmentId(job))
        force.ready(job, WorkerId(job))
    force.job_done(3, WorkerId(2), AssignmentId(2))
    force.job_done(4, WorkerId(1), AssignmentId(1))
    force.request(5, NodeId(1), "p", JobId(3), 1, AssignmentId(3))
    assert [event.worker for event in events if isinstance(event, WorkerAcquired)] == [1, 2, 1]
    force.job_displaced(6, AssignmentId(3), "node-lost")
    assert [(event.worker, event.cause) for event in events if isinstance(event, WorkerFailed)] == [(1, "node-lost")]


def test_a_stale_fencing_token_changes_nothing() -> None:
    events: list = []
    executor = Executor(events.append)
    begin = (JobId(1), 1, AssignmentId(1), WorkerId(1), NodeId(1), 100)
    first = executor.start(0, *begin)
    assert executor.start(0, *begin) == Refused("already-executing", "job 1")
    executor.lose(5, JobId(1), AssignmentId(1))
    second = executor.start(6, JobId(1), 2, AssignmentId(2), WorkerId(2), NodeId(2), 100)
    assert second.id > first.id
    assert executor.finish(7, first.id, "complete") == Refused("stale-token", "execution 1")
    executor.run(7, second.id)
    assert executor.finish(8, second.id, "complete") is None
    assert executor.finish(9, second.id, "fail") == Refused("stale-token", "execution 2")
    executor.lose(9, JobId(1), AssignmentId(2))
    ends = [
        (event.execution, event.state, event.cause, event.ran_us)
        for event in events
        if isinstance(event, ExecutionEnded)
    ]
    assert ends == [(1, "LOST", "infra", 5), (2, "COMPLETED", "", 2)]
    assert not executor.live
    assert executor.finish(9, ExecutionId(77), "complete").reason == "stale-token"
