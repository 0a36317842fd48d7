"""The rule that every class of jobs has a place: a pool with its labels, and a node that is large enough."""

from collections.abc import Iterator

from scenarios.problems import MOST_HINTS, Finding, Path, choices, listed
from scenarios.quantities import CPU, GPU, SIZE
from scenarios.spec import JobClass, JobResources, Scenario

FLEET: Path = ("fleet", "providers")


def unplaceable(scenario: Scenario) -> Iterator[Finding]:
    """A finding for each class of jobs that no node can ever take, with the nearest that there is."""
    found = 0
    for path, job in _classes(scenario):
        for finding in _placeable(path, job, scenario, found < MOST_HINTS):
            found += 1
            yield finding


def _classes(scenario: Scenario) -> Iterator[tuple[Path, JobClass]]:
    if scenario.workload.synthetic is not None:
        for name, job in scenario.workload.synthetic.jobs.items():
            yield ("workload", "synthetic", "jobs", name), job
    if scenario.workload.trace is not None:
        yield ("workload", "trace", "default"), scenario.workload.trace.default
        for name, recorded in scenario.workload.trace.jobs.items():
            yield ("workload", "trace", "jobs", name), recorded


def _placeable(path: Path, job: JobClass, scenario: Scenario, hint: bool) -> Iterator[Finding]:
    """Some pool must carry all labels that a job asks for, and a node of it must be large enough."""
    pools = {f"{name}.{key}": pool for name, one in scenario.fleet.providers.items() for key, pool in one.pools.items()}
    willing = {name: pool for name, pool in pools.items() if set(job.runs_on) <= set(pool.labels)}
    if not willing:
        offered = dict.fromkeys(label for pool in pools.values() for label in pool.labels)
        strange = [label for label in job.runs_on if label not in offered]
        if strange:
            found, allowed = f"{listed(strange)}, which no pool carries", choices(strange[0], offered, hint)
        else:
            found = f"{listed(job.runs_on)}, which no pool carries together"
            allowed = "; ".join(f"{name}: {listed(pool.labels)}" for name, pool in pools.items() if pool.labels)
        yield Finding((*path, "runs_on"), found, f"labels of one pool: {allowed}", (FLEET, path))
    elif not any(_fits(job.resources, pool.capacity) for pool in willing.values()):
        sizes = "; ".join(f"{name} has {_amounts(pool.capacity)}" for name, pool in list(willing.items())[:6])
        allowed = f"what one node of a pool with its labels has ({sizes})"
        yield Finding((*path, "resources"), _amounts(job.resources), allowed, (FLEET, (*path, "runs_on")))


def _fits(asked: JobResources, room: JobResources) -> bool:
    return all(getattr(asked, field) <= getattr(room, field) for field in JobResources.model_fields)


def _amounts(resources: JobResources) -> str:
    amounts = [CPU.format(resources.cpu)]
    amounts += [f"{SIZE.format(resources.memory)} memory"] if resources.memory else []
    amounts += [f"{SIZE.format(resources.disk)} disk"] if resources.disk else []
    amounts += [GPU.format(resources.gpu)] if resources.gpu else []
    return " ".join(amounts)
