"""Defects that earlier designs of this domain had, one regression test each: it fails when its defect is planted.

In `test_defects_of_places`: affinity, tolerations, preemption, guarantees. Three stand with what they are about. In
`test_allocators`: a round robin that always picks the first, and fair queueing whose finish tag forgets the flow's
previous finish. In `test_placements`: a candidate cap that never rotates.
"""

import pytest

from domain.acl import (
    execution_to_orchestration,
    execution_to_scheduling,
    execution_to_workers,
    orchestration_to_scheduling,
    scheduling_to_execution,
    scheduling_to_orchestration,
    scheduling_to_workers,
    workers_to_execution,
    workers_to_scheduling,
)
from domain.contracts.orchestration import JobEnded, JobQueued, JobRetried
from domain.contracts.scheduling import OfferOpened
from domain.contracts.workers import MachineLeaving, MachineOrdered, WorkerAcquired, WorkerTerminated
from domain.execution.executor import Executor
from domain.orchestration.orchestrator import Orchestrator
from domain.orchestration.specs import JobSpec, PipelineSpec
from domain.orchestration.terms import RetryPolicy
from domain.scheduling.estimates import History
from domain.scheduling.policies import best_fit, drf, fifo
from domain.scheduling.scheduler import Scheduler, SchedulingPolicy
from domain.shared.ids import AssignmentId, JobId, NodeId, WorkerId
from domain.shared.resources import Resources
from domain.workers.machines import Machines
from domain.workers.providers import PoolSpec, Provider
from domain.workers.scaling import UnmetDemand
from domain.workers.targets import ScalingRules
from domain.workers.workforce import Workforce
from sim.bus import Bus
from tests.domain.cluster import TTL_US, Cluster

CPU = Resources(1000, 1024)
POOL = PoolSpec("pool", "provider", CPU * 2, ("linux",), 0, None, 10, reusable_workers=False, worker_idle_us=5)


class Orchestra:
    """An orchestrator alone, with one job whose attempts the test places, starts and ends."""

    def __init__(self, **spec) -> None:
        self.events: list = []
        self.orchestrator = Orchestrator(self.events.append)
        self.orchestrator.submit(0, "a", PipelineSpec((JobSpec("job", "label", CPU, **spec),)), [JobId(1)])
        self.job = self.orchestrator.jobs[JobId(1)]

    def start(self, attempt: int) -> None:
        self.orchestrator.placed(1, JobId(1), attempt, AssignmentId(attempt))
        self.orchestrator.started(2, JobId(1), attempt)

    def all(self, kind) -> list:
        return [event for event in self.events if isinstance(event, kind)]


def test_a_job_with_no_eligible_worker_is_not_lost() -> None:
    cluster = Cluster()
    cluster.node(1, CPU * 8, "linux")
    cluster.submit(1, CPU, runs_on=("gpu",))
    for _ in range(3):
        assert cluster.round() == []
    assert cluster.scheduler.queue.waiting == [1]
    cluster.node(2, CPU, "gpu")
    assert cluster.round() == [(1, 2)]


def test_looking_at_the_next_job_does_not_take_it() -> None:
    cluster = Cluster()
    cluster.submit(1, CPU)
    queue, turns = cluster.scheduler.queue, cluster.scheduler._turns
    for _ in range(3):
        assert turns.first() == 0
        assert queue.heads[0][2].job == 1
        assert queue.waiting == [1]
    assert cluster.scheduler.open_offer(0) is None, "there is no node"
    assert queue.waiting == [1]


