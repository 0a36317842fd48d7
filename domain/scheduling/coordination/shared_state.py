"""Shared state: every scheduler plans on a snapshot of the whole fleet; whoever commits first gets the room.

Schwarzkopf et al., "Omega: flexible, scalable schedulers for large compute clusters", EuroSys 2013, sections 3.4 and 5:
transactions of one or several claims, incremental or whole-or-nothing; conflicts by overcommitment (fine) or by any
change of the machine (coarse). After a conflict only the node in question is looked at anew, unless `refresh_us` is 0.
"""

from domain.scheduling.coordination.cell import Cell
from domain.scheduling.coordination.holders import Batch, Holder
from domain.scheduling.coordination.offers import SharedOffer
from domain.scheduling.coordination.views import Snapshot, copy_row, extend
from domain.scheduling.kinds import NodeKind
from domain.scheduling.ledger import GONE, READY, CapacityLedger
from domain.scheduling.nodes import Node
from domain.scheduling.offers import Assignment, Offer
from domain.shared.ids import NodeId
from domain.shared.refusals import Refused

CONFLICT = "conflict"
"""Others were faster: there is no room any more or, in coarse detection, not the same room."""
GANG = "gang"
"""Another claim of the batch was in conflict."""


class SharedStateCell(Cell):
    """The truth is in one ledger that only commits change; a node that has gone for good is known of at once."""

    offer_kind = SharedOffer

    def _prepare(self) -> None:
        self._changes: list[int] = []  # row → how often it has changed

    def _view(self) -> CapacityLedger:
        return Snapshot()

    def _described(self, row: int, kind: NodeKind) -> None:
        self._changes.extend([0] * (row + 1 - len(self._changes)))
        self._changes[row] += 1
        for holder in self.holders:
            extend(holder.ledger, self.truth)
            copy_row(holder.ledger, self.truth, row)
            holder.seen[row] = self._changes[row]
            holder.choice.describe(row, kind)

    def _touched(self, row: int) -> None:
        self._changes[row] += 1
        for holder in self.holders:
            holder.changed[row] = None
            if self.truth.state[row] == GONE:
                self._look_at(holder, row)

    def _gained(self, row: int, more: bool = True) -> None:
        super()._gained(row, more)
        if self._seated is None:
            self._on_runnable()

    def _drained(self, now: int, node: Node) -> None:
        """Others may plan on a node that holds nothing."""
        self._rescind_offers(now, node, "node-left")
        super()._drained(now, node)

    def lose_node(self, now: int, id: NodeId, comes_back: bool = False, reason: str = "node-lost") -> Refused | None:
        node = self.nodes.get(id)
        if node is not None and node.state == "DOWN":
            self._rescind_offers(now, node, reason)
        return super().lose_node(now, id, comes_back, reason)

    # --- snapshots -----------------------------------------------------------------------------------------------

    def _look_around(self, now: int, holder: Holder) -> None:
        refresh_us = self.coordination.refresh_us
        if holder.looked_at_us >= 0 and refresh_us and now < holder.looked_at_us + refresh_us:
            return
        holder.looked_at_us = now
        rows = list(holder.changed)
        with self._at(holder):
            for row in rows:
                self._look_at(holder, row)
                if holder.ledger.state[row] == READY:
                    self._gained(row)  # wakes what fits there now

    def look_again_at(self, holder: Holder) -> int:
        refresh_us = self.coordination.refresh_us
        return holder.looked_at_us + refresh_us if refresh_us and holder.changed and holder.waits() else -1

    def _look_at(self, holder: Holder, row: int) -> None:
        copy_row(holder.ledger, self.truth, row)
        holder.seen[row] = self._changes[row]
        holder.changed.pop(row, None)
        holder.choice.touch(row)

    # --- transactions --------------------------------------------------------------------------------------------

    def _commit(self, now: int, holder: Holder, batch: Batch) -> tuple[int, int]:
        standing: list[Offer] = [offer for offer in batch.claims if not offer.ended]
        against = [self._conflict(holder, offer) for offer in standing]
        for at, offer in enumerate(standing):  # several claims may be on one node
            if not against[at] and not offer.resources.fits_in(self.truth.free(offer.node.row)):
                against[at] = CONFLICT
            if not against[at]:
                self.truth.take(offer.node.row, offer.resources)
        conflicts = sum(map(bool, against))
        if self.coordination.gang and (conflicts or len(standing) < len(batch.claims)):
            for at, offer in enumerate(standing):
                if not against[at]:
                    self.truth.give(offer.node.row, offer.resources)
                    against[at] = GANG
        placed = 0
        for offer, why in zip(standing, against, strict=True):
            if why:
                self._fail(now, holder, offer, why)
            else:
                placed += self._win(now, holder, offer)
        return placed, conflicts

    def _conflict(self, holder: Holder, offer: Offer) -> str:
        row = offer.node.row
        if self.truth.epoch[row] != offer.epoch or self.truth.state[row] != READY:
            return "stale-epoch"
        if self.coordination.coarse and self._changes[row] != holder.seen[row]:
            return CONFLICT
        return ""

    def _win(self, now: int, holder: Holder, offer: Offer) -> bool:
        """The truth has taken it already; a tenant or its quota may still refuse."""
        row = offer.node.row
        same = self._changes[row] == holder.seen[row]
        self._touched(row)
        if same:  # nobody else has changed the row since: the scheduler knows all there is to know of it
            holder.seen[row] = self._changes[row]
            holder.changed.pop(row, None)
        with self._at(holder):
            done = super().commit(now, offer)
        if isinstance(done, Assignment):
            return True
        self.truth.give(row, offer.resources)
        self._touched(row)
        return False

    def _fail(self, now: int, holder: Holder, offer: Offer, why: str) -> None:
        with self._at(holder):
            self._publish(offer.reject(now, why))
            super()._return(now, offer, requeue=True, more=False)
            self._look_at(holder, offer.node.row)
