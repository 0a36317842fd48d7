"""The rules about machines, workers and faults that span several fields."""

from collections.abc import Iterator

from scenarios.notations import taint
from scenarios.problems import Finding, Path, choices, show
from scenarios.quantities import DURATION
from scenarios.spec import Distribution, Pool, Scenario
from scenarios.spec_workers import Faults

_STEERED = {"queue-length": "jobs_per_machine", "utilisation": "target", "schedule": "by_hour"}
"""Which field each way to scale needs; no other may have it."""


def workers(scenario: Scenario) -> Iterator[Finding]:
    """What is wrong with pools' scaling and kinds, and with the faults."""
    for name, provider in scenario.fleet.providers.items():
        for pool_name, pool in provider.pools.items():
            path = ("fleet", "providers", name, "pools", pool_name)
            yield from _kind(path, pool)
            yield from _scaling(path, pool)
            yield from _workers(path, pool)
    yield from _together(scenario)
    if scenario.faults is not None:
        yield from _faults(scenario, scenario.faults)


def _kind(path: Path, pool: Pool) -> Iterator[Finding]:
    given = pool.model_fields_set
    if pool.runner is not None and pool.kind != "hosted-runner":
        yield Finding((*path, "runner"), show(pool.runner), "only with kind: hosted-runner", ((*path, "kind"),))
    if pool.instance is not None and pool.kind not in ("vm", "stopped-vm", "bare-metal", "kubernetes-pod"):
        allowed = "only with kind: vm, stopped-vm, kubernetes-pod or bare-metal"
        yield Finding((*path, "instance"), show(pool.instance), allowed, ((*path, "kind"),))
    if pool.on_demand_price is not None and pool.market != "spot":
        yield Finding((*path, "on_demand_price"), "a price", "only with market: spot", ((*path, "market"),))
    if pool.market == "spot" and "on_demand_price" in given and pool.on_demand_price < pool.price:  # type: ignore[operator]
        allowed = "at least price: spot machines are the cheaper ones"
        yield Finding((*path, "on_demand_price"), "a lower price", allowed, ((*path, "price"),))
    if pool.stopped is not None:
        yield from _distribution((*path, "stopped", "start"), pool.stopped.start)


def _scaling(path: Path, pool: Pool) -> Iterator[Finding]:
    scaling, where = pool.scaling, (*path, "scaling")
    nodes = (*path, "nodes")
    for kind, field in _STEERED.items():
        if scaling.by == kind and getattr(scaling, field) is None:
            yield Finding((*where, field), "nothing", f"a value, because by is {kind}", ((*where, "by"),))
        elif scaling.by != kind and getattr(scaling, field) is not None:
            yield Finding((*where, field), "a value", f"only with by: {kind}", ((*where, "by"),))
    if scaling.by == "demand" and scaling.scale_down.kills_busy:
        allowed = f"only with by: {' or '.join(_STEERED)}: demand lets idle nodes go only"
        yield Finding((*where, "scale_down", "kills_busy"), "true", allowed, ((*where, "by"),))
    if scaling.lag and scaling.poll is None and scaling.by == "demand":
        yield Finding((*where, "lag"), DURATION.format(scaling.lag), "only with poll, where by is demand",
                      ((*where, "poll"),))  # fmt: skip
    if pool.nodes.min == pool.nodes.max:
        for field in ("scaling", "warm"):
            if field in pool.model_fields_set:
                allowed = f"only where nodes.max is more than nodes.min, which is {pool.nodes.min}"
                yield Finding((*path, field), "a mapping", allowed, (nodes,))
    if pool.warm.machines is not None and pool.warm.by_hour is not None:
        yield Finding((*path, "warm"), "machines and by_hour", "one of them", ())


def _together(scenario: Scenario) -> Iterator[Finding]:
    """Pools that follow demand share what they see of it, so they must see it at the same time."""
    first = None
    for name, provider in scenario.fleet.providers.items():
        for pool_name, pool in provider.pools.items():
            if pool.scaling.by != "demand" or pool.nodes.min == pool.nodes.max:
                continue
            path: Path = ("fleet", "providers", name, "pools", pool_name, "scaling")
            seen = (pool.scaling.poll, pool.scaling.lag)
            if first is None:
                first = (seen, f"{name}.{pool_name}", path)
            elif seen != first[0]:
                allowed = f"the poll and lag of {first[1]}: pools that follow demand look at it together"
                yield Finding(path, "another poll or lag", allowed, (first[2],))


