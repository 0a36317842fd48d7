"""The offer loop in time: at most one round a moment, after all else at that moment, and as long as deciding takes."""

from collections.abc import Callable

from domain.scheduling.offers import Offer
from domain.scheduling.scheduler import Scheduler
from sim.engine import AT_ONCE, Engine


class OfferLoop:
    """Runs a round when the scheduler says that something may be placed, and `after_round`, if any, behind it.

    With a decision time, a round opens all the offers it can and commits them one by one, each a decision time after
    the one before; an offer whose turn would come at or after the end of its claim's lease expires then. Until the last
    one is decided the scheduler is busy, and what happens meanwhile waits for the next round.
    """

    def __init__(
        self,
        engine: Engine,
        decision_time_us: int,
        after_round: Callable[[], None] | None,
        per_event: bool = False,
    ) -> None:
        """`per_event`: a round behind each thing that calls for one, before what else is due at that moment."""
        self.scheduler: Scheduler
        self.busy_us = 0
        self._engine = engine
        self._decision_time_us = decision_time_us
        self._after_round = after_round
        self._per_event = per_event
        self._muted = False
        self._pending = False  # a round is scheduled
        self._deciding = False
        self._again = False  # something became runnable while deciding

    def wake(self) -> None:
        """Something may be placed now that could not before."""
        if self._deciding:
            self._again = True
        elif not self._pending and not self._muted:
            self._pending = True
            if self._per_event:
                self._engine.ranked(AT_ONCE, 0, self._now)
            else:
                self._engine.at_close(self._round)

    def muted(self, call: Callable[[], None]) -> None:
        """Call `call()`, and let it cause no round: the caller wakes the loop when it is time."""
        self._muted = True
        call()
        self._muted = False

    def _now(self, _: None) -> None:
        self._round()

    def _round(self) -> None:
        self._pending = False
        now = self._engine.now
        if not self._decision_time_us:
            self.scheduler.run_round(now)
            if self._after_round:
                self._after_round()
            return
        offers: list[Offer] = []
        while (offer := self.scheduler.open_offer(now)) is not None:
            offers.append(offer)
        if not offers:
            if self._after_round:
                self._after_round()
            return
        self.scheduler.work["rounds"] += 1
        self._deciding = True
        for turn, offer in enumerate(offers, 1):
            decided_after, stands = turn * self._decision_time_us, offer.lease_until_us - now
            if decided_after < stands:
                self._engine.after(decided_after, self._commit, offer)
            else:
                self._engine.after(stands, self._expire, offer)
        busy = len(offers) * self._decision_time_us
        self.busy_us += busy
        self._engine.after(busy, self._decided)

    def _commit(self, offer: Offer) -> None:
        if not offer.ended:
            self.scheduler.commit(self._engine.now, offer)

    def _expire(self, offer: Offer) -> None:
        if not offer.ended:
            self.scheduler.expire(self._engine.now, offer)

    def _decided(self, _: None) -> None:
        self._deciding = False
        if self._after_round:
            self._after_round()
        if self._again:
            self._again = False
            self.wake()
