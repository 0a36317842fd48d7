"""From imported jobs to a PipelineSpec, once it is said what each asks for."""

from collections.abc import Callable

from domain.acl.ci_to_orchestration.imported import Imported, ImportedJob, ImportedStep
from domain.orchestration.specs import JobSpec, PipelineSpec
from domain.orchestration.terms import Approval, Concurrency, Matrix, ResourceGroup, RetryPolicy, StepSpec
from domain.shared.requirements import Requirements
from domain.shared.resources import Resources

INFRA_RETRIES = 2
"""Where the file does not say whether a job whose machine is lost starts again: so often."""


def pipeline_spec(imported: Imported, resources_of: Callable[[ImportedJob], Resources]) -> PipelineSpec:
    """The pipeline; raises ValueError where there is no job."""
    group = imported.concurrency_group
    return PipelineSpec(
        tuple(job_spec(job, resources_of(job)) for job in imported.jobs),
        concurrency=Concurrency(literal(group), imported.cancel_in_progress) if group else None,
        auto_cancel=imported.auto_cancel,
    )


def job_spec(job: ImportedJob, resources: Resources) -> JobSpec:
    """One job. Delays are not modelled: a delayed job runs as soon as what it needs has ended."""
    matrix = None
    if job.matrix_group and (job.fail_fast or job.max_parallel):
        matrix = Matrix(job.matrix_group, job.fail_fast, job.max_parallel)
    return JobSpec(
        name=job.name,
        label=job.source,
        resources=resources,
        runs_on=job.runs_on,
        needs=job.needs,
        timeout_us=job.timeout_us,
        retry=RetryPolicy(job.user_retries, infra_retries(job), job.timeout_retries),
        requirements=Requirements(interruptible=job.interruptible),
        condition=job.condition,
        allow_failure=job.allow_failure,
        matrix=matrix,
        concurrency=Concurrency(literal(job.concurrency_group), job.cancel_in_progress)
        if job.concurrency_group
        else None,
        resource_group=ResourceGroup(literal(job.resource_group)) if job.resource_group else None,
        approval=Approval() if job.manual else None,
        steps=steps(job.steps),
    )


def infra_retries(job: ImportedJob) -> int:
    """As the file says, where its format can say so."""
    return INFRA_RETRIES if job.infra_retries is None else job.infra_retries


def literal(group: str) -> str:
    """A group's name with nothing in it that would be filled in."""
    return group.replace("{", "(").replace("}", ")")


def steps(imported: tuple[ImportedStep, ...]) -> tuple[StepSpec, ...]:
    """Steps with names of their own, all of the same share: nothing in a file says how long each takes."""
    taken: dict[str, int] = {}
    found = []
    for step in imported:
        taken[step.name] = number = taken.get(step.name, 0) + 1
        found.append(StepSpec(step.name if number == 1 else f"{step.name} #{number}", 1, step.timeout_us))
    return tuple(found)
