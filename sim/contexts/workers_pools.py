"""From a scenario's pools and providers to what Worker Management knows of them, and to the delays of a run."""

from typing import Any

from domain.workers.endpoint import EndpointRules
from domain.workers.runtimes import ISOLATION, ProviderConfig, RuntimeSpec
from domain.workers.targets import ScalingRules
from scenarios.distributions import latencies_us
from scenarios.spec import Distribution, Pool, Provider, Scenario
from sim.engine import FOREVER
from sim.faults.boots import failing, flaky
from sim.processes.provisioning import Boot, Start
from sim.processes.scaling import Look
from sim.streams import Streams

GIVE_UP_US = 600_000_000
"""How long machines and workers are waited for where faults keep some from ever coming."""

LEASE_US = 90_000_000


def rules_of(pool: Pool, faulty: bool) -> dict[str, Any]:
    """What a pool says of its kind, its scaling and the lives of its workers, as fields of PoolSpec."""
    workers = pool.workers
    return {
        "runtime": RuntimeSpec(
            kind=pool.kind or "",
            image=workers.image,
            isolation=ISOLATION.get(pool.kind or "", "process"),
            architecture=pool.architecture,
            reusable=workers.kind == "reusable",
        ),
        "scaling": scaling_of(pool),
        "stopped_machines": pool.stopped.machines if pool.stopped else 0,
        "worker_lifetime_us": workers.max_lifetime or 0,
        "worker_ttl_us": workers.time_to_live,
        "lease_us": workers.lease or (LEASE_US if faulty else 0),
        "one_job": pool.one_job,
    }


def scaling_of(pool: Pool) -> ScalingRules:
    scaling, warm = pool.scaling, pool.warm
    return ScalingRules(
        kind=scaling.by,
        jobs_per_machine=scaling.jobs_per_machine or 1,
        busy_percent=max(round((scaling.target or 0.8) * 100), 1),
        by_hour=scaling.by_hour or (),
        spare=warm.by_hour or ((warm.machines,) if warm.machines else ()),
        cool_down_us=scaling.scale_down.cool_down,
        kills_busy=scaling.scale_down.kills_busy,
    )


def config_of(name: str, provider: Provider) -> ProviderConfig:
    """How a provider is used."""
    endpoint = provider.endpoint
    limit, breaker, backoff = endpoint.rate_limit, endpoint.breaker, endpoint.backoff
    rules = EndpointRules(
        calls=limit.calls if limit else 0,
        per_us=limit.per if limit else 1,
        failures=breaker.failures,
        open_us=breaker.open_for,
        probes=breaker.probes,
        first_us=backoff.first,
        longest_us=backoff.longest,
    )
    return ProviderConfig(name, provider.max_nodes, rules)


def look_of(pool: Pool) -> Look | None:
    """How often the pool looks at its load; None: as its way to scale does by itself."""
    scaling = pool.scaling
    if scaling.poll is None and not scaling.lag:
        return None
    return Look(scaling.poll or 15_000_000, scaling.lag)


def boot_of(name: str, pool: Pool, scenario: Scenario, streams: Streams) -> Boot:
    flaws = scenario.faults.boots if scenario.faults else None
    cold = latencies_us(pool.node_boot, streams(name, "node-boot"))
    warm = latencies_us(pool.stopped.start, streams(name, "node-start")) if pool.stopped else None
    return Boot(
        delay=flaky(cold, flaws, name, streams),
        resumed=warm,
        timeout_us=pool.boot_timeout or (GIVE_UP_US if flaws else FOREVER - 1),
    )


def start_of(name: str, pool: Pool, scenario: Scenario, streams: Streams) -> Start:
    faults = scenario.faults and scenario.faults.workers
    delay = latencies_us(pool.workers.start, streams(name, "worker-start"))
    pull = pool.workers.image_pull
    return Start(
        delay=failing(delay, faults.start_failure, name, streams) if faults else delay,
        pull=None if pull == Distribution(constant=0) else latencies_us(pull, streams(name, "image-pull")),
        timeout_us=pool.workers.start_timeout or (GIVE_UP_US if faults else FOREVER - 1),
    )
