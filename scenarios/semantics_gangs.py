"""The rules about jobs of several parts: the fleet has room for all at once, and nobody else promises places."""

from collections.abc import Iterator

from scenarios.fits import FLEET, can_host, classes
from scenarios.problems import Finding, Path
from scenarios.spec import JobClass, PolicyOverride, Pool, Scenario, Scheduling

PLACES: Path = ("workload", "trace", "swf", "places")
OFF = {"backfill": "none", "preemption": None}


def has_gangs(scenario: Scenario) -> bool:
    """Whether any job needs several places at once."""
    return _by_processor(scenario) or any(job.gang > 1 for _, job in classes(scenario))


def _by_processor(scenario: Scenario) -> bool:
    """Whether jobs of a log have a place per processor."""
    trace = scenario.workload.trace
    return trace is not None and trace.swf is not None and trace.swf.places == "gang"


def gang_findings(scenario: Scenario) -> Iterator[Finding]:
    if _by_processor(scenario):
        for path, job in classes(scenario):
            for what, other in _hindrances(scenario, path, job):
                yield Finding(PLACES, f"gang, with {what}", f"one with {what}", (other,))
            if job.gang > 1:
                yield Finding((*path, "gang"), str(job.gang), "1 where the log says how many (swf.places: gang)")
        return
    for path, job in classes(scenario):
        if job.gang > 1:
            where = (*path, "gang")
            for what, other in _hindrances(scenario, path, job):
                yield Finding(where, f"{job.gang}, with {what}", f"1 with {what}", (other,))
            room = _room(scenario, job)
            if room is not None and room < job.gang:
                allowed = f"at most {room}: so many have room in the whole fleet at once"
                yield Finding(where, str(job.gang), allowed, (FLEET, (*path, "resources")))


def _hindrances(scenario: Scenario, path: Path, job: JobClass) -> Iterator[tuple[str, Path]]:
    """What does not know how to keep places together yet."""
    for field in ("affinity", "spread"):
        if getattr(job, field):
            yield field, (*path, field)
    for name, tenant in scenario.tenants.items():
        if tenant.quota is not None:
            yield "quotas", ("tenants", name, "quota")
            break
    places: list[tuple[Path, Scheduling | PolicyOverride]] = [(("scheduling",), scenario.scheduling)]
    places += [(("policies", name), one) for name, one in scenario.policies.items()]
    for field, off in OFF.items():
        for where, scheduling in places:
            if getattr(scheduling, field) not in (off, None):
                yield field, (*where, field)
                break


def _room(scenario: Scenario, job: JobClass) -> int | None:
    """How many parts the fleet has room for when it is empty and as large as it may be; None: as many as one likes."""
    room = 0
    for provider in scenario.fleet.providers.values():
        for pool in provider.pools.values():
            if can_host(job, pool):
                if pool.nodes.max == "unlimited":
                    return None
                room += pool.nodes.max * _per_node(job, pool)
    return room or None  # where no pool hosts it, that is found elsewhere


def _per_node(job: JobClass, pool: Pool) -> int:
    ask, has = job.resources, pool.capacity
    amounts = ((ask.cpu, has.cpu), (ask.memory, has.memory), (ask.disk, has.disk), (ask.gpu, has.gpu))
    return min(of // one for one, of in amounts if one)
