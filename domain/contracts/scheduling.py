"""Events that Scheduling publishes about nodes, offers and assignments."""

from domain.shared.events import Event
from domain.shared.ids import AssignmentId, JobId, NodeId, OfferId
from domain.shared.resources import Resources


class NodeJoined(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A node was announced and is on its way. Consumers: telemetry."""

    node: NodeId
    pool: str
    capacity: Resources


class NodeReady(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A node may be offered, under this epoch. Consumers: telemetry."""

    node: NodeId
    epoch: int


class NodeCordoned(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A node takes no new work; what runs there goes on. Consumers: telemetry."""

    node: NodeId


class NodeDraining(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A node is being emptied. Consumers: telemetry."""

    node: NodeId


class NodeDown(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A node was lost with all that ran on it. Consumers: workers, telemetry."""

    node: NodeId
    epoch: int


class NodeGone(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A node has left for good. Consumers: workers, telemetry."""

    node: NodeId


class OfferOpened(Event, frozen=True, gc=False, tag=True, array_like=True):
    """Capacity of one node is held for one tenant until `expires_at_us`. Consumers: telemetry."""

    offer: OfferId
    node: NodeId
    epoch: int
    tenant: str
    resources: Resources
    expires_at_us: int


class OfferClaimed(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The holder wants the offer for a job. Consumers: telemetry."""

    offer: OfferId
    job: JobId


class OfferAccepted(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The claim was committed: the capacity is allocated. Consumers: telemetry."""

    offer: OfferId
    assignment: AssignmentId


class OfferRejected(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The claim could not be committed. Consumers: telemetry."""

    offer: OfferId
    reason: str


class OfferDeclined(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The holder has no use for the offer. Consumers: telemetry."""

    offer: OfferId


class OfferExpired(Event, frozen=True, gc=False, tag=True, array_like=True):
    """Nobody committed the offer in time: the capacity is free again. Consumers: telemetry."""

    offer: OfferId


class OfferRescinded(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The offer was taken back because its node or its job left. Consumers: telemetry."""

    offer: OfferId
    reason: str


class JobPlaced(Event, frozen=True, gc=False, tag=True, array_like=True):
    """An assignment was accepted: this attempt of the job goes to this node. Consumers: orchestration, workers."""

    assignment: AssignmentId
    job: JobId
    attempt: int
    node: NodeId
    pool: str
    resources: Resources


class AssignmentReleased(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The attempt is over and its capacity is free. Consumers: workers (the machine may be idle), telemetry."""

    assignment: AssignmentId
    node: NodeId


class AssignmentRevoked(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The place was lost before the attempt was over. Consumers: workers, execution, orchestration."""

    assignment: AssignmentId
    job: JobId
    node: NodeId
    reason: str