def _workers(path: Path, pool: Pool) -> Iterator[Finding]:
    workers, where = pool.workers, (*path, "workers")
    yield from _distribution((*where, "image_pull"), workers.image_pull)
    kind = ((*where, "kind"),)
    if workers.max_lifetime is not None and workers.kind == "ephemeral":
        found = DURATION.format(workers.max_lifetime)
        yield Finding((*where, "max_lifetime"), found, "with kind: reusable only", kind)
    if workers.time_to_live and workers.kind == "reusable":
        found = DURATION.format(workers.time_to_live)
        yield Finding((*where, "time_to_live"), found, "with kind: ephemeral only", kind)
    if workers.lease is not None and workers.lease <= workers.heartbeat:
        allowed = f"more than heartbeat, which is {DURATION.format(workers.heartbeat)}"
        yield Finding((*where, "lease"), DURATION.format(workers.lease), allowed, ((*where, "heartbeat"),))


def _faults(scenario: Scenario, faults: Faults) -> Iterator[Finding]:
    path: Path = ("faults",)
    pools = [pool for provider in scenario.fleet.providers.values() for pool in provider.pools.values()]
    if faults.spot is not None:
        spot = faults.spot
        if (spot.preset is None) == (spot.rate is None):
            found = "neither preset nor rate" if spot.rate is None else "preset and rate"
            yield Finding((*path, "spot"), found, "exactly one of preset and rate", ())
        if not any(pool.market == "spot" for pool in pools):
            yield Finding((*path, "spot"), "no pool of market: spot", "at least one", (("fleet",),))
    for index, outage in enumerate(faults.outages):
        where = (*path, "outages", index)
        if outage.provider not in scenario.fleet.providers:
            allowed = choices(outage.provider, list(scenario.fleet.providers))
            yield Finding((*where, "provider"), f"no provider {show(outage.provider)}", allowed, (("fleet",),))
        if (outage.kind == "disabled") != (outage.lasts is None):
            found = "nothing" if outage.lasts is None else DURATION.format(outage.lasts)
            allowed = "nothing with kind: disabled, a duration with the others"
            yield Finding((*where, "lasts"), found, allowed, ((*where, "kind"),))
    yield from _taints(scenario, faults)
    if faults.boots is not None and faults.boots.fail >= 1:
        yield Finding((*path, "boots", "fail"), "1", "less than 1: otherwise no node ever comes", ())
    if faults.api_errors >= 1:
        yield Finding((*path, "api_errors"), "1", "less than 1: otherwise no node is ever ordered", ())
    if faults.workers is not None:
        if faults.workers.start_failure >= 1:
            yield Finding((*path, "workers", "start_failure"), "1", "less than 1: otherwise no job ever starts", ())
        yield from _distribution((*path, "workers", "silent_for"), faults.workers.silent_for)
    if faults.delivery is not None:
        yield from _distribution((*path, "delivery", "delay"), faults.delivery.delay)
        if faults.delivery.reorder and faults.delivery.delay.constant == 0:
            where = (*path, "delivery", "delay")
            yield Finding(where, "0s", "some time, where `reorder` is more than 0%", ((*path, "delivery", "reorder"),))
    work = faults.maintenance
    if work is not None and work.every <= work.grace + work.lasts:
        allowed = f"more than grace and lasts together, {DURATION.format(work.grace + work.lasts)}"
        yield Finding((*path, "maintenance", "every"), DURATION.format(work.every), allowed, ())


def _taints(scenario: Scenario, faults: Faults) -> Iterator[Finding]:
    """They name pools that are there, and keys that nothing else taints their machines with at that time."""
    until: dict[tuple[str, str, str], int] = {}  # provider, pool, key → when it may be used again
    for index, one in sorted(enumerate(faults.taints), key=lambda each: each[1].at):
        where = ("faults", "taints", index)
        provider = scenario.fleet.providers.get(one.provider)
        if provider is None:
            allowed = choices(one.provider, list(scenario.fleet.providers))
            yield Finding((*where, "provider"), f"no provider {show(one.provider)}", allowed, (("fleet",),))
            continue
        pool = provider.pools.get(one.pool)
        if pool is None:
            allowed = choices(one.pool, list(provider.pools))
            yield Finding((*where, "pool"), f"{one.provider} has no pool {show(one.pool)}", allowed, (("fleet",),))
            continue
        key = taint(one.taint).key
        if key in [taint(each).key for each in pool.taints]:
            path = ("fleet", "providers", one.provider, "pools", one.pool, "taints")
            yield Finding((*where, "taint"), show(one.taint), "a key that its machines do not always have", (path,))
        free = until.get((one.provider, one.pool, key), 0)
        if one.at < free:
            allowed = f"{DURATION.format(free)} or later, when the one before with this key is over"
            yield Finding((*where, "at"), DURATION.format(one.at), allowed, ())
        until[one.provider, one.pool, key] = max(free, one.at + one.lasts)


def _distribution(path: Path, distribution: Distribution) -> Iterator[Finding]:
    uniform = distribution.uniform
    if uniform is not None and uniform.low > uniform.high:
        allowed = f"at most high, which is {DURATION.format(uniform.high)}"
        yield Finding((*path, "uniform", "low"), DURATION.format(uniform.low), allowed, ())
