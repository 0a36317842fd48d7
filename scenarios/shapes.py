"""The shapes of generated pipelines: so many jobs of each class, and what waits for what; each is built once."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from domain.orchestration.specs import JobSpec, PipelineSpec
from domain.shared.resources import Resources
from scenarios.places import requirements_of
from scenarios.spec import JobClass, SyntheticJobClass
from scenarios.terms import names_of, terms_of

MOST_JOBS_KEPT = 400_000
"""Shapes are forgotten together beyond this many jobs, so that memory stays bounded with many heavy-tailed classes."""


def job_spec(
    name: str, label: str, job: JobClass, needs: tuple[str, ...] = (), terms: Mapping[str, Any] = MappingProxyType({})
) -> JobSpec:
    """One job of a class, as the domain wants it."""
    asks = job.resources
    return JobSpec(
        name=name,
        label=label,
        resources=Resources(asks.cpu, asks.memory, asks.disk, asks.gpu),
        runs_on=job.runs_on,
        needs=needs,
        timeout_us=job.timeout,
        max_queue_us=job.max_queue_time or 0,
        requirements=requirements_of(job),
        **terms,
    )


class Shapes:
    """Pipelines by the number of jobs of each class, in the order of the classes.

    Jobs are called `build-1`, `build-2`, … after their class, or after their values in its matrix. A job waits for
    every job of the classes that it needs; a class without jobs in this pipeline is not waited for. Specs are shared
    between shapes wherever they are equal.
    """

    def __init__(
        self, classes: Mapping[str, SyntheticJobClass], terms: Mapping[str, Any] = MappingProxyType({})
    ) -> None:
        """`terms` are those of the pipelines."""
        self._classes = classes
        self._pipeline_terms = terms
        self._terms = {name: terms_of(name, job) for name, job in classes.items()}
        self._names = {name: names_of(name, job.matrix) for name, job in classes.items() if job.matrix}
        self._position = {name: i for i, name in enumerate(classes)}
        self._made: dict[tuple[str, tuple[int, ...]], list[JobSpec]] = {}  # by class and counts of what it needs
        self._shapes: dict[tuple[int, ...], PipelineSpec] = {}
        self._kept = 0

    def __call__(self, counts: tuple[int, ...]) -> PipelineSpec:
        """The pipeline with `counts[i]` jobs of the i-th class, at least one in all; raises ValueError for a cycle."""
        shape = self._shapes.get(counts)
        if shape is None:
            shape = PipelineSpec(
                tuple(job for name in self._classes for job in self._jobs(name, counts)), **self._pipeline_terms
            )
            self._kept += len(shape.jobs)
            if self._kept > MOST_JOBS_KEPT:
                self._shapes.clear()
                self._made.clear()
                self._kept = len(shape.jobs)
            self._shapes[counts] = shape
        return shape

    def _jobs(self, name: str, counts: tuple[int, ...]) -> list[JobSpec]:
        """The first jobs of a class; those with the same needs are made once, more of them as they are asked for."""
        job, size = self._classes[name], counts[self._position[name]]
        needed = tuple(counts[self._position[need]] for need in job.needs)
        known = self._made.setdefault((name, needed), [])
        if len(known) < size:
            needs = tuple(
                self._name(need, i) for need, count in zip(job.needs, needed, strict=True) for i in range(1, count + 1)
            )
            missing = range(len(known) + 1, size + 1)
            known += [job_spec(self._name(name, i), name, job, needs, self._terms[name]) for i in missing]
        return known[:size]

    def _name(self, name: str, number: int) -> str:
        return self._names[name][number - 1] if name in self._names else job_name(name, number)


def job_name(name: str, number: int) -> str:
    return f"{name}-{number}"
