"""One run from beginning to end: a scenario under one of its policies, as a result."""

import gc
from collections.abc import Callable
from contextlib import nullcontext
from time import perf_counter
from typing import Protocol

from scenarios.build import build_workload
from scenarios.draws import Model
from scenarios.loader import resolve_policies
from scenarios.plugins import identity
from scenarios.pools import each_pool
from scenarios.quantities import DURATION
from scenarios.spec import Scenario, Scheduling
from scenarios.workload import Workload
from sim.bus import Batch
from sim.checkers import PromiseBroken
from sim.contexts.parts import Joined, Parts
from sim.digest import Digest
from sim.layers import LayerTimes
from sim.results import PoolInfo, RunResult
from sim.streams import Streams
from sim.wiring import Cluster, build

FLUSH_STEPS = 100
"""So often what was published is digested; a few at a time stay in the processor's cache until then."""

Progress = Callable[[float, int], None]
"""Takes the fraction of the horizon that has passed, and how many jobs have ended."""


class Stalled(Exception):
    """Jobs wait and nothing will ever happen again: the scenario asks for something that its fleet never gives."""


class Probe(Protocol):
    """Looks on while a run goes, and changes nothing in it."""

    def join(self, parts: Parts, check: bool) -> Joined:
        """As a context joins, behind all others."""

    def follow(self, cluster: Cluster, horizon_us: int) -> None:
        """Drive the run for as long as there is something to see; what is left runs as it always does."""


def simulate(
    scenario: Scenario,
    policy: str,
    *,
    seed: int | None = None,
    replication: int = 0,
    check: bool = False,
    profile: bool = False,
    on_progress: Progress | None = None,
    event_sink: Batch | None = None,
    probe: Probe | None = None,
    workload: Workload | None = None,
) -> RunResult:
    """Run `scenario` under `policy`, a key of `resolve_policies(scenario)`, until every job has ended.

    `seed` replaces the scenario's; `replication` takes other random numbers of it, the same for every policy; `check`
    runs every checker and raises PromiseBroken where one objects; `profile` measures the share of each layer;
    `event_sink` gets all domain events in batches; `probe` looks on; `workload` comes instead of the
    scenario's. Raises Stalled when jobs are left that can never be placed.
    """
    seed = scenario.seed if seed is None else seed
    scheduling = resolve_policies(scenario)[policy]
    streams = Streams(seed, replication)
    workload = workload or build_workload(scenario, streams)
    cluster = build(
        scenario,
        scheduling,
        workload,
        streams,
        check,
        trace=event_sink is not None,
        joining=probe.join if probe else None,
    )
    digest = Digest()
    cluster.bus.listen(digest)
    if event_sink:
        cluster.bus.listen(event_sink)
    horizon = workload.horizon_us
    layers = LayerTimes() if profile else nullcontext()
    began = perf_counter()
    collecting = gc.isenabled()
    gc.disable()  # a run makes no reference cycles: reference counting frees everything
    try:
        with layers:
            if probe:
                probe.follow(cluster, horizon)
            _run(cluster, horizon, on_progress)
    finally:
        if collecting:
            gc.enable()
    wall_s = perf_counter() - began
    if broken := [found for checker in cluster.checkers for found in checker.at_end()]:
        raise PromiseBroken("; ".join(broken))
    jobs = cluster.recorder.job_table()
    return RunResult(
        scenario=scenario.name,
        policy=policy,
        scheduling=_words(scheduling),
        seed=seed,
        warm_up_us=scenario.warm_up,
        horizon_us=horizon,
        end_us=int(jobs.finished_us[-1]) if len(jobs) else 0,
        tenants=tuple(scenario.tenants),
        tenant_weights=tuple(tenant.weight for tenant in scenario.tenants.values()),
        labels=tuple(cluster.recorder.labels),
        pools=_pool_infos(scenario),
        jobs=jobs,
        nodes=cluster.recorder.node_table(),
        digest=digest.hex(),
        events=cluster.bus.published,
        work=_work(cluster),
        wall_s=wall_s,
        checked=check,
        reading=workload.reading,
        layer_s=layers.seconds if isinstance(layers, LayerTimes) else {},
        contexts=tuple(table for one in cluster.joined for table in one.tables()),
    )


DURATIONS = ("grace", "per_job", "per_task", "refresh")
"""Settings inside of others that are times."""


def _words(scheduling: Scheduling) -> dict[str, str]:
    """The settings of the policy as words; what is left out is not named."""
    words: dict[str, str] = {}
    for key, value in scheduling:
        if isinstance(value, Model):  # of several settings those that were changed
            changed = {name: one for name, one in value if one != type(value).model_fields[name].default}
            if changed or type(scheduling).model_fields[key].default is None:
                times = {name: DURATION.format(one) for name, one in changed.items() if name in DURATIONS}
                words[key] = " ".join(f"{name}={one}" for name, one in (changed | times).items()) or "default"
        elif isinstance(value, dict):  # of things that have names
            words[key] = ", ".join(value)
        elif value is not None:
            words[key] = str(value)
    plugins = identity(scheduling)
    return words | {"plugin": plugins} if plugins else words


def _run(cluster: Cluster, horizon: int, on_progress: Progress | None) -> None:
    """To the horizon, then on until the last job has ended."""
    engine, bus, jobs = cluster.engine, cluster.bus, cluster.orchestrator.jobs
    while engine.now < horizon and engine.advance(horizon, FLUSH_STEPS):
        bus.flush()
        if on_progress:
            on_progress(min(engine.now / horizon, 1.0), cluster.recorder.ended)
    steps = 0
    while jobs:  # one step at a time: the run ends with its last job
        if not engine.advance(steps=1) and jobs:
            raise Stalled(f"{len(jobs)} jobs wait for machines that can never come (a quota or a maximum is too low)")
        steps += 1
        if steps % FLUSH_STEPS == 0:
            bus.flush()
            if on_progress:
                on_progress(1.0, cluster.recorder.ended)
    if cluster.delivery:
        cluster.delivery.settle(engine.now)
    cluster.workforce.close(engine.now)
    for one in cluster.joined:
        one.close(engine.now)
    bus.flush()
    if on_progress:
        on_progress(1.0, cluster.recorder.ended)


def _work(cluster: Cluster) -> dict[str, int]:
    """Exact counts of what was done, the same on every machine."""
    return {
        **cluster.scheduler.work,
        "node_scores": cluster.scheduler.node_scores,
        "scheduler_busy_us": cluster.offer_loop.busy_us,
        "jobs_submitted": cluster.arrivals.jobs,
        **(cluster.delivery.work if cluster.delivery else {}),
        **{name: count for one in cluster.joined for name, count in one.work().items()},
    }


def _pool_infos(scenario: Scenario) -> tuple[PoolInfo, ...]:
    return tuple(
        PoolInfo(
            name=f"{provider}/{name}",
            provider=provider,
            cpu_millis=pool.capacity.cpu,
            memory_mib=pool.capacity.memory,
            disk_mib=pool.capacity.disk,
            gpu_millis=pool.capacity.gpu,
            price_udollars_per_hour=pool.price,
            billed_by=pool.billing.by,
            granularity_us=pool.billing.granularity,
            minimum_us=pool.billing.minimum,
        )
        for provider, name, pool in each_pool(scenario)
    )
