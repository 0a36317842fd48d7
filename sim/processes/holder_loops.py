"""Several schedulers in time: each thinks about a batch of its own, which commits when it has."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

from domain.contracts.scheduling import OfferOpened
from domain.scheduling.coordination.cell import Cell
from domain.scheduling.coordination.holders import Batch
from domain.scheduling.coordination.two_level import TwoLevelCell
from domain.shared.events import Translation
from sim.engine import Engine
from sim.processes.offer_loop import OfferLoop


class HolderLoops(OfferLoop):
    """At most one round a moment, as with one scheduler; who thinks is left out of it until it has.

    `measured`, if not 0, times how long its planning really took, in microseconds, is how long a scheduler thinks.
    """

    def __init__(
        self, engine: Engine, measured: float, after_round: Callable[[], None] | None, per_event: bool = False
    ) -> None:
        super().__init__(engine, 0, after_round, per_event)
        self.cell: Cell
        self.busy_of: dict[int, int] = {}  # scheduler → µs
        self._measured = measured
        self._alarms: dict[int, int] = {}  # scheduler → when it looks again
        self._began = 0.0

    def expiries(self) -> Translation:
        """Offers of nodes end when their time is up; those of single jobs when it is up while somebody thinks."""
        cell, engine = self.cell, self._engine
        if not isinstance(cell, TwoLevelCell):
            return {}

        def opened(event: OfferOpened) -> None:
            offer = cell.node_offers.get(event.offer)
            if offer is not None:
                engine.after(event.expires_at_us - event.at_us, expire, offer)

        def expire(offer: Any) -> None:
            if not offer.ended:
                cell.expire_node_offer(engine.now, offer)
                engine.after(max(cell.policy.decline_window_us, 1), revive)

        def revive(_: None) -> None:
            cell.revive(engine.now)

        return {OfferOpened: opened}

    def _round(self) -> None:
        self._pending = False
        cell, now = self.cell, self._engine.now
        self._began = perf_counter() if self._measured else 0.0
        cell.run_round(now, self._think)
        for holder in cell.holders:
            due = cell.look_again_at(holder) if holder.batch is None else -1
            if due > self._alarms.get(holder.number, -1):
                self._alarms[holder.number] = due
                self._engine.after(max(due - now, 0), self._alarm)
        if self._after_round:
            self._after_round()

    def _think(self, now: int, desk: int, batch: Batch) -> bool:
        us = self._takes_us(desk, batch)
        if not us:
            return False
        self.busy_us += us
        self.busy_of[desk] = self.busy_of.get(desk, 0) + us
        for claim in batch.claims:
            stands = getattr(claim, "lease_until_us", now + us + 1) - now
            if stands <= us:
                self._engine.after(max(stands, 0), self._expire, claim)
        self._engine.after(us, self._decided_on, desk)
        return True

    def _takes_us(self, desk: int, batch: Batch) -> int:
        if not self._measured:
            return self.cell.holders[desk].thinks_us(batch, len(batch.claims))
        now = perf_counter()
        took, self._began = now - self._began, now
        return max(1, int(took * self._measured * 1_000_000))

    def _alarm(self, _: None) -> None:
        self.wake()

    def _decided_on(self, desk: int) -> None:
        self.cell.decide(self._engine.now, desk)
