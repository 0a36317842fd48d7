"""The composition root: from a scenario and one of its policies to a cluster that is ready to run."""

from collections.abc import Callable
from dataclasses import dataclass

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
from domain.execution.executor import Executor
from domain.orchestration.orchestrator import Orchestrator
from domain.scheduling.estimates import History
from domain.scheduling.policies import ALLOCATORS, ORDERINGS, PLACEMENTS
from domain.scheduling.scheduler import Scheduler, SchedulingPolicy
from domain.shared.ids import JobId
from domain.shared.resources import Resources
from domain.workers.machines import Machines
from domain.workers.providers import PoolSpec, Provider
from domain.workers.workforce import Workforce
from scenarios.distributions import latencies_us
from scenarios.spec import JobResources, Pool, Scenario, Scheduling
from scenarios.workload import Workload
from sim.bus import Bus, TracingBus
from sim.checkers import ConservationOfCapacity, EverythingEndsOnce, TimeNeverGoesBack
from sim.contexts.parts import Checker, Join, Joined, Parts
from sim.engine import Engine
from sim.processes import execution, patience, provisioning
from sim.processes.arrivals import Arrivals
from sim.processes.offer_loop import OfferLoop
from sim.recorder import Recorder
from sim.streams import Streams
from sim.truth import Truth

ESTIMATES: dict[str, Callable[[Truth, History], Callable[[JobId, str], int]]] = {
    "history": lambda truth, history: lambda job, label: history.expect(label),
    "exact": lambda truth, history: lambda job, label: truth[job][0],
}


CONTEXTS: dict[str, Join] = {}
"""The contexts that join the core, in the order in which they prepare an attempt and hear of events."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Everything that lives during one run."""

    engine: Engine
    bus: Bus
    recorder: Recorder
    arrivals: Arrivals
    orchestrator: Orchestrator
    scheduler: Scheduler
    machines: Machines
    workforce: Workforce
    executor: Executor
    offer_loop: OfferLoop
    checkers: tuple[Checker, ...]
    joined: tuple[Joined, ...]


def pool_specs(scenario: Scenario) -> list[PoolSpec]:
    """The pools of all providers, in the order of the file; a pool is known by `provider/pool`."""
    return [
        PoolSpec(
            name=f"{provider_name}/{pool_name}",
            provider=provider_name,
            capacity=to_resources(pool.capacity),
            labels=pool.labels,
            min_machines=pool.nodes.min,
            max_machines=None if pool.nodes.max == "unlimited" else pool.nodes.max,
            machine_idle_us=pool.nodes.idle_timeout,
            reusable_workers=pool.workers.kind == "reusable",
            worker_idle_us=pool.workers.idle_timeout,
        )
        for provider_name, pool_name, pool in each_pool(scenario)
    ]


def each_pool(scenario: Scenario) -> list[tuple[str, str, Pool]]:
    return [
        (provider_name, pool_name, pool)
        for provider_name, provider in scenario.fleet.providers.items()
        for pool_name, pool in provider.pools.items()
    ]


def to_resources(written: JobResources) -> Resources:
    return Resources(written.cpu, written.memory, written.disk, written.gpu)


def build(
    scenario: Scenario, scheduling: Scheduling, workload: Workload, streams: Streams, check: bool, trace: bool
) -> Cluster:
    """Every context, the translations between them, and the processes that make time pass; machines stand at time 0.

    Observers subscribe first: events nest, and they must see each before its consequences.
    """
    truth: Truth = {}
    engine, bus, history = Engine(), TracingBus() if trace else Bus(), History()
    publish = bus.publish
    pools = pool_specs(scenario)
    providers = [
        Provider(number, name, provider.max_nodes)
        for number, (name, provider) in enumerate(scenario.fleet.providers.items(), 1)
    ]
    tenants = [(name, tenant.weight) for name, tenant in scenario.tenants.items()]
    policy = SchedulingPolicy(
        allocator=ALLOCATORS[scheduling.allocator],
        ordering=ORDERINGS[scheduling.ordering],
        placement=PLACEMENTS[scheduling.placement],
        offer_ttl_us=scheduling.offer_ttl,
    )
    machines = Machines(pools, providers, publish)
    workforce = Workforce(machines.pools, publish)
    executor = Executor(publish)
    orchestrator = Orchestrator(publish)

    def follow_demand() -> None:
        if scheduler.queue.parked:
            machines.follow(engine.now, scheduling_to_workers.unmet_demand(scheduler))

    after_round = follow_demand if machines.elastic else None
    offer_loop = OfferLoop(engine, scheduling.decision_time, scheduling.offer_ttl, after_round)
    scheduler = offer_loop.scheduler = Scheduler(policy, tenants, publish, offer_loop.wake)
    recorder = Recorder(tuple(scenario.tenants), tuple(pool.name for pool in pools))
    parts = Parts(
        scenario, scheduling, streams, engine, bus, truth, orchestrator, scheduler, machines, workforce, executor
    )
    joined = tuple(join(parts, check) for join in CONTEXTS.values())
    checkers: tuple[Checker, ...] = ()
    if check:
        checkers = (ConservationOfCapacity(), EverythingEndsOnce(), *(c for one in joined for c in one.checkers))
        bus.listen(TimeNeverGoesBack())
    estimate_us = ESTIMATES[scheduling.estimates](truth, history)
    boots, starts = {}, {}
    for (_, _, pool), spec in zip(each_pool(scenario), pools, strict=True):
        boots[spec.name] = latencies_us(pool.node_boot, streams(spec.name, "node-boot"))
        starts[spec.name] = latencies_us(pool.workers.start, streams(spec.name, "worker-start"))
    for translation in (
        *(checker.subscriptions() for checker in checkers),
        recorder.subscriptions(),
        *(translation for one in joined for translation in one.observes),
        workers_to_scheduling.translate(scheduler),
        orchestration_to_scheduling.translate(scheduler, estimate_us),
        workers_to_execution.translate(executor, lambda job: orchestrator.jobs[job].spec.timeout_us),
        execution_to_orchestration.translate(orchestrator),
        execution_to_workers.translate(workforce),
        execution_to_scheduling.translate(scheduler, history),
        scheduling_to_orchestration.placements(orchestrator),  # a job is assigned before its worker may start it
        scheduling_to_workers.translate(machines, workforce),
        scheduling_to_execution.translate(executor),  # what runs on a lost place is lost before its job hears of it
        scheduling_to_orchestration.losses(orchestrator),
        provisioning.boot_machines(engine, machines, boots),
        provisioning.start_workers(engine, workforce, starts),
        provisioning.return_machines(engine, machines, scheduler) if machines.elastic else {},
        execution.run_executions(engine, executor, truth, parts.preparing, parts.uploading),
        patience.time_queues(engine, orchestrator),
        *(translation for one in joined for translation in one.hears),
    ):
        bus.subscribe(translation)
    for spec in pools:
        for _ in range(spec.min_machines):
            machines.order(0, spec.name)
    arrivals = Arrivals(engine, workload.arrivals(), truth, orchestrator)
    return Cluster(
        engine, bus, recorder, arrivals, orchestrator, scheduler, machines, workforce, executor, offer_loop, checkers,
        joined,
    )  # fmt: skip
