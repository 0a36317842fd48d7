"""The rules of pipelines that are written out."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from math import ceil

from scenarios.pipelines import jobs_of, spec_of
from scenarios.problems import MOST_HINTS, Finding, Path, choices, show
from scenarios.quantities import DURATION
from scenarios.semantics_orchestration import job_terms_findings, pipeline_terms_findings
from scenarios.sizes import MOST_JOBS, MOST_WAITS
from scenarios.spec import ExplicitPipeline, PipelineJob, Scenario

PIPELINES: Path = ("workload", "pipelines")
_BY_LABEL = ("secrets", "environment", "permissions", "image", "caches", "artifacts", "promote", "approval")
"""Fields that are looked up by a job's label while the run goes on."""


def pipelines(scenario: Scenario) -> Iterator[Finding]:
    """A finding for each rule that a pipeline breaks."""
    jobs = 0
    for name, pipeline in (scenario.workload.pipelines or {}).items():
        path = (*PIPELINES, name)
        yield from _times(path, pipeline, scenario)
        yield from _jobs(path, pipeline)
        yield from pipeline_terms_findings(path, pipeline.terms())
        jobs += _comings(pipeline, scenario.horizon) * len(pipeline.jobs)
    if jobs > MOST_JOBS:
        allowed = f"at most {MOST_JOBS:,}: fewer pipelines, or a shorter horizon"
        yield Finding(PIPELINES, f"about {jobs:,} jobs", allowed, (("horizon",),))


def _comings(pipeline: ExplicitPipeline, horizon: int | None) -> int:
    times = ceil((horizon or 0) / pipeline.every) if pipeline.every else len(pipeline.at) or 1
    return times * pipeline.count


def _times(path: Path, pipeline: ExplicitPipeline, scenario: Scenario) -> Iterator[Finding]:
    if pipeline.every is not None and pipeline.at:
        yield Finding((*path, "every"), DURATION.format(pipeline.every), "at or every, not both", ((*path, "at"),))
    if pipeline.every is not None and scenario.horizon is None:
        allowed = "a horizon, because it comes again for ever"
        yield Finding((*path, "every"), DURATION.format(pipeline.every), allowed, (("horizon",),))
    if scenario.horizon is not None and pipeline.at and min(pipeline.at) >= scenario.horizon:
        allowed = f"at least one time before the horizon, {DURATION.format(scenario.horizon)}"
        yield Finding((*path, "at"), DURATION.format(min(pipeline.at)), allowed, (("horizon",),))
    if pipeline.tenant is not None and pipeline.tenant not in scenario.tenants:
        found = f"no tenant {show(pipeline.tenant)}"
        yield Finding((*path, "tenant"), found, choices(pipeline.tenant, scenario.tenants), (("tenants",),))


def _jobs(path: Path, pipeline: ExplicitPipeline) -> Iterator[Finding]:
    jobs, strangers, sound = pipeline.jobs, 0, True
    for name, job in jobs.items():
        here = (*path, "jobs", name)
        for index, need in enumerate(job.needs):
            if need not in jobs:
                strangers += 1
                sound = False
                allowed = choices(need, [x for x in jobs if x != name], strangers <= MOST_HINTS)
                yield Finding((*here, "needs", index), f"no job {show(need)}", allowed, ((*path, "jobs"),))
        for finding in _terms(here, job):
            sound = False
            yield finding
    try:
        TopologicalSorter({name: job.needs for name, job in jobs.items()}).prepare()
    except CycleError as error:
        cycle = error.args[1]
        yield Finding((*path, "jobs", cycle[-1], "needs"), f"the cycle {' → '.join(reversed(cycle))}",
                      "needs that end at a job without needs", ((*path, "jobs"),))  # fmt: skip
        return
    if not sound:
        return
    sizes = dict.fromkeys(jobs, 0)
    for key, _, _ in jobs_of(pipeline):
        sizes[key] += 1
    waits = sum(sizes[name] * sum(sizes[need] for need in job.needs) for name, job in jobs.items())
    if waits > MOST_WAITS:
        yield Finding((*path, "jobs"), f"{waits:,} pairs of a job and one that it needs", f"at most {MOST_WAITS:,}")
        return
    try:
        spec_of(pipeline)
    except ValueError as error:
        yield Finding((*path, "jobs"), str(error), "jobs with names of their own, and one group each")


def _terms(path: Path, job: PipelineJob) -> Iterator[Finding]:
    if job.label is not None and job.label != path[-1]:
        for field in _BY_LABEL:
            if field in job.model_fields_set and getattr(job, field):
                allowed = f"{field} only in jobs without a label: it is looked up by the label"
                yield Finding((*path, field), field, allowed, ((*path, "label"),))
    yield from job_terms_findings(path, job, bool(job.needs))
