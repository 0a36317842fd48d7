"""The rule that every class of jobs has a place: a pool that its labels, constraints and taints allow, a large node."""

from collections.abc import Iterator, Mapping

from domain.shared.matching import obstacle
from scenarios.notations import taint
from scenarios.places import requirements_of
from scenarios.problems import MOST_HINTS, Finding, Path, choices, listed
from scenarios.quantities import CPU, GPU, SIZE
from scenarios.spec import JobClass, JobResources, Pool, Scenario

FLEET: Path = ("fleet", "providers")


def unplaceable(scenario: Scenario) -> Iterator[Finding]:
    """A finding for each class of jobs that no node can ever take, with the nearest that there is."""
    found = 0
    for path, job in classes(scenario):
        for finding in _placeable(path, job, scenario, found < MOST_HINTS):
            found += 1
            yield finding


def classes(scenario: Scenario) -> Iterator[tuple[Path, JobClass]]:
    """Every class of jobs with its place in the file."""
    if scenario.workload.synthetic is not None:
        for name, job in scenario.workload.synthetic.jobs.items():
            yield ("workload", "synthetic", "jobs", name), job
    if scenario.workload.trace is not None:
        yield ("workload", "trace", "default"), scenario.workload.trace.default
        for name, recorded in scenario.workload.trace.jobs.items():
            yield ("workload", "trace", "jobs", name), recorded
    for pipeline, written in (scenario.workload.pipelines or {}).items():
        for name, listed_job in written.jobs.items():
            yield ("workload", "pipelines", pipeline, "jobs", name), listed_job


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
        return
    obstacles = {name: _obstacle(job, pool) for name, pool in willing.items()}
    suited = {name: pool for name, pool in willing.items() if not obstacles[name]}
    if not suited:
        yield _kept_away(path, job, obstacles)
    elif not any(_fits(job.resources, pool.capacity) for pool in suited.values()):
        willing = suited
        sizes = "; ".join(f"{name} has {_amounts(pool.capacity)}" for name, pool in list(willing.items())[:6])
        allowed = f"what one node of a pool with its labels has ({sizes})"
        yield Finding((*path, "resources"), _amounts(job.resources), allowed, (FLEET, (*path, "runs_on")))


def can_host(job: JobClass, pool: Pool) -> bool:
    """Whether an empty node of the pool takes a job of the class."""
    return set(job.runs_on) <= set(pool.labels) and not _obstacle(job, pool) and _fits(job.resources, pool.capacity)


def _obstacle(job: JobClass, pool: Pool) -> str:
    """What keeps jobs of a class from all nodes of a pool, in whatever zone: "" where nothing does."""
    shared = [(key, value) for key, value in pool.attributes.items()]
    requirements, taints = requirements_of(job), tuple(map(taint, pool.taints))
    found = ""
    for zone in pool.zones or (None,):
        attributes = shared if zone is None else [*shared, ("zone", zone)]
        found = obstacle(job.runs_on, requirements, frozenset(pool.labels), attributes, taints)
        if not found:
            return ""
    return found


def _kept_away(path: Path, job: JobClass, obstacles: Mapping[str, str]) -> Finding:
    """Says of a few pools what keeps the class away, at the field that could be changed."""
    by_taint = all(found.startswith("taint:") for found in obstacles.values())
    field, written = ("tolerations", job.tolerations) if by_taint else ("constraints", job.constraints)
    reasons = "; ".join(f"{name} refuses by its {found.replace(':', ' ', 1)}" if found.startswith("taint:")
                        else f"{name} does not satisfy the {found.replace(':', ' on ', 1)}"
                        for name, found in list(obstacles.items())[:6])  # fmt: skip
    where = (*path, field) if written else path
    found = f"{listed(written)}, which leaves no pool" if written else f"no {field}, which leaves no pool"
    return Finding(where, found, f"what some pool with its labels allows ({reasons})", (FLEET, path))


def _fits(asked: JobResources, room: JobResources) -> bool:
    return all(getattr(asked, field) <= getattr(room, field) for field in JobResources.model_fields)


def _amounts(resources: JobResources) -> str:
    amounts = [CPU.format(resources.cpu)]
    amounts += [f"{SIZE.format(resources.memory)} memory"] if resources.memory else []
    amounts += [f"{SIZE.format(resources.disk)} disk"] if resources.disk else []
    amounts += [GPU.format(resources.gpu)] if resources.gpu else []
    return " ".join(amounts)
