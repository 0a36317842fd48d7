"""The rules about places and shares that span several fields: quotas leave room, topologies and labels exist."""

from collections.abc import Iterator

from domain.scheduling.quotas import UNLIMITED, ResourceQuota
from scenarios.fits import FLEET, classes
from scenarios.places import accepts_some, quota_of
from scenarios.problems import MOST_HINTS, Finding, Path, choices, show
from scenarios.quantities import CPU, GPU, SIZE
from scenarios.spec import JobClass, PipelineJob, Pool, Scenario

_DIMENSIONS = (("cpu", CPU), ("memory", SIZE), ("disk", SIZE), ("gpu", GPU))


def scheduling_findings(scenario: Scenario) -> Iterator[Finding]:
    for name, tenant in scenario.tenants.items():
        path: Path = ("tenants", name)
        if tenant.quota is not None:
            quota = quota_of(tenant.quota)
            yield from _ordered((*path, "quota"), quota)
            yield from _room((*path, "quota", "hard"), quota, _jobs_of(name, scenario))
        if tenant.accepts and not any(accepts_some(tenant.accepts, pool) for pool in _pools(scenario).values()):
            found = f"{', '.join(tenant.accepts)}, which no pool satisfies"
            yield Finding((*path, "accepts"), found, "what some pool satisfies: all offers would be declined", (FLEET,))
    yield from _parents(scenario)
    yield from _neighbours(scenario)


def _parents(scenario: Scenario) -> Iterator[Finding]:
    """Parents are tenants, and nobody is part of itself, however far up."""
    names, unknown = list(scenario.tenants), 0
    for name, tenant in scenario.tenants.items():
        path: Path = ("tenants", name, "parent")
        if tenant.parent is None:
            continue
        if tenant.parent not in scenario.tenants:
            unknown += 1
            allowed = choices(tenant.parent, names, unknown <= MOST_HINTS)
            yield Finding(path, f"no tenant {show(tenant.parent)}", allowed)
            continue
        above, seen = tenant.parent, {name}
        while above in scenario.tenants and above not in seen:
            seen.add(above)
            above = scenario.tenants[above].parent or ""
        if above == name:
            found = f"{tenant.parent}, which is itself part of {name}"
            yield Finding(path, found, "a tenant that is not part of this one")


def _pools(scenario: Scenario) -> dict[tuple[str, str], Pool]:
    providers = scenario.fleet.providers.items()
    return {(name, key): pool for name, provider in providers for key, pool in provider.pools.items()}


def _ordered(path: Path, quota: ResourceQuota) -> Iterator[Finding]:
    """What is guaranteed, and what a burst starts from, is at most what is allowed at all."""
    for field, amounts in (("guarantee", quota.guarantee), ("burst", quota.usual)):
        where = (*path, field) if field == "guarantee" else (*path, "burst", "above")
        for (name, quantity), amount, hard in zip(_DIMENSIONS, amounts, quota.hard, strict=False):
            if hard < amount < UNLIMITED:
                allowed = f"at most hard, which is {quantity.format(hard)}"
                yield Finding((*where, name), quantity.format(amount), allowed, ((*path, "hard"),))
        if quota.hard[4] < amounts[4] < UNLIMITED:
            yield Finding((*where, "jobs"), str(amounts[4]), f"at most hard, which is {quota.hard[4]}",
                          ((*path, "hard"),))  # fmt: skip


def _jobs_of(tenant: str, scenario: Scenario) -> Iterator[tuple[Path, JobClass]]:
    """The classes of jobs that the tenant may have: those of its written pipelines, or any where they are drawn."""
    synthetic, pipelines = scenario.workload.synthetic, scenario.workload.pipelines or {}
    shares = synthetic.pushes.by_tenant if synthetic else None
    if shares is not None and not shares.get(tenant):
        return
    first = next(iter(scenario.tenants))
    for path, job in classes(scenario):
        if path[1] != "pipelines" or (pipelines[str(path[2])].tenant or first) == tenant:
            yield path, job


def _room(path: Path, quota: ResourceQuota, jobs: Iterator[tuple[Path, JobClass]]) -> Iterator[Finding]:
    """A hard quota has room for one job of every class that may be the tenant's."""
    if quota.hard[4] == 0:
        yield Finding((*path, "jobs"), "0", "1 or more: no job of the tenant would ever start")
    for where, job in jobs:
        for (name, quantity), hard in zip(_DIMENSIONS, quota.hard, strict=False):
            asked = getattr(job.resources, name)
            if asked > hard:
                allowed = f"at least {quantity.format(asked)}, for one job of {where[-1]}"
                yield Finding((*path, name), quantity.format(hard), allowed, (where,))
                return


def _neighbours(scenario: Scenario) -> Iterator[Finding]:
    """Rules about neighbours speak of topologies, labels and tenants that there are."""
    pools = _pools(scenario).values()
    keys = ["node", *dict.fromkeys(key for pool in pools for key in [*pool.attributes, *["zone"] * bool(pool.zones)])]
    labels = [(job.label if isinstance(job, PipelineJob) else None) or str(path[-1]) for path, job in classes(scenario)]
    strangers = 0
    for path, job in classes(scenario):
        for where, topology in _topologies(path, job):
            if topology not in keys:
                strangers += 1
                yield Finding(where, f"no attribute {show(topology)}", choices(topology, keys, strangers <= MOST_HINTS),
                              (FLEET,))  # fmt: skip
        for index, rule in enumerate(job.affinity):
            kind, _, name = rule.to.partition(":")
            known = {"label": labels, "tenant": list(scenario.tenants)}.get(kind, [name])
            if name not in known and not (kind == "label" and scenario.workload.trace is not None):
                strangers += 1
                yield Finding((*path, "affinity", index, "to"), f"no {kind} {show(name)}",
                              choices(name, known, strangers <= MOST_HINTS), (path[:-1], ("tenants",)))  # fmt: skip


def _topologies(path: Path, job: JobClass) -> Iterator[tuple[Path, str]]:
    for index, rule in enumerate(job.affinity):
        yield (*path, "affinity", index, "topology"), rule.topology
    for index, spread in enumerate(job.spread):
        yield (*path, "spread", index, "topology"), spread.topology
