"""Partitioned: every node belongs to one scheduler for good, and nobody sees those of others."""

from collections.abc import Sequence

from domain.scheduling.coordination.cell import Cell
from domain.scheduling.coordination.holders import Batch, Holder
from domain.scheduling.coordination.views import extend, masked
from domain.scheduling.kinds import NodeKind
from domain.scheduling.ledger import GONE, CapacityLedger


class PartitionedCell(Cell):
    """A node that comes goes to the scheduler that has the fewest of its pool; ties to the one named first."""

    def _prepare(self) -> None:
        self._owner: dict[int, Holder] = {}  # row → whose it is
        self._pool: dict[int, str] = {}
        self._owned: dict[tuple[str, int], int] = {}  # (pool, scheduler) → nodes

    def _view(self) -> CapacityLedger:
        return masked(self.truth)

    def _described(self, row: int, kind: NodeKind) -> None:
        if row not in self._owner:
            pool = self._node_in[row].pool
            owner = min(self.holders, key=lambda one: (self._owned.get((pool, one.number), 0), one.number))
            self._owner[row] = owner
            self._owned[(pool, owner.number)] = self._owned.get((pool, owner.number), 0) + 1
            self._pool[row] = pool
        for holder in self.holders:
            extend(holder.ledger, self.truth)
            holder.ledger.state[row] = self.truth.state[row] if holder is self._owner[row] else GONE
            holder.choice.describe(row, kind)

    def _touched(self, row: int) -> None:
        owner = self._owner.get(row)
        if owner is None:
            return
        state = owner.ledger.state[row] = self.truth.state[row]
        owner.choice.touch(row)
        if state == GONE:
            del self._owner[row]
            self._owned[(self._pool.pop(row), owner.number)] -= 1

    def _watching(self, row: int) -> Sequence[Holder]:
        owner = self._owner.get(row)
        return (owner,) if owner is not None else ()

    def _commit(self, now: int, holder: Holder, batch: Batch) -> tuple[int, int]:
        """Nobody else could take what it holds: there are no conflicts, and a batch is whole by itself."""
        placed = 0
        for offer in batch.claims:
            if not offer.ended:
                self.commit(now, offer)
                placed += offer.state == "ACCEPTED"
        return placed, 0
