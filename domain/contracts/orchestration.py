"""Events that Pipeline Orchestration publishes about pipelines and jobs."""

from domain.shared.events import Event
from domain.shared.ids import AssignmentId, BatchId, EntryId, JobId, PipelineId
from domain.shared.requirements import NONE, Requirements
from domain.shared.resources import Resources


class PipelineStarted(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A pipeline was accepted and its first jobs may run; `event` to `trust` are its trigger.

    Consumers: artifacts, telemetry.
    """

    pipeline: PipelineId
    tenant: str
    jobs: int
    event: str = "push"
    actor: str = ""  # empty: the tenant itself
    ref: str = "main"
    trust: str = "trusted"
    group: str = ""  # the concurrency group that it holds


class PipelineHeld(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A pipeline was accepted and waits for its concurrency group; none of its jobs may run. Consumers: telemetry."""

    pipeline: PipelineId
    tenant: str
    jobs: int
    group: str
    event: str
    actor: str
    ref: str
    trust: str


class PipelineRejected(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A pipeline was not accepted; it has no jobs. Consumers: reports."""

    pipeline: PipelineId
    tenant: str
    reason: str
    event: str
    actor: str
    ref: str
    trust: str


class PipelineCancelRequested(Event, frozen=True, gc=False, tag=True, array_like=True):
    """All jobs of the pipeline are to stop, except those that run whatever happens. Consumers: checkers."""

    pipeline: PipelineId
    tenant: str
    cause: str


class PipelineEnded(Event, frozen=True, gc=False, tag=True, array_like=True):
    """Every job of the pipeline has ended; `state` is the pipeline's terminal state.

    Consumers: artifacts (retention begins), telemetry.
    """

    pipeline: PipelineId
    tenant: str
    state: str


class JobCreated(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A job of a pipeline that uses more than needs and retries; other pipelines do not tell. Consumers: checkers."""

    job: JobId
    pipeline: PipelineId
    tenant: str
    label: str
    name: str
    needs: tuple[str, ...]
    condition: str
    allow_failure: int  # 1: its failure is no failure
    exclusive: tuple[str, ...]  # groups of which one job runs at a time


class JobHeld(Event, frozen=True, gc=False, tag=True, array_like=True):
    """Nothing that the job needs is missing, but `gate` keeps it from queueing. Consumers: telemetry."""

    job: JobId
    pipeline: PipelineId
    tenant: str
    label: str
    gate: str  # approval, max-parallel, concurrency or resource-group


class ApprovalRequested(Event, frozen=True, gc=False, tag=True, array_like=True):
    """So many people are asked whether the job may run. Consumers: people, and the timer of their patience."""

    job: JobId
    tenant: str
    label: str
    approvals: int
    expires_at_us: int


class ApprovalGiven(Event, frozen=True, gc=False, tag=True, array_like=True):
    """Somebody agreed that the job may run. Consumers: the event log."""

    job: JobId
    actor: str
    approvals: int  # that are still missing


class ApprovalRefused(Event, frozen=True, gc=False, tag=True, array_like=True):
    """Somebody did not agree that the job may run: it is cancelled. Consumers: the event log."""

    job: JobId
    actor: str


class CancelRequested(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A job that has a place is to stop; it ends when the place has been given back.

    Consumers: execution (ends the attempt), scheduling (takes the place back where no attempt has begun).
    """

    job: JobId
    attempt: int
    assignment: AssignmentId
    cause: str


class StepStarted(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A step of a job's work began. Consumers: telemetry."""

    job: JobId
    attempt: int
    step: int  # its position, from 0
    name: str


class StepEnded(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A step is over, or was never reached. Consumers: telemetry."""

    job: JobId
    attempt: int
    step: int
    name: str
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
    requirements: Requirements = NONE  # where it may go, besides resources and labels


class JobAssigned(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A job has its place and waits for its worker. Consumers: the event log."""

    job: JobId
    assignment: AssignmentId


class JobStarted(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A job's work began: its queue wait is over. Consumers: telemetry."""

    job: JobId
    attempt: int


class JobRetried(Event, frozen=True, gc=False, tag=True, array_like=True):
    """An attempt was lost or failed; the job backs off before the next.

    Consumers: the timer of the back-off, telemetry.
    """

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
    cause: str = ""  # why it was cancelled: user, superseded, fail-fast, …


class MergeEntryQueued(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A change wants to be merged. Consumers: reports."""

    entry: EntryId
    tenant: str


class MergeBatchStarted(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A batch is to be tested, on top of so many batches ahead. Consumers: whoever submits its pipeline, reports."""

    batch: BatchId
    tenant: str
    entries: int
    ahead: int


class MergeBatchTested(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The pipeline of a batch has ended; what follows waits for the batches ahead. Consumers: the event log."""

    batch: BatchId
    tenant: str
    state: str


class MergeBatchEnded(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A batch merged, was ejected or split, or dissolved because of one ahead. Consumers: whoever runs its pipeline."""

    batch: BatchId
    tenant: str
    entries: int
    state: str


class MergeEntryEnded(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A change has been merged, or ejected from the queue. Consumers: reports."""

    entry: EntryId
    tenant: str
    state: str
    waited_us: int
