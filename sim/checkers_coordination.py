"""What several schedulers promise together: no room given twice, nothing held past its time."""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from msgspec.structs import replace

from domain.contracts.scheduling import (
    JobPlaced,
    NodeGone,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferOpened,
    OfferRejected,
    OfferRescinded,
    OfferShared,
    OfferSpent,
)
from domain.shared.events import Event, Translation
from domain.shared.resources import Resources
from sim.checkers import ConservationOfCapacity, PromiseBroken


def _demand(holds: bool, event: Event, promise: str) -> None:
    if not holds:
        raise PromiseBroken(f"at {event.at_us} µs: {promise}: {event}")


class ConservationAmongSchedulers(ConservationOfCapacity):
    """As with one scheduler; besides, shared offers hold nothing, and an offer of a node may carry several jobs.

    No offer stands longer than `ttl_us`: so nobody can keep others from a node by hoarding it.
    """

    def __init__(self, ttl_us: int) -> None:
        super().__init__()
        self._ttl_us = ttl_us
        self._shared: dict[int, OfferShared] = {}
        self._ends: list[tuple[int, int]] = []  # a heap of (when an offer must have ended, offer)
        self._drawn: dict[int, OfferOpened] = {}  # assignment → the offer of a node that names it
        self._left: dict[int, Resources] = {}  # spent offer → what its assignments have not taken over yet

    def subscriptions(self) -> Translation:
        mine: Translation = {OfferShared: self._planned, OfferSpent: self._spent}
        return {kind: self._on_time(call) for kind, call in {**super().subscriptions(), **mine}.items()}

    def at_end(self) -> Any:
        yield from super().at_end()
        if self._shared:
            yield f"{len(self._shared)} shared offers never ended"
        if self._drawn:
            yield f"{len(self._drawn)} assignments of accepted offers never came"

    def _on_time(self, call: Callable[[Any], None]) -> Callable[[Any], None]:
        def checked(event: Any) -> None:
            while self._ends and self._ends[0][0] < event.at_us:
                expired, offer = heappop(self._ends)
                open_still = offer in self._offers or offer in self._shared
                _demand(not open_still, event, f"offer {offer} ends at {expired} at the latest")
            call(event)

        return checked

    def _opened(self, event: OfferOpened) -> None:
        super()._opened(event)
        self._stands(event)

    def _planned(self, event: OfferShared) -> None:
        _demand(event.node in self._capacity, event, "only nodes that are there are planned on")
        self._shared[event.offer] = event
        self._stands(event)

    def _stands(self, event: OfferOpened | OfferShared) -> None:
        _demand(0 < event.expires_at_us - event.at_us <= self._ttl_us, event, "no offer stands longer than its time")
        heappush(self._ends, (event.expires_at_us, event.offer))

    def _live_offer(self, event: Any) -> None:
        shared = self._shared.get(event.offer)
        if shared is None:
            super()._live_offer(event)
            return
        _demand(event.at_us < shared.expires_at_us, event, "only live offers are claimed")
        if event.lease_until_us and event.lease_until_us != shared.expires_at_us:
            _demand(event.lease_until_us < shared.expires_at_us, event, "a claim never outlives its offer")
            self._shared[event.offer] = replace(shared, expires_at_us=event.lease_until_us)

    def _accepted(self, event: OfferAccepted) -> None:
        shared = self._shared.pop(event.offer, None)
        if shared is not None:  # it holds something from now on
            opened = OfferOpened(
                shared.at_us, shared.offer, shared.node, shared.epoch, shared.tenant, shared.resources,
                shared.expires_at_us,
            )  # fmt: skip
            self._offers[event.offer] = opened
            _demand(shared.node in self._used, event, "a claim commits only on a node that is there")
            self._used[shared.node] += shared.resources
        super()._accepted(event)

    def _unused(self, event: OfferDeclined | OfferExpired | OfferRejected | OfferRescinded) -> None:
        shared = self._shared.pop(event.offer, None)
        if shared is None:
            super()._unused(event)
        elif isinstance(event, OfferExpired):
            _demand(event.at_us == shared.expires_at_us, event, f"expiry is exactly at {shared.expires_at_us}")

    def _spent(self, event: OfferSpent) -> None:
        offer = self._offers.pop(event.offer, None)
        _demand(offer is not None, event, "an offer ends once")
        assert offer is not None
        _demand(bool(event.assignments), event, "an accepted offer names its assignments")
        _demand(self._epoch.get(offer.node) == offer.epoch, event, "a claim with an old epoch never commits")
        _demand(event.at_us < offer.expires_at_us, event, "an expired offer is never accepted")
        _demand(event.resources.fits_in(offer.resources), event, "no more is used than was offered")
        self._used[offer.node] -= offer.resources
        self._left[event.offer] = event.resources
        for assignment in map(int, event.assignments):
            self._drawn[assignment] = offer

    def _placed(self, event: JobPlaced) -> None:
        offer = self._drawn.pop(event.assignment, None)
        if offer is not None:
            left = self._left.get(offer.offer, Resources())
            _demand(event.resources.fits_in(left), event, f"no more is placed than the offer says, {left} is left")
            self._left[offer.offer] = left - event.resources
            if self._left[offer.offer] == Resources():
                del self._left[offer.offer]
            self._accepted_offers[event.assignment] = replace(offer, resources=event.resources)
        super()._placed(event)

    def _gone(self, event: NodeGone) -> None:
        planned = [one for one in self._shared.values() if one.node == event.node]
        _demand(not planned, event, "all offers of a leaving node are rescinded")
        super()._gone(event)
