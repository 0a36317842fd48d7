"""Offer and Assignment: how capacity of a node is held for a tenant, claimed for a job, and given back."""

from typing import ClassVar

from domain.contracts.scheduling import (
    AssignmentRejected,
    AssignmentReleased,
    AssignmentRevoked,
    JobPlaced,
    OfferAccepted,
    OfferClaimed,
    OfferDeclined,
    OfferExpired,
    OfferOpened,
    OfferRejected,
    OfferRescinded,
    PartPlaced,
)
from domain.scheduling.demand import Demand
from domain.scheduling.nodes import Node
from domain.shared.events import Event
from domain.shared.ids import AssignmentId, OfferId
from domain.shared.lifecycle import Aggregate, Table
from domain.shared.resources import Resources


class Offer(Aggregate, eq=False):
    """OPEN → CLAIMED | DECLINED | EXPIRED | RESCINDED; CLAIMED → ACCEPTED | REJECTED | EXPIRED | RESCINDED."""

    INITIAL: ClassVar[str] = "OPEN"
    MOVES: ClassVar[Table] = {
        "OPEN": {"claim": "CLAIMED", "decline": "DECLINED", "expire": "EXPIRED", "rescind": "RESCINDED"},
        "CLAIMED": {"accept": "ACCEPTED", "reject": "REJECTED", "expire": "EXPIRED", "rescind": "RESCINDED"},
        "ACCEPTED": {},
        "DECLINED": {},
        "REJECTED": {},
        "EXPIRED": {},
        "RESCINDED": {},
    }

    id: OfferId
    node: Node
    epoch: int  # of the node when the offer was opened
    demand: Demand
    resources: Resources
    expires_at_us: int
    state: str = "OPEN"
    lease_until_us: int = 0  # of its claim

    def opened(self, now: int, tenant: str) -> Event:
        return OfferOpened(now, self.id, self.node.id, self.epoch, tenant, self.resources, self.expires_at_us)

    def claim(self, now: int, lease_us: int) -> Event:
        """The holder wants it, and must commit within the lease, and before the offer's own end."""
        self.move("claim")
        self.lease_until_us = min(self.expires_at_us, now + lease_us)
        return OfferClaimed(now, self.id, self.demand.job, self.lease_until_us)

    def accept(self, now: int, assignment: AssignmentId) -> Event:
        self.move("accept")
        return OfferAccepted(now, self.id, assignment)

    def reject(self, now: int, reason: str) -> Event:
        self.move("reject")
        return OfferRejected(now, self.id, reason)

    def decline(self, now: int, reason: str, until_us: int) -> Event:
        self.move("decline")
        return OfferDeclined(now, self.id, reason, until_us)

    def expire(self, now: int) -> Event:
        self.move("expire")
        return OfferExpired(now, self.id)

    def rescind(self, now: int, reason: str) -> Event:
        self.move("rescind")
        return OfferRescinded(now, self.id, reason)


class Assignment(Aggregate, eq=False):
    """PROPOSED → ACCEPTED → RELEASED; PROPOSED → REJECTED; ACCEPTED → REVOKED."""

    INITIAL: ClassVar[str] = "PROPOSED"
    MOVES: ClassVar[Table] = {
        "PROPOSED": {"accept": "ACCEPTED", "reject": "REJECTED"},
        "ACCEPTED": {"release": "RELEASED", "revoke": "REVOKED"},
        "REJECTED": {},
        "RELEASED": {},
        "REVOKED": {},
    }

    id: AssignmentId
    node: Node
    demand: Demand
    resources: Resources
    state: str = "PROPOSED"
    part: bool = False  # of a job that has its own place elsewhere

    def accept(self, now: int) -> Event:
        self.move("accept")
        demand, node = self.demand, self.node
        if self.part:
            return PartPlaced(now, self.id, demand.job, demand.attempt, node.id, node.pool, self.resources)
        return JobPlaced(now, self.id, demand.job, demand.attempt, node.id, node.pool, self.resources)

    def reject(self, now: int, reason: str, until_us: int) -> Event:
        self.move("reject")
        return AssignmentRejected(now, self.id, self.demand.job, self.node.id, reason, until_us)

    def release(self, now: int) -> Event:
        self.move("release")
        return AssignmentReleased(now, self.id, self.node.id)

    def revoke(self, now: int, reason: str) -> Event:
        self.move("revoke")
        return AssignmentRevoked(now, self.id, self.demand.job, self.node.id, reason)
