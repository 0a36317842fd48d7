"""Events that Pipeline Orchestration publishes about pipelines and jobs."""

from domain.shared.events import Event
from domain.shared.ids import AssignmentId, JobId, PipelineId
from domain.shared.resources import Resources


class PipelineStarted(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A pipeline was accepted and its first jobs may run. Consumers: telemetry."""

    pipeline: PipelineId
    tenant: str
    jobs: int


class PipelineEnded(Event, frozen=True, gc=False, tag=True, array_like=True):
    """Every job of the pipeline has ended; `state` is the pipeline's terminal state. Consumers: telemetry."""

    pipeline: PipelineId
    tenant: str
    state: str


class JobQueued(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A job wants a place to run, for the first time or again. Consumers: scheduling, telemetry."""

    job: JobId
    pipeline: PipelineId
    tenant: str
    label: str
    resources: Resources
    runs_on: tuple[str, ...]
    attempt: int
    expires_at_us: int  # when it gives up waiting; 0: never


class JobAssigned(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A job has its place and waits for its worker. Consumers: telemetry."""

    job: JobId
    assignment: AssignmentId


class JobStarted(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A job's work began: its queue wait is over. Consumers: telemetry."""

    job: JobId
    attempt: int


class JobRetried(Event, frozen=True, gc=False, tag=True, array_like=True):
    """An attempt was lost or failed; the job backs off before the next. Consumers: the timer of the back-off."""

    job: JobId
    attempt: int
    cause: str
    after_us: int  # how long it backs off


class JobEnded(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A job reached its terminal state, once and for all. Consumers: scheduling (withdraws it), telemetry."""

    job: JobId
    pipeline: PipelineId
    tenant: str
    label: str
    state: str
    attempts: int
