"""The composition root: from a scenario and one of its policies to a cluster that is ready to run."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.acl import (
    execution_to_orchestration,
    execution_to_scheduling,
    execution_to_workers,
    orchestration_to_execution,
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
from domain.scheduling.policies import ALLOCATORS, PLACEMENTS
from domain.scheduling.scheduler import Scheduler, SchedulingPolicy
from domain.shared.ids import JobId
from domain.shared.resources import Resources
from domain.workers.machines import Machines
from domain.workers.providers import PoolSpec, Provider
from domain.workers.workforce import Workforce
from scenarios.places import attributes_of, quota_of
from scenarios.pools import each_pool, pools_of
from scenarios.spec import JobResources, Scenario, Scheduling
from scenarios.workload import Workload
from sim.bus import Bus, TracingBus
from sim.checkers import EverythingEndsOnce, TimeNeverGoesBack
from sim.checkers_execution import NothingExecutesTwice
from sim.contexts import artifacts, coordination, orchestration, pipelines, security, telemetry
from sim.contexts import scheduling as scheduling_context
from sim.contexts import workers as workers_context
from sim.contexts.coordination_choice import conservation_of, schedule
from sim.contexts.parts import Checker, Join, Joined, Parts
from sim.contexts.scheduling_choice import look_of_scheduler
from sim.contexts.scheduling_path import choice_of
from sim.contexts.scheduling_rounds import RANKS, backfill_checkers, ends_of
from sim.contexts.scheduling_standing import ordering_of, outlook_of, turns_of_scheduler
from sim.contexts.security_policy import node_attributes
from sim.contexts.workers_pools import boot_of, config_of, look_of, rules_of, start_of
from sim.delivery import FaultyDelivery
from sim.engine import Engine
from sim.processes import execution, patience, provisioning
from sim.processes.arrivals import Arrivals, Submissions, forgetting
from sim.processes.offer_loop import OfferLoop
from sim.processes.pulse import Pulse
from sim.processes.scaling import Scaler, looks_of
from sim.recorder import Recorder
from sim.streams import Streams
from sim.truth import Truth

ESTIMATES: dict[str, Callable[[Truth, History, dict[JobId, int]], Callable[[JobId, str], int]]] = {
    "history": lambda truth, history, requested: lambda job, label: history.expect(label),
    "exact": lambda truth, history, requested: lambda job, label: truth[job][0],
    "requested": lambda truth, history, requested: lambda job, label: requested.get(job, 0),
}


CONTEXTS: dict[str, Join] = {
    "orchestration": orchestration.join,
    "security": security.join,
    "artifacts": artifacts.join,
    "scheduling": scheduling_context.join,  # after those who say whom a node admits
    "coordination": coordination.join,
    "telemetry": telemetry.join,
    "workers": workers_context.join,
    "pipelines": pipelines.join,
}
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
    delivery: FaultyDelivery | None


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
            attributes=(*attributes_of(pool), *node_attributes(scenario, f"{provider_name}/{pool_name}", pool.trust)),
            taints=pool.taints,
            zones=pool.zones,
            **rules_of(pool, bool(scenario.faults and scenario.faults.workers)),
        )
        for provider_name, pool_name, pool in each_pool(scenario)
    ]


def to_resources(written: JobResources) -> Resources:
    return Resources(written.cpu, written.memory, written.disk, written.gpu)


def build(
    scenario: Scenario,
    scheduling: Scheduling,
    workload: Workload,
    streams: Streams,
    check: bool,
    trace: bool,
    joining: Join | None = None,
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
        ordering=ordering_of(scheduling),
        placement=PLACEMENTS[scheduling.placement],
        offer_ttl_us=scheduling.offer_ttl,
        claim_lease_us=scheduling.claim_lease or scheduling.offer_ttl,
        decline_window_us=scheduling.decline_window,
        reclaim_grace_us=scheduling.reclaim_grace,
        **look_of_scheduler(scheduling),
        **turns_of_scheduler(scenario, scheduling, streams),
    )
    faults = scenario.faults and scenario.faults.delivery
    repeated = faults is not None  # messages may come twice and out of order; else each comes once
    endpoints = {name: config_of(name, one).endpoint for name, one in scenario.fleet.providers.items()}
    machines = Machines(pools, providers, publish, endpoints)
    workforce = Workforce(machines.pools, publish)
    executor = Executor(publish, repeated)
    orchestrator = Orchestrator(publish, at_least_once=repeated)

    pulse = Pulse(engine)
    moving = bool(machines.elastic or scenario.faults or any(pool.one_job for pool in pools))
    scaler: Scaler

    def timeout_us(id: JobId) -> int | None:
        job = orchestrator.jobs.get(id)
        return None if job is None else job.spec.timeout_us

    def after_round() -> None:
        scaler.after_round()

    offer_loop, scheduler = schedule(
        scenario, scheduling, engine, after_round if moving else None, policy, tenants, publish,
        choice=choice_of(scenario, scheduling),
        quotas={name: quota_of(tenant.quota) for name, tenant in scenario.tenants.items() if tenant.quota},
    )  # fmt: skip
    looks = looks_of(machines, {name: look_of(pool) for name, pool in pools_of(scenario).items()})
    scaler = Scaler(
        pulse, machines, scheduler, lambda: scheduling_to_workers.unmet_demand(scheduler), offer_loop.wake, looks
    )
    recorder = Recorder(tuple(scenario.tenants), tuple(pool.name for pool in pools))
    submissions = Submissions(engine, truth, orchestrator)
    parts = Parts(
        scenario,
        scheduling,
        streams,
        engine,
        bus,
        truth,
        orchestrator,
        scheduler,
        machines,
        workforce,
        executor,
        submissions,
        offer_loop,
    )
    joined = tuple(join(parts, check) for join in (*CONTEXTS.values(), *([joining] if joining else [])))
    checkers: tuple[Checker, ...] = ()
    if check:
        checkers = (
            conservation_of(scheduling),
            EverythingEndsOnce(),
            NothingExecutesTwice(),
            *(c for one in joined for c in one.checkers),
        )
        bus.listen(TimeNeverGoesBack())
    estimate_us = ESTIMATES[scheduling.estimates](truth, history, submissions.requested)
    scheduler.outlook = outlook_of(scenario, scheduling, orchestrator, estimate_us)
    if check:
        checkers += backfill_checkers(scheduling, estimate_us)
    delivery = FaultyDelivery(faults, engine, streams) if faults else None
    by_name = pools_of(scenario)
    boots = {name: boot_of(name, pool, scenario, streams) for name, pool in by_name.items()}
    starts = {name: start_of(name, pool, scenario, streams) for name, pool in by_name.items()}
    ends = ends_of(scheduling, engine, offer_loop, lambda job: estimate_us(job, ""))
    hours = any(len(pool.scaling.spare) > 1 for pool in machines.elastic)
    for translation in (
        *(checker.subscriptions() for checker in checkers),
        recorder.subscriptions(),
        *(translation for one in joined for translation in one.observes),
        workers_to_scheduling.translate(scheduler),
        orchestration_to_execution.translate(executor),  # an attempt ends before its place is taken back
        orchestration_to_scheduling.translate(scheduler, estimate_us, parts.requiring, repeated),
        workers_to_execution.translate(executor, timeout_us),
        execution_to_orchestration.translate(orchestrator),
        execution_to_workers.translate(workforce),
        execution_to_scheduling.translate(scheduler, history),
        scheduling_to_orchestration.placements(orchestrator),  # a job is assigned before its worker may start it
        scheduling_to_workers.translate(machines, workforce, repeated),
        scheduling_to_execution.translate(executor),  # what runs on a lost place is lost before its job hears of it
        scheduling_to_orchestration.losses(orchestrator),
        provisioning.boot_machines(engine, machines, boots),
        provisioning.start_workers(engine, workforce, starts),
        provisioning.return_machines(engine, machines, scheduler, pulse.after) if machines.elastic else {},
        scaler.subscriptions() if moving else {},
        pulse.subscriptions() if looks or hours else {},
        execution.run_executions(engine, executor, truth, parts.preparing, parts.uploading, ends),
        forgetting(submissions.requested) if scheduling.estimates == "requested" else {},
        patience.time_queues(engine, orchestrator),
        *(translation for one in joined for translation in one.hears),
    ):
        bus.subscribe(delivery(translation) if delivery else translation)
    machines.stand(0)
    arrivals = Arrivals(engine, workload.arrivals(), submissions, parts.routes, RANKS[scheduling.rounds.equal_times])
    return Cluster(
        engine, bus, recorder, arrivals, orchestrator, scheduler, machines, workforce, executor, offer_loop, checkers,
        joined, delivery,
    )  # fmt: skip
