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
    attributes: tuple[str, ...] = ()  # key=value
    taints: tuple[str, ...] = ()  # key=value:Effect


class MachineReady(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The machine has booted and registered. Consumers: scheduling (the node becomes ready)."""

    node: NodeId
    pool: str


class MachineReturned(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The machine was given back to its provider, and is billed no longer. Consumers: reports."""

    node: NodeId
    pool: str


class MachineFailed(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The machine died, was taken away or never came, by `cause`. Consumers: scheduling (the node is lost)."""

    node: NodeId
    pool: str
    cause: str
    comes_back: int  # 1: the same machine will be back
    turn: int = 0  # how often the machine had failed, been leaving or recovered before


class MachineRecovered(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A machine that had died or was maintained is back. Consumers: scheduling (the node is ready again)."""

    node: NodeId
    pool: str
    turn: int = 0  # as in MachineFailed


class MachineLeaving(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The machine takes no new work, and will be gone at `gone_at_us` (0: when its job ends) by `cause`.

    Consumers: scheduling (the node is cordoned or drained).
    """

    node: NodeId
    pool: str
    cause: str
    gone_at_us: int
    comes_back: int  # 1: the same machine will be back
    turn: int = 0  # as in MachineFailed


class MachineSpent(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A machine for one job has served it. Consumers: scheduling (the node leaves)."""

    node: NodeId
    pool: str


class OrderFailed(Event, frozen=True, gc=False, tag=True, array_like=True):
    """An order came to nothing, by `reason`; another may be tried at `retry_at_us`. Consumers: the timer of retries."""

    provider: str
    pool: str
    reason: str
    retry_at_us: int


class ProviderChanged(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A provider is in another state: ACTIVE, DEGRADED, MAINTENANCE or DISABLED. Consumers: the loop that orders."""

    provider: str
    state: str
    reason: str


class CircuitChanged(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The circuit breaker of a provider's endpoint is CLOSED, OPEN or HALF_OPEN now. Consumers: reports."""

    provider: str
    state: str
    retry_at_us: int  # when OPEN: from when on it may be probed


class WorkerRequested(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A provider was asked to start a worker on a node for a job. Consumers: telemetry."""

    worker: WorkerId
    node: NodeId
    pool: str
    job: JobId


class WorkerBooted(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The provider took the request and the worker is starting. Consumers: checkers, the timer of its start."""

    worker: WorkerId
    pool: str


class WorkerReady(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The worker has registered and is idle. Consumers: telemetry."""

    worker: WorkerId


class WorkerAcquired(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The worker took a job. Consumers: execution (the attempt starts), telemetry."""

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
    """The worker takes no more jobs. Consumers: telemetry, the timer of its time to live."""

    worker: WorkerId


class WorkerFailed(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The worker died or never came. Consumers: telemetry."""

    worker: WorkerId
    cause: str


class WorkerTerminated(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The worker is gone. Consumers: telemetry."""

    worker: WorkerId
    jobs_served: int


class JobStranded(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The worker of a job is gone, by `cause`, and its place of no use. Consumers: scheduling (it is revoked)."""

    assignment: AssignmentId
    job: JobId
    worker: WorkerId
    cause: str
