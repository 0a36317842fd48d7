"""From what a scenario says about pipelines and their jobs to the domain's terms."""

from math import prod
from typing import Any

from domain.orchestration.matrix import expand
from domain.orchestration.terms import (
    RETRY,
    Approval,
    Concurrency,
    Matrix,
    ResourceGroup,
    RetryPolicy,
    StepSpec,
)
from scenarios.draws import Count
from scenarios.spec_orchestration import ConcurrencyRule, JobTerms, MatrixRule, PipelineTerms, Retry, Scalar

Combination = dict[str, Scalar]


def combinations(matrix: MatrixRule) -> tuple[Combination, ...]:
    """Raises ValueError for a matrix that means nothing."""
    return expand(matrix.axes, matrix.include, matrix.exclude)


def most_combinations(matrix: MatrixRule) -> int:
    """How many there are at most, found without making them: where nothing is excluded and all that is included new."""
    return (prod(map(len, matrix.axes.values())) if matrix.axes else 0) + len(matrix.include)


def names_of(label: str, matrix: MatrixRule) -> tuple[str, ...]:
    """What its jobs are called: `test (linux, 3.11)`; numbered where that would not tell them apart."""
    found = combinations(matrix)
    names = tuple(f"{label} ({', '.join(map(_text, one.values()))})" for one in found)
    return names if len(set(names)) == len(names) else tuple(f"{label}-{at}" for at in range(1, len(found) + 1))


def count_of(job: JobTerms, count: Count) -> Count:
    """How many jobs of a class a pipeline has: as many as its matrix has combinations, where it has one."""
    return count if job.matrix is None else Count(constant=len(combinations(job.matrix)))


def terms_of(label: str, job: JobTerms) -> dict[str, Any]:
    """The fields of a JobSpec that differ from their defaults, so that specs of plain jobs stay as they are."""
    terms: dict[str, Any] = {}
    fail_fast = job.matrix is not None if job.fail_fast is None else job.fail_fast
    if fail_fast or job.max_parallel:
        terms["matrix"] = Matrix(label, fail_fast, job.max_parallel or 0)
    if job.condition != "success":
        terms["condition"] = job.condition
    if job.allow_failure:
        terms["allow_failure"] = True
    if (retry := _retry(job.retry)) != RETRY:
        terms["retry"] = retry
    if job.concurrency:
        terms["concurrency"] = _concurrency(job.concurrency)
    if job.resource_group:
        terms["resource_group"] = ResourceGroup(job.resource_group.group, job.resource_group.mode)
    if job.approval:
        terms["approval"] = Approval(job.approval.required, job.approval.expires)
    if job.steps:
        terms["steps"] = tuple(StepSpec(name, one.share, one.timeout or 0) for name, one in job.steps.items())
    return terms


def pipeline_terms(pipeline: PipelineTerms) -> dict[str, Any]:
    """The fields of a PipelineSpec that differ from their defaults."""
    terms: dict[str, Any] = {}
    if pipeline.concurrency:
        terms["concurrency"] = _concurrency(pipeline.concurrency)
    if pipeline.auto_cancel:
        terms["auto_cancel"] = pipeline.auto_cancel
    return terms


def _retry(retry: Retry) -> RetryPolicy:
    wait = retry.back_off
    return RetryPolicy(retry.user, retry.infra, retry.timeout, wait.first, wait.factor, wait.longest)


def _concurrency(rule: ConcurrencyRule) -> Concurrency:
    return Concurrency(rule.group, rule.cancel_in_progress)


def _text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
