"""The workload of pipelines that are written out: each comes when the scenario says, with durations drawn anew."""

import heapq
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from domain.orchestration.specs import PipelineSpec
from domain.shared.triggers import PUSH, Trigger
from scenarios.distributions import sample_us
from scenarios.shapes import job_spec
from scenarios.spec import ExplicitPipeline, PipelineJob
from scenarios.synthetic import Stream
from scenarios.terms import names_of, pipeline_terms, terms_of
from scenarios.workload import FAILED, SUCCEEDED, Arrival, TraceReading

_BLOCK = 64


class Occurrence(NamedTuple):
    """One coming of a pipeline; ordered by time, then by place in the file."""

    at_us: int
    order: int
    name: str


class PipelinesWorkload:
    """Pipelines by rising time; without a horizon, arrivals stop just after the last one that is written down."""

    reading: TraceReading | None = None

    def __init__(
        self,
        pipelines: Mapping[str, ExplicitPipeline],
        tenants: tuple[str, ...],
        stream: Stream,
        horizon_us: int | None,
    ) -> None:
        self.horizon_us = last_time(pipelines) + 1 if horizon_us is None else horizon_us
        self._pipelines = pipelines
        self._tenants = tenants
        self._stream = stream
        self._specs = {name: spec_of(pipeline) for name, pipeline in pipelines.items()}

    def arrivals(self) -> Iterator[Arrival]:
        draws = {name: _Draws(name, pipeline, self._stream) for name, pipeline in self._pipelines.items()}
        triggers = {name: _trigger(pipeline) for name, pipeline in self._pipelines.items()}
        for at, _, name in occurrences(self._pipelines, self.horizon_us):
            durations, outcomes = draws[name].take()
            tenant = self._pipelines[name].tenant or self._tenants[0]
            yield Arrival(at, tenant, self._specs[name], durations, outcomes, triggers[name])


def occurrences(pipelines: Mapping[str, ExplicitPipeline], horizon_us: int) -> Iterator[Occurrence]:
    """Every coming of every pipeline below the horizon, in order."""
    each = [_comings(order, name, pipeline, horizon_us) for order, (name, pipeline) in enumerate(pipelines.items())]
    return heapq.merge(*each)


def _comings(order: int, name: str, pipeline: ExplicitPipeline, horizon_us: int) -> Iterator[Occurrence]:
    if pipeline.every is not None:
        times: Iterator[int] = iter(range(0, horizon_us, pipeline.every))
    else:
        times = (at for at in sorted(pipeline.at or (0,)) if at < horizon_us)
    for at in times:
        for _ in range(pipeline.count):
            yield Occurrence(at, order, name)


def last_time(pipelines: Mapping[str, ExplicitPipeline]) -> int:
    return max(max(pipeline.at, default=0) for pipeline in pipelines.values())


def jobs_of(pipeline: ExplicitPipeline) -> list[tuple[str, str, PipelineJob]]:
    """(key in the file, name, job) of every job, matrices expanded, in the order of the specs of `spec_of`."""
    return [(key, name, job) for key, job in pipeline.jobs.items() for name in _names(key, job)]


def _names(key: str, job: PipelineJob) -> tuple[str, ...]:
    return (key,) if job.matrix is None else names_of(key, job.matrix)


def spec_of(pipeline: ExplicitPipeline) -> PipelineSpec:
    """Raises ValueError for needs that are unknown or form a cycle."""
    copies = {key: _names(key, job) for key, job in pipeline.jobs.items()}
    terms = {key: terms_of(job.label or key, job) for key, job in pipeline.jobs.items()}
    return PipelineSpec(
        tuple(
            job_spec(name, job.label or key, job, _needs(job, copies), terms[key])
            for key, name, job in jobs_of(pipeline)
        ),
        **pipeline_terms(pipeline.terms()),
    )


def _needs(job: PipelineJob, copies: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    if unknown := [need for need in job.needs if need not in copies]:
        raise ValueError(f"no job is called {', '.join(unknown)}")
    return tuple(dict.fromkeys(name for need in job.needs for name in copies[need]))


def _trigger(pipeline: ExplicitPipeline) -> Trigger:
    rule = pipeline.trigger
    made = Trigger(rule.event, rule.actor, rule.ref, "untrusted" if rule.fork else "trusted")
    return PUSH if made == PUSH else made


class _Draws:
    """Durations (µs, at least 1) and outcomes of one pipeline after the other; a failing job stops part of the way."""

    def __init__(self, name: str, pipeline: ExplicitPipeline, stream: Stream) -> None:
        self._jobs = [
            (job, stream(f"pipeline/{name}/{one}", "durations"), stream(f"pipeline/{name}/{one}", "outcomes"))
            for _, one, job in jobs_of(pipeline)
        ]
        self._ready: list[tuple[tuple[int, ...], tuple[int, ...]]] = []

    def take(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        if not self._ready:
            self._ready = self._draw()[::-1]
        return self._ready.pop()

    def _draw(self) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
        durations: list[list[int]] = []
        outcomes: list[list[int]] = []
        for job, times, luck in self._jobs:
            drawn = [max(1, int(us)) for us in sample_us(job.duration, times, _BLOCK)]
            chances = luck.random(_BLOCK).tolist() if job.failure_rate else [1.0] * _BLOCK
            failed = [chance < job.failure_rate for chance in chances]
            durations.append(
                [
                    max(1, int(us * chance / job.failure_rate)) if fails else us
                    for us, chance, fails in zip(drawn, chances, failed, strict=True)
                ]
            )
            outcomes.append([FAILED if fails else SUCCEEDED for fails in failed])
        return list(zip(zip(*durations, strict=True), zip(*outcomes, strict=True), strict=True))
