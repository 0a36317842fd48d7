"""Offers to one of several schedulers: shared ones, which hold nothing, and whole nodes, which several jobs may use."""

from typing import ClassVar

import msgspec

from domain.contracts.scheduling import (
    OfferClaimed,
    OfferDeclined,
    OfferExpired,
    OfferOpened,
    OfferRejected,
    OfferRescinded,
    OfferShared,
    OfferSpent,
)
from domain.scheduling.demand import Demand
from domain.scheduling.nodes import Node
from domain.scheduling.offers import Offer
from domain.shared.events import Event
from domain.shared.ids import AssignmentId, OfferId
from domain.shared.lifecycle import Aggregate, Table
from domain.shared.resources import Resources


class SharedOffer(Offer, eq=False):
    """As an Offer, but it holds nothing: the same room may be on offer to others, and the first to commit gets it."""

    def opened(self, now: int, tenant: str) -> Event:
        return OfferShared(now, self.id, self.node.id, self.epoch, tenant, self.resources, self.expires_at_us)


class Claim(msgspec.Struct, eq=False):
    """What of a node's offer one job is to have."""

    demand: Demand
    resources: Resources


class NodeOffer(Aggregate, eq=False):
    """Free capacity of a node that one scheduler holds, and that several of its jobs may use: as an Offer moves."""

    INITIAL: ClassVar[str] = "OPEN"
    MOVES: ClassVar[Table] = Offer.MOVES

    id: OfferId
    node: Node
    epoch: int  # of the node when the offer was opened
    desk: int
    resources: Resources
    expires_at_us: int
    claims: list[Claim]
    state: str = "OPEN"

    def opened(self, now: int, holder: str) -> Event:
        return OfferOpened(now, self.id, self.node.id, self.epoch, holder, self.resources, self.expires_at_us)

    def claim(self, now: int, claim: Claim, lease_us: int) -> Event:
        """One job more; the first starts the lease of them all."""
        if not self.claims:
            if self.state == "OPEN":
                self.move("claim")
            self.expires_at_us = min(self.expires_at_us, now + lease_us)
        self.claims.append(claim)
        return OfferClaimed(now, self.id, claim.demand.job, self.expires_at_us)

    def used(self) -> Resources:
        total = Resources()
        for claim in self.claims:
            total += claim.resources
        return total

    def spend(self, now: int, assignments: list[AssignmentId]) -> Event:
        """Its claims commit; what they leave is free at once."""
        self.move("accept")
        return OfferSpent(now, self.id, tuple(map(str, assignments)), self.used())

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
