"""Events that Worker Management publishes about machines and workers."""

from domain.shared.events import Event
from domain.shared.ids import AssignmentId, JobId, NodeId, WorkerId
from domain.shared.resources import Resources


class MachineOrdered(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A provider was asked for one more machine of a pool. Consumers: scheduling (the node joins)."""

    node: NodeId
    provider: str
    pool: str
    capacity: Resources
    labels: tuple[str, ...]


class MachineReady(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The machine has booted and registered. Consumers: scheduling (the node becomes ready)."""

    node: NodeId
    pool: str


class MachineReturned(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The machine was given back to its provider, and is billed no longer. Consumers: telemetry."""

    node: NodeId
    pool: str


class WorkerRequested(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A provider was asked to start a worker on a node for a job. Consumers: telemetry."""

    worker: WorkerId
    node: NodeId
    pool: str
    job: JobId


class WorkerBooted(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The provider took the request and the worker is starting. Consumers: telemetry, the timer of its start."""

    worker: WorkerId
    pool: str


class WorkerReady(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The worker has registered and is idle. Consumers: telemetry."""

    worker: WorkerId


class WorkerAcquired(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The worker took a job. Consumers: execution (the attempt starts)."""

    worker: WorkerId
    node: NodeId
    assignment: AssignmentId
    job: JobId
    attempt: int


class WorkerReleased(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A reusable worker is done with its job and idle again. Consumers: telemetry, the timer of its idleness."""

    worker: WorkerId
    pool: str


class WorkerDraining(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The worker takes no more jobs. Consumers: telemetry."""

    worker: WorkerId


class WorkerFailed(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The worker died or never came. Consumers: telemetry."""

    worker: WorkerId
    cause: str


class WorkerTerminated(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The worker is gone. Consumers: telemetry."""

    worker: WorkerId
    jobs_served: int
