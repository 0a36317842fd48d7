"""Events that Execution publishes about single attempts of jobs."""

from domain.shared.events import Event
from domain.shared.ids import AssignmentId, ExecutionId, JobId, NodeId, WorkerId


class ExecutionStarted(Event, frozen=True, gc=False, tag=True, array_like=True):
    """An attempt began to prepare on its worker. Consumers: orchestration, artifacts, security, telemetry."""

    execution: ExecutionId
    job: JobId
    attempt: int
    worker: WorkerId
    node: NodeId


class ExecutionRunning(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The attempt is prepared and the user's work runs. Consumers: telemetry."""

    execution: ExecutionId


class ExecutionUploading(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The user's work succeeded and its results are being stored. Consumers: telemetry."""

    execution: ExecutionId


class ExecutionEnded(Event, frozen=True, gc=False, tag=True, array_like=True):
    """An attempt is over, in a terminal `state`. `cause`: `user`, `infra`, `preempted` or nobody; `reason` says why.

    Consumers: orchestration (the job ends or retries), workers (the worker is free), scheduling (capacity is free),
    artifacts (what it has open ends), security (its token ends), telemetry.
    """

    execution: ExecutionId
    job: JobId
    attempt: int
    assignment: AssignmentId
    worker: WorkerId
    node: NodeId
    state: str
    cause: str
    ran_us: int
    reason: str = ""
