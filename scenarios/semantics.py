"""The rules of a scenario that span several fields, each a function from a valid model to what it finds."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from scenarios.fits import FLEET, unplaceable
from scenarios.problems import MOST_HINTS, Finding, Path, choices, show
from scenarios.quantities import DURATION
from scenarios.schema import POLICIES
from scenarios.semantics_artifacts import artifacts
from scenarios.semantics_backfill import backfill_findings
from scenarios.semantics_batches import batch_findings
from scenarios.semantics_coordination import coordination_findings
from scenarios.semantics_gangs import gang_findings
from scenarios.semantics_orchestration import orchestration
from scenarios.semantics_pipelines import pipelines
from scenarios.semantics_preemption import preemption_findings
from scenarios.semantics_scheduling import scheduling_findings
from scenarios.semantics_security import security
from scenarios.semantics_telemetry import telemetry_findings
from scenarios.semantics_thresholds import threshold_findings
from scenarios.semantics_workers import workers
from scenarios.sizes import unbearable
from scenarios.spec import (
    Distribution,
    Nodes,
    Pool,
    Scenario,
    Scheduling,
    Synthetic,
    Trace,
)

LEAST_RATE = 1e-6
"""Of the largest number in a profile: dividing by numbers near 0 would overflow."""

_OWN_COLUMNS = ("csv", "json", "table")


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Every broken rule; rules about files outside are the loader's."""
    yield from _times(scenario)
    yield from _policies(scenario)
    for name, provider in scenario.fleet.providers.items():
        yield from _quota((*FLEET, name), provider.max_nodes, provider.pools)
        for pool_name, pool in provider.pools.items():
            yield from _pool((*FLEET, name, "pools", pool_name), pool)
    if scenario.workload.synthetic is not None:
        yield from _synthetic(scenario.workload.synthetic, list(scenario.tenants))
    if scenario.workload.trace is not None:
        yield from _trace(scenario.workload.trace)
    yield from pipelines(scenario)
    yield from orchestration(scenario)
    yield from unplaceable(scenario)
    yield from scheduling_findings(scenario)
    yield from backfill_findings(scenario)
    yield from preemption_findings(scenario)
    yield from gang_findings(scenario)
    yield from coordination_findings(scenario)
    yield from security(scenario)
    yield from artifacts(scenario)
    yield from telemetry_findings(scenario)
    yield from threshold_findings(scenario)
    yield from workers(scenario)
    yield from unbearable(scenario)


def _times(scenario: Scenario) -> Iterator[Finding]:
    needs_horizon = scenario.workload.trace is None and scenario.workload.pipelines is None
    if scenario.horizon is None:
        if needs_horizon:
            allowed = "a duration with a unit such as 7d: a synthetic workload goes on for ever"
            yield Finding(("horizon",), "nothing", allowed, (("workload", "trace"),))
    elif scenario.horizon <= scenario.warm_up:
        allowed = f"longer than warm_up, which is {DURATION.format(scenario.warm_up)}"
        yield Finding(("horizon",), DURATION.format(scenario.horizon), allowed, (("warm_up",),))


def _policies(scenario: Scenario) -> Iterator[Finding]:
    yield from _scheduling(("scheduling",), scenario.scheduling, set(POLICIES) | {"offer_ttl", "decision_time"})
    for name, override in scenario.policies.items():
        path = ("policies", name)
        changed = {field: value for field, value in override if value is not None}
        yield from _scheduling(path, scenario.scheduling.model_copy(update=changed), set(changed))


def _scheduling(path: Path, scheduling: Scheduling, changed: set[str]) -> Iterator[Finding]:
    for field, known in POLICIES.items():
        name = getattr(scheduling, field)
        if field in changed and name not in known:
            yield Finding((*path, field), show(name), choices(name, known))
    if scheduling.offer_ttl <= scheduling.decision_time and changed & {"offer_ttl", "decision_time"}:
        field = "offer_ttl" if "offer_ttl" in changed else "decision_time"
        other = "decision_time" if field == "offer_ttl" else "offer_ttl"
        size = f"{'more' if field == 'offer_ttl' else 'less'} than {other}"
        yield Finding(
            (*path, field),
            DURATION.format(getattr(scheduling, field)),
            f"{size}, which is {DURATION.format(getattr(scheduling, other))}",
            (("scheduling", other), (*path, other)),
        )


def _quota(path: Path, quota: int | None, pools: Mapping[str, Pool]) -> Iterator[Finding]:
    least = sum(pool.nodes.min for pool in pools.values())
    if quota is not None and quota < least:
        allowed = f"at least {least}, the sum of nodes.min of its pools"
        yield Finding((*path, "max_nodes"), str(quota), allowed, ((*path, "pools"),))


def _pool(path: Path, pool: Pool) -> Iterator[Finding]:
    yield from _nodes((*path, "nodes"), pool.nodes)
    yield from _distribution((*path, "node_boot"), pool.node_boot)
    yield from _distribution((*path, "workers", "start"), pool.workers.start)
    if "billing" in pool.model_fields_set and "price" not in pool.model_fields_set:
        yield Finding((*path, "price"), "nothing, though there is billing", "a price with a unit such as $0.192/h",
                      ((*path, "billing"),))  # fmt: skip
    if pool.workers.kind == "ephemeral" and "idle_timeout" in pool.workers.model_fields_set:
        allowed = "with kind: reusable only; ephemeral workers never idle"
        yield Finding((*path, "workers", "idle_timeout"), DURATION.format(pool.workers.idle_timeout), allowed,
                      ((*path, "workers", "kind"),))  # fmt: skip