@pytest.mark.parametrize("how", ["release", "expire", "withdraw", "admit", "return"])
def test_freed_capacity_wakes_who_waits_for_it(how: str) -> None:
    cluster = Cluster()
    cluster.node(1, CPU)
    cluster.submit(1, CPU)
    offer = cluster.open()
    cluster.submit(2, CPU)
    if how in ("release", "return"):
        cluster.scheduler.commit(0, offer)
    assert cluster.round() == []
    wakes = cluster.wakes
    if how == "release":
        cluster.release(1)
    elif how == "expire":
        cluster.scheduler.expire(TTL_US, offer)
    elif how == "withdraw":
        cluster.scheduler.withdraw(0, JobId(1))
    elif how == "admit":
        cluster.node(2, CPU)
    else:
        cluster.scheduler.lose_node(0, NodeId(1), comes_back=True)
        cluster.scheduler.admit_node(0, NodeId(1))
    assert cluster.wakes > wakes
    assert len(cluster.round()) == 1


@pytest.mark.parametrize("ordering", ["fifo", "sjf"])
def test_equals_are_served_in_the_order_they_came(ordering: str) -> None:
    """LIFO inside a priority; also for one that comes back from an offer that failed."""
    cluster = Cluster(ordering=ordering)
    cluster.node(1, CPU * 9)
    for job in range(9):
        cluster.submit(job, CPU, estimate=7, runs_on=() if job % 3 else ("linux",))
    cluster.node(2, CPU * 9, "linux")
    cluster.scheduler.expire(TTL_US, cluster.open())
    assert [job for job, _ in cluster.round()] == list(range(9))


def test_equal_tenants_take_turns() -> None:
    """A round robin that always picks the first, where turns follow from shares; see also `test_allocators`."""
    cluster = Cluster(tenants=(("a", 1), ("b", 1), ("c", 1)))
    cluster.node(1, CPU * 6)
    for number, tenant in enumerate("aaabbbccc"):
        cluster.submit(number, CPU, tenant)
    assert ["aaabbbccc"[job] for job, _ in cluster.round()] == list("abcabc")


def test_the_emptiest_node_is_the_one_with_most_free_not_the_largest() -> None:
    """A least-loaded rule that reads total capacity."""
    cluster = Cluster(placement="spread")
    cluster.node(1, CPU * 100, "large")
    cluster.node(2, CPU * 4)
    cluster.submit(1, CPU * 90, runs_on=("large",))
    cluster.submit(2, CPU)
    assert cluster.round() == [(1, 1), (2, 2)]


def test_a_label_that_is_asked_for_is_looked_at() -> None:
    """Affinity that is always true."""
    cluster = Cluster(placement="spread")
    cluster.node(1, CPU * 100, "arm")
    cluster.node(2, CPU, "x86")
    cluster.submit(1, CPU, runs_on=("x86",))
    cluster.submit(2, CPU, runs_on=("x86",))
    assert cluster.round() == [(1, 2)], "the second waits rather than go elsewhere"


def test_an_attempt_is_counted_once_however_often_its_end_is_told() -> None:
    orchestra = Orchestra(retry=RetryPolicy(user=1, infra=1))
    orchestra.start(1)
    for _ in range(3):
        orchestra.orchestrator.attempt_ended(3, JobId(1), 1, "FAILED", "user")
    assert (orchestra.job.state, orchestra.job.attempt, orchestra.job.user_failures) == ("BACKOFF", 1, 1)
    for _ in range(3):
        orchestra.orchestrator.retry(4, JobId(1), 1)
    assert (orchestra.job.state, orchestra.job.attempt) == ("QUEUED", 2)
    orchestra.start(2)
    orchestra.orchestrator.attempt_ended(5, JobId(1), 2, "LOST", "infra")
    assert (orchestra.job.user_failures, orchestra.job.infra_failures) == (1, 1), "causes are counted apart"
    orchestra.orchestrator.retry(6, JobId(1), 2)
    orchestra.start(3)
    orchestra.orchestrator.attempt_ended(7, JobId(1), 3, "COMPLETED", "")
    (ended,) = orchestra.all(JobEnded)
    assert (ended.state, ended.attempts) == ("SUCCEEDED", 3)
    assert [event.attempt for event in orchestra.all(JobQueued)] == [1, 2, 3]


