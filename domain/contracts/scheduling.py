"""Events that Scheduling publishes about nodes, offers and assignments."""

from domain.shared.events import Event
from domain.shared.ids import AssignmentId, InverseOfferId, JobId, NodeId, OfferId
from domain.shared.resources import Resources


class NodeJoined(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A node was announced and is on its way. Consumers: checkers."""

    node: NodeId
    pool: str
    capacity: Resources
    labels: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()  # key=value
    taints: tuple[str, ...] = ()  # key=value:Effect


class NodeReady(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A node may be offered, under this epoch. Consumers: checkers."""

    node: NodeId
    epoch: int


class NodeCordoned(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A node takes no new work; what runs there goes on. Consumers: checkers."""

    node: NodeId


class NodeDraining(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A node is being emptied: what still runs there at `deadline_us` is revoked. Consumers: the timer of the drain."""

    node: NodeId
    reason: str = ""
    deadline_us: int = 0


class NodeTainted(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The taints of a node are these from now on. Consumers: checkers."""

    node: NodeId
    taints: tuple[str, ...]


class NodeDown(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A node was lost with all that ran on it. Consumers: workers, checkers."""

    node: NodeId
    epoch: int


class NodeGone(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A node has left for good. Consumers: workers, artifacts, checkers."""

    node: NodeId


class OfferOpened(Event, frozen=True, gc=False, tag=True, array_like=True):
    """Capacity of one node is held for one tenant until `expires_at_us`. Consumers: reports."""

    offer: OfferId
    node: NodeId
    epoch: int
    tenant: str
    resources: Resources
    expires_at_us: int


class OfferClaimed(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The holder wants the offer for a job, and has until `lease_until_us` to commit. Consumers: checkers."""

    offer: OfferId
    job: JobId
    lease_until_us: int = 0


class OfferAccepted(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The claim was committed: the capacity is allocated. Consumers: reports."""

    offer: OfferId
    assignment: AssignmentId


class OfferRejected(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The claim could not be committed. Consumers: reports."""

    offer: OfferId
    reason: str


class OfferDeclined(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The holder has no use for the offer, and is not offered the node for such a job until the refusal window ends.

    Consumers: reports, the timer of the window.
    """

    offer: OfferId
    reason: str = ""
    until_us: int = 0


class OfferExpired(Event, frozen=True, gc=False, tag=True, array_like=True):
    """Nobody committed the offer in time: the capacity is free again. Consumers: reports."""

    offer: OfferId


class OfferRescinded(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The offer was taken back because its node or its job left. Consumers: reports."""

    offer: OfferId
    reason: str


class OfferShared(Event, frozen=True, gc=False, tag=True, array_like=True):
    """One of several schedulers plans to place a job there; nothing is held, others may too. Consumers: reports."""

    offer: OfferId
    node: NodeId
    epoch: int
    tenant: str
    resources: Resources
    expires_at_us: int


class OfferSpent(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The claims on a scheduler's offer of a node were committed; what they leave is free. Consumers: reports."""

    offer: OfferId
    assignments: tuple[str, ...]  # their numbers
    resources: Resources  # of them together


class BatchDecided(Event, frozen=True, gc=False, tag=True, array_like=True):
    """One of several schedulers has decided on a batch of jobs, by what it saw of the fleet `age_us` ago.

    Of `claims`, `placed` were committed, and `conflicts` were refused because others were faster.
    Consumers: reports.
    """

    holder: str
    claims: int
    placed: int
    conflicts: int
    age_us: int


class JobPlaced(Event, frozen=True, gc=False, tag=True, array_like=True):
    """An assignment was accepted: this attempt of the job goes to this node.

    Consumers: orchestration, workers, telemetry.
    """

    assignment: AssignmentId
    job: JobId
    attempt: int
    node: NodeId
    pool: str
    resources: Resources


class PlaceReserved(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A job that does not fit will have a place there by then, if what runs ends as estimated. Consumers: checkers."""

    job: JobId
    attempt: int
    node: NodeId
    start_us: int


class JobBackfilled(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A job goes ahead of another, whose turn it was and that does not fit yet. Consumers: checkers."""

    job: JobId
    attempt: int
    ahead_of: JobId


class PartPlaced(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A further place of a job that has several: nothing starts there by itself. Consumers: reports, checkers."""

    assignment: AssignmentId
    job: JobId
    attempt: int
    node: NodeId
    pool: str
    resources: Resources


class AssignmentRejected(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A claim was refused at its commit: the job waits again. Consumers: reports, the timer of the refusal window."""

    assignment: AssignmentId
    job: JobId
    node: NodeId
    reason: str
    until_us: int


class AssignmentReleased(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The attempt is over and its capacity is free. Consumers: workers (the machine may be idle), reports."""

    assignment: AssignmentId
    node: NodeId


class AssignmentRevoked(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The place was lost before the attempt was over. Consumers: workers, execution, orchestration."""

    assignment: AssignmentId
    job: JobId
    node: NodeId
    reason: str


class InverseOfferOpened(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A tenant is asked to give capacity on a node back by `deadline_us`. Consumers: the timer of the deadline."""

    inverse_offer: InverseOfferId
    node: NodeId
    tenant: str
    resources: Resources
    reason: str
    deadline_us: int


class InverseOfferAccepted(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The tenant gives the capacity back now. Consumers: reports."""

    inverse_offer: InverseOfferId


class InverseOfferDeclined(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The tenant goes on until the deadline, and is forced then. Consumers: reports."""

    inverse_offer: InverseOfferId
    reason: str


class InverseOfferExpired(Event, frozen=True, gc=False, tag=True, array_like=True):
    """The deadline passed without an answer: what still runs is revoked. Consumers: reports."""

    inverse_offer: InverseOfferId


class InverseOfferRescinded(Event, frozen=True, gc=False, tag=True, array_like=True):
    """There is nothing left to ask for: the work ended by itself, or its node left or stays. Consumers: reports."""

    inverse_offer: InverseOfferId
    reason: str


class QuotaReached(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A tenant has jobs that only its quota keeps waiting. Consumers: reports."""

    tenant: str
    reason: str


class QuotaFreed(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A tenant's quota keeps none of its jobs waiting any more. Consumers: reports."""

    tenant: str


class BurstStarted(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A tenant holds more than its usual limit, as it may until `until_us`. Consumers: the timer of the burst."""

    tenant: str
    until_us: int


class BurstEnded(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A tenant's burst is over; it must cool down until `until_us`. Consumers: the timer of the cool-down."""

    tenant: str
    until_us: int
