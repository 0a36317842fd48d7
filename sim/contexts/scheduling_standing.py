"""What allocators and orderings are given of a scenario: standings, ageing, draws, deadlines, ways to the end."""

from collections.abc import Callable, Iterator
from typing import Any

from domain.orchestration.orchestrator import Orchestrator
from domain.orchestration.pipelines import Pipeline
from domain.scheduling.board import Outlook
from domain.scheduling.critical import bottom_levels
from domain.scheduling.demand import Demand
from domain.scheduling.policies import AGEING, ORDERINGS, Ordering, Standing
from domain.shared.ids import JobId, PipelineId
from scenarios.fits import classes
from scenarios.spec import PipelineJob, Scenario, Scheduling, Tenant
from sim.streams import Streams

BLOCK = 1024
DRAWS_END = 1 << 63
Estimate = Callable[[JobId, str], int]


def turns_of_scheduler(scenario: Scenario, scheduling: Scheduling, streams: Streams) -> dict[str, Any]:
    """The fields of SchedulingPolicy for whose turn it is, beside the allocator."""
    return {
        "standing": {name: _standing(tenant) for name, tenant in scenario.tenants.items()},
        "ageing_us": scheduling.ageing or 0,
        "draws": _draws(streams).__next__ if scheduling.allocator == "lottery" else None,
    }


def ordering_of(scheduling: Scheduling) -> Ordering:
    """The ordering, with the ageing where it takes one."""
    made = AGEING.get(scheduling.ordering)
    return made(scheduling.ageing or 0) if made else ORDERINGS[scheduling.ordering]


def outlook_of(
    scenario: Scenario, scheduling: Scheduling, orchestrator: Orchestrator, estimate_us: Estimate
) -> Outlook | None:
    """Deadlines for edf, ways to the end of the pipeline for critical-path; None for all others."""
    if scheduling.ordering == "edf":
        return _deadlines(scenario, orchestrator)
    if scheduling.ordering == "critical-path":
        return CriticalPaths(orchestrator, estimate_us)
    return None


def _standing(tenant: Tenant) -> Standing:
    own = tenant.weights
    weights = tuple((own and getattr(own, one)) or tenant.weight for one in ("cpu", "memory", "disk", "gpu"))
    return Standing(tenant.priority, tenant.parent or "", weights)  # type: ignore[arg-type]


def _draws(streams: Streams) -> Iterator[int]:
    generator = streams("scheduler", "lottery")
    while True:
        yield from generator.integers(DRAWS_END, size=BLOCK).tolist()


def _deadlines(scenario: Scenario, orchestrator: Orchestrator) -> Outlook:
    allowed = {
        (job.label if isinstance(job, PipelineJob) else None) or str(path[-1]): job.deadline
        for path, job in classes(scenario)
        if job.deadline
    }

    def outlook(demand: Demand) -> tuple[int, int]:
        patience = allowed.get(demand.label)
        if patience is None:
            job = orchestrator.jobs.get(demand.job)
            patience = job.spec.max_queue_us if job else 0
        return demand.queued_at_us + patience if patience else 0, 0

    return outlook


class CriticalPaths:
    """The levels of a pipeline's jobs, by what their labels were expected to take when its first job queued."""

    def __init__(self, orchestrator: Orchestrator, estimate_us: Estimate) -> None:
        self._orchestrator = orchestrator
        self._estimate_us = estimate_us
        self._levels: dict[PipelineId, dict[JobId, int]] = {}

    def __call__(self, demand: Demand) -> tuple[int, int]:
        id = PipelineId(demand.pipeline)
        levels = self._levels.get(id)
        if levels is None:
            live = self._orchestrator.pipelines
            pipeline = live.get(id)
            if pipeline is None:
                return 0, demand.estimate_us
            if len(self._levels) > 2 * len(live) + 16:
                self._levels = {one: known for one, known in self._levels.items() if one in live}
            levels = self._levels[id] = self._of(pipeline)
        return 0, levels.get(demand.job, demand.estimate_us)

    def _of(self, pipeline: Pipeline) -> dict[JobId, int]:
        jobs = pipeline.spec.jobs
        ids = dict(zip((job.name for job in jobs), pipeline.ids, strict=True))
        estimates = {job.name: self._estimate_us(ids[job.name], job.label) for job in jobs}
        levels = bottom_levels({job.name: job.needs for job in jobs}, estimates)
        return {ids[name]: level for name, level in levels.items()}