def test_a_second_failure_is_not_taken_for_the_first() -> None:
    """Idempotency keys without the attempt."""
    orchestra = Orchestra(retry=RetryPolicy(user=1))
    orchestra.start(1)
    orchestra.orchestrator.attempt_ended(3, JobId(1), 1, "FAILED", "user")
    orchestra.orchestrator.retry(4, JobId(1), 1)
    orchestra.start(2)
    orchestra.orchestrator.attempt_ended(5, JobId(1), 1, "FAILED", "user")
    assert orchestra.job.state == "RUNNING", "the first, told again"
    orchestra.orchestrator.attempt_ended(6, JobId(1), 2, "FAILED", "user")
    assert len(orchestra.all(JobRetried)) == 1
    assert [event.state for event in orchestra.all(JobEnded)] == ["FAILED"]


def test_a_second_attempt_is_not_taken_for_the_first() -> None:
    """The same, where places are asked for."""
    cluster = Cluster()
    cluster.node(1, CPU)
    cluster.submit(1, CPU)
    assert cluster.round() == [(1, 1)]
    cluster.submit(1, CPU, attempt=2)  # whose place takes the room of the older one's
    assert cluster.round() == [(1, 1)]
    assert [one.demand.attempt for one in cluster.scheduler.assignments.values()] == [2]


@pytest.mark.parametrize("reusable", [False, True])
def test_the_end_of_a_worker_leaves_the_job_that_it_served_alone(reusable: bool) -> None:
    """WorkerTerminated overwriting SUCCEEDED. All contexts are wired as in a run; the machine dies after the job."""
    bus, events, provider = Bus(), [], Provider(1, "provider", None)
    machines = Machines([POOL], [provider], bus.publish)
    workforce = Workforce(
        {"pool": PoolSpec("pool", "provider", CPU * 2, (), 0, None, 10, reusable, worker_idle_us=5)}, bus.publish
    )
    executor, orchestrator = Executor(bus.publish), Orchestrator(bus.publish)
    scheduler = Scheduler(SchedulingPolicy(drf, fifo, best_fit, TTL_US), [("a", 1)], bus.publish, lambda: None)
    for translation in (
        workers_to_scheduling.translate(scheduler),
        orchestration_to_scheduling.translate(scheduler, lambda job, label: 0),
        workers_to_execution.translate(executor, lambda job: 100),
        execution_to_orchestration.translate(orchestrator),
        execution_to_workers.translate(workforce),
        execution_to_scheduling.translate(scheduler, History()),
        scheduling_to_orchestration.placements(orchestrator),
        scheduling_to_workers.translate(machines, workforce),
        scheduling_to_execution.translate(executor),
        scheduling_to_orchestration.losses(orchestrator),
    ):
        bus.subscribe(translation)
    bus.listen(lambda batch, causes: events.extend(batch))
    orchestrator.submit(0, "a", PipelineSpec((JobSpec("job", "label", CPU),)), [JobId(1)])
    machines.follow(0, [UnmetDemand(CPU, (), 1)])
    machines.booted(1, NodeId(1))
    scheduler.run_round(1)
    workforce.ready(2, WorkerId(1))
    ((token, _),) = executor.live.items()
    executor.run(3, token)
    executor.finish(3, token, "complete")
    scheduler.lose_node(4, NodeId(1))
    workforce.close(5)
    bus.flush()
    assert [event.worker for event in events if isinstance(event, WorkerAcquired)] == [1]
    assert [event.worker for event in events if isinstance(event, WorkerTerminated)] == [1]
    assert [event.state for event in events if isinstance(event, JobEnded)] == ["SUCCEEDED"]
    assert sum(isinstance(event, JobQueued) for event in events) == 1
    assert not orchestrator.jobs


