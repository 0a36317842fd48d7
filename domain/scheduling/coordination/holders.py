"""One of several schedulers: its desk, what it sees, who waits for it, and what it thinks about."""

from collections.abc import Sequence
from typing import Any

import msgspec

from domain.scheduling.coordination.models import Desk
from domain.scheduling.ledger import CapacityLedger
from domain.scheduling.policies import Account
from domain.scheduling.queue import DemandQueue
from domain.scheduling.rows import RowChoice
from domain.scheduling.scan import NodeChoice
from domain.scheduling.turns import Turns


class Batch(msgspec.Struct, eq=False):
    """What a scheduler decides on at once, planned by what it saw at `looked_at_us`."""

    claims: Sequence[Any]  # offers, or claims on offers of nodes
    looked_at_us: int


class Holder:
    """Holds offers for the tenants it decides for. `batch` is what it thinks about, if it does."""

    __slots__ = (
        "account", "batch", "changed", "choice", "desk", "ledger", "looked_at_us", "number", "offers", "queue",
        "refused", "row_choice", "seen", "served", "turns",
    )  # fmt: skip

    def __init__(
        self, number: int, desk: Desk, ledger: CapacityLedger, queue: DemandQueue, turns: Turns, choice: NodeChoice,
        row_choice: RowChoice | None = None,
    ) -> None:  # fmt: skip
        self.number = number
        self.desk = desk
        self.ledger = ledger
        self.queue = queue
        self.turns = turns
        self.choice = choice
        self.row_choice = row_choice  # where nodes that are alike are not equal, or only some are looked at
        self.batch: Batch | None = None
        self.looked_at_us = -1
        self.changed: dict[int, None] = {}  # shared-state: rows that are not what its snapshot says
        self.seen: dict[int, int] = {}  # shared-state: row → how often it had changed when the snapshot was taken
        self.offers: dict[int, Any] = {}  # two-level: row → what it holds of it
        self.refused: dict[int, int] = {}  # two-level: row → until when it does not want it
        self.account = Account(weight=1)  # two-level: what it holds, on offers or allocated
        self.served = 0  # two-level: how many offers had been made when it got its latest

    def thinks_us(self, batch: Batch, places: int) -> int:
        """How long about a batch that needs so many places."""
        return len(batch.claims) * self.desk.per_job_us + places * self.desk.per_task_us

    def waits(self) -> bool:
        """Whether any of its jobs wants a place."""
        return any(self.queue.waiting)