def _nodes(path: Path, nodes: Nodes) -> Iterator[Finding]:
    if nodes.max != "unlimited" and nodes.min > nodes.max:
        yield Finding((*path, "min"), str(nodes.min), f"at most max, which is {nodes.max}", ((*path, "max"),))
    elif nodes.min == nodes.max and "idle_timeout" in nodes.model_fields_set:
        allowed = f"only where max is more than min, which is {nodes.min}: nodes of a fixed fleet never go"
        yield Finding((*path, "idle_timeout"), DURATION.format(nodes.idle_timeout), allowed,
                      ((*path, "min"), (*path, "max")))  # fmt: skip


def _distribution(path: Path, distribution: Distribution) -> Iterator[Finding]:
    quantiles = distribution.empirical.quantiles if distribution.empirical is not None else ()
    if any(later < earlier for earlier, later in pairwise(quantiles)):
        yield Finding((*path, "empirical", "quantiles"), "numbers that fall", "durations that rise or stay")
    uniform = distribution.uniform
    if uniform is not None and uniform.low > uniform.high:
        allowed = f"at most high, which is {DURATION.format(uniform.high)}"
        yield Finding((*path, "uniform", "low"), DURATION.format(uniform.low), allowed, ((*path, "uniform", "high"),))


def _synthetic(synthetic: Synthetic, tenants: list[str]) -> Iterator[Finding]:
    path: Path = ("workload", "synthetic")
    jobs, pushes = synthetic.jobs, synthetic.pushes
    strangers = 0
    all_jobs, all_tenants = (*path, "jobs"), ("tenants",)
    if not isinstance(pushes.profile, str) and max(pushes.profile) < LEAST_RATE:
        size = len(pushes.profile)
        found = f"{size} times 0" if not any(pushes.profile) else f"{size} numbers near 0"
        yield Finding((*path, "pushes", "profile"), found, f"{size} numbers, at least one of them above 0.000001")
    yield from batch_findings(synthetic)
    shares = pushes.by_tenant
    if shares is not None:
        for number, tenant in enumerate(name for name in shares if name not in tenants):
            where = (*path, "pushes", "by_tenant", tenant)
            allowed = choices(tenant, tenants, number < MOST_HINTS)
            yield Finding(where, f"no tenant {show(tenant)}", allowed, (all_tenants,))
        if not any(shares.values()):
            yield Finding(
                (*path, "pushes", "by_tenant"), "no share above 0", "at least one tenant with a share above 0"
            )
    if all(job.count.constant == 0 for job in jobs.values()):
        yield Finding(all_jobs, "count 0 for every class", "at least one class with a count above 0")
    for name, job in jobs.items():
        yield from _distribution((*all_jobs, name, "duration"), job.duration)
        for index, need in enumerate(job.needs):
            if need not in jobs:
                strangers += 1
                allowed = choices(need, [x for x in jobs if x != name], strangers <= MOST_HINTS)
                yield Finding((*all_jobs, name, "needs", index), f"no class {show(need)}", allowed, (all_jobs,))
    try:
        TopologicalSorter({name: job.needs for name, job in jobs.items()}).prepare()
    except CycleError as error:
        cycle = error.args[1]
        yield Finding((*all_jobs, cycle[-1], "needs"), f"the cycle {' → '.join(reversed(cycle))}",
                      "needs that end at a class without needs", (all_jobs,))  # fmt: skip


def _trace(trace: Trace) -> Iterator[Finding]:
    path: Path = ("workload", "trace")
    layout = f"because format is {trace.format}"
    form = ((*path, "format"), (*path, "columns"))
    for field in ("swf", "rows") if trace.format != "swf" else ():
        if getattr(trace, field) is not None:
            yield Finding((*path, field), "a mapping", f"only with format: swf, not {layout}", form[:1])
    if trace.format not in _OWN_COLUMNS:
        for field in ("columns", "times", "duration_unit"):
            value = getattr(trace, field)
            if value is not None:
                found = show(value) if isinstance(value, str) else "a mapping"
                yield Finding((*path, field), found, f"no such field, {layout}, which knows its columns", form)
        return
    if trace.times is None:
        yield Finding((*path, "times"), "nothing", f"epoch_s or epoch_ms or iso8601, {layout}", form)
    columns = trace.columns
    if columns is None:
        allowed = f"a mapping with queued and finished or duration, {layout}"
        yield Finding((*path, "columns"), "nothing", allowed, form)
        return
    if columns.finished is None and columns.duration is None:
        yield Finding((*path, "columns"), "neither finished nor duration", "one of them: how long did a job run?", form)
    if columns.duration is not None and trace.duration_unit is None:
        yield Finding((*path, "duration_unit"), "nothing", "us or ms or s or min or h, for the duration column", form)
    if columns.duration is None and trace.duration_unit is not None:
        yield Finding((*path, "duration_unit"), show(trace.duration_unit), "only with a duration column", form)