def test_what_an_offer_holds_nobody_else_gets() -> None:
    """Reservations that are read but never set."""
    cluster = Cluster("fifo")
    cluster.node(1, CPU * 3)
    cluster.submit(1, CPU * 2, "a")
    cluster.submit(2, CPU * 2, "b")
    cluster.submit(3, CPU, "b")
    offer = cluster.open()
    assert cluster.free(1) == CPU
    assert cluster.round() == [(3, 1)], "only what the offer left"
    assert cluster.free(1) == Resources()
    cluster.scheduler.expire(TTL_US, offer)
    assert cluster.free(1) == CPU * 2


def test_what_can_expire_says_when() -> None:
    """Expiry that is always None."""
    cluster = Cluster()
    cluster.node(1, CPU * 9)
    for now in (5, 70):
        cluster.submit(now, CPU)
        cluster.open(now)
    assert [e.expires_at_us for e in cluster.events if isinstance(e, OfferOpened)] == [5 + TTL_US, 70 + TTL_US]
    assert [event.expires_at_us for event in Orchestra(max_queue_us=300).all(JobQueued)] == [300]
    assert [event.expires_at_us for event in Orchestra().all(JobQueued)] == [0], "never"


def test_what_is_booting_is_not_missing() -> None:
    """A scaler that orders again what is on its way."""
    events: list = []
    machines = Machines([POOL], [Provider(1, "provider", None)], events.append)
    for now in range(4):
        machines.follow(now, [UnmetDemand(CPU, ("linux",), 3)])
    assert sum(isinstance(event, MachineOrdered) for event in events) == 2, "two CPUs each"
    machines.booted(5, NodeId(1))
    machines.follow(6, [UnmetDemand(CPU, ("linux",), 1)])
    assert sum(isinstance(event, MachineOrdered) for event in events) == 2


def test_what_was_ordered_since_the_count_is_not_missing() -> None:
    """A scaler that orders again what is on its way: here its counts are old, and what it ordered is ready by now."""
    events: list = []
    machines = Machines([POOL], [Provider(1, "provider", None)], events.append)
    demand, seen = [UnmetDemand(CPU, ("linux",), 3)], machines.mark()
    machines.follow(0, demand, seen)
    for node in (1, 2):
        machines.booted(5, NodeId(node))
    for now in (6, 7):
        machines.follow(now, demand, seen)
    assert sum(isinstance(event, MachineOrdered) for event in events) == 2, "two CPUs each"
    machines.follow(8, demand, machines.mark())
    assert sum(isinstance(event, MachineOrdered) for event in events) == 4, "seen after they were ready: two more"


def test_a_steered_pool_counts_what_boots_as_there() -> None:
    """The same for pools that are steered to a number of machines."""
    events: list = []
    rules = ScalingRules("queue-length")
    pool = PoolSpec("pool", "provider", CPU * 2, (), 0, None, 10, False, 5, scaling=rules)
    machines = Machines([pool], [Provider(1, "provider", None)], events.append)
    for now in range(4):
        machines.steer(now, "pool", 3)
    assert sum(isinstance(event, MachineOrdered) for event in events) == 3


def test_leases_and_notices_say_when_they_are_over() -> None:
    """Expiry that is always None: a notice names the moment, and a lease is over at exactly its own."""
    events: list = []
    pool = PoolSpec("pool", "provider", CPU * 2, ("linux",), 0, None, 10, False, 5, lease_us=90)
    machines, workforce = (
        Machines([pool], [Provider(1, "provider", None)], events.append),
        Workforce({"pool": pool}, events.append),
    )
    machines.booted(1, machines.order(0, "pool"))
    machines.leaving(7, NodeId(1), "spot", 127)
    assert [event.gone_at_us for event in events if isinstance(event, MachineLeaving)] == [127]
    workforce.request(2, NodeId(1), "pool", JobId(1), 1, AssignmentId(1))
    workforce.ready(3, WorkerId(1))
    workforce.silent(WorkerId(1), AssignmentId(1), 10)
    for now in (99, 100):
        workforce.check_lease(now, WorkerId(1))
        assert (WorkerId(1) in workforce.live) == (now < 100)
