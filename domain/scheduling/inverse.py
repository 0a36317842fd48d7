"""InverseOffer: a tenant is asked to give capacity of a node back by a deadline."""

from typing import ClassVar

from domain.contracts.scheduling import (
    InverseOfferAccepted,
    InverseOfferDeclined,
    InverseOfferExpired,
    InverseOfferOpened,
    InverseOfferRescinded,
)
from domain.scheduling.nodes import Node
from domain.scheduling.offers import Assignment
from domain.shared.events import Event
from domain.shared.ids import InverseOfferId
from domain.shared.lifecycle import Aggregate, Table
from domain.shared.resources import Resources

NOBODY = -1


class InverseOffer(Aggregate, eq=False):
    """OPEN → ACCEPTED | DECLINED | EXPIRED | RESCINDED.

    Accepted, the work goes at once; declined or expired, it goes at the deadline, willing or not. `claimant` is the
    tenant that wants its guarantee back, or NOBODY when the node is needed. The work may end before, by itself.
    """

    INITIAL: ClassVar[str] = "OPEN"
    MOVES: ClassVar[Table] = {
        "OPEN": {"accept": "ACCEPTED", "decline": "DECLINED", "expire": "EXPIRED", "rescind": "RESCINDED"},
        "ACCEPTED": {},
        "DECLINED": {},
        "EXPIRED": {},
        "RESCINDED": {},
    }

    id: InverseOfferId
    node: Node
    tenant: int
    work: list[Assignment]
    reason: str
    deadline_us: int
    claimant: int = NOBODY
    state: str = "OPEN"
    reclaim: int = 0  # the inverse offers that together make room for one job have the same

    def opened(self, now: int, tenant: str) -> Event:
        resources = Resources()
        for assignment in self.work:
            resources += assignment.resources
        return InverseOfferOpened(now, self.id, self.node.id, tenant, resources, self.reason, self.deadline_us)

    def accept(self, now: int) -> Event:
        self.move("accept")
        return InverseOfferAccepted(now, self.id)

    def decline(self, now: int, reason: str) -> Event:
        self.move("decline")
        return InverseOfferDeclined(now, self.id, reason)

    def expire(self, now: int) -> Event:
        self.move("expire")
        return InverseOfferExpired(now, self.id)

    def rescind(self, now: int, reason: str) -> Event:
        self.move("rescind")
        return InverseOfferRescinded(now, self.id, reason)
