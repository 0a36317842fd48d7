"""Cells for tests: schedulers over one fleet, told short commands, with checkers that listen."""

from collections.abc import Sequence
from typing import Any

from domain.scheduling.coordination.models import Coordination, Desk
from domain.scheduling.coordination.partitioned import PartitionedCell
from domain.scheduling.coordination.shared_state import SharedStateCell
from domain.scheduling.coordination.two_level import TwoLevelCell
from domain.scheduling.policies import ALLOCATORS, ORDERINGS, PLACEMENTS
from domain.scheduling.scheduler import SchedulingPolicy
from tests.domain.cluster import TTL_US, Cluster

CELLS = {"partitioned": PartitionedCell, "shared-state": SharedStateCell, "two-level": TwoLevelCell}


class CellCluster(Cluster):
    """As a Cluster, of `schedulers` that take tenants in turn."""

    def __init__(
        self, model: str, schedulers: int = 1, allocator: str = "drf", ordering: str = "fifo",
        placement: str = "best-fit", tenants: Sequence[tuple[str, int]] = (("a", 1), ("b", 1)), **how: Any,
    ) -> None:  # fmt: skip
        policy = SchedulingPolicy(
            ALLOCATORS[allocator], ORDERINGS[ordering], PLACEMENTS[placement], TTL_US, decline_window_us=100
        )
        self.events: list = []
        self.wakes = 0
        desks = tuple(
            Desk(f"scheduler {number + 1}", tuple(range(number, len(tenants), schedulers)))
            for number in range(schedulers)
        )
        coordination = Coordination(model, desks, **how)
        self.scheduler = self.cell = CELLS[model](policy, tenants, self.events.append, self._wake, coordination)

    def holder(self, number: int) -> Any:
        return self.cell.holders[number]

    def plan(self, number: int, now: int = 0) -> Any:
        """A scheduler looks, plans, and begins to think."""
        self.cell.hand_out(now)
        holder = self.holder(number)
        holder.batch = self.cell.plan(now, holder)
        return holder.batch
