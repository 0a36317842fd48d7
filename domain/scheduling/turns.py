"""Whose turn it is: what each tenant holds, and the tenants in the allocator's order."""

from collections.abc import Sequence
from typing import ClassVar

from domain.scheduling.policies import Account, Allocator
from domain.scheduling.queue import DemandQueue
from domain.scheduling.ranking import ABSENT, Ranking, ShortRanking
from domain.shared.resources import Resources

FEW = 32
"""So many tenants are looked through faster than a heap of them is kept."""


class Turns:
    """A tenant takes part while one of its jobs could start; `tenants` are (name, weight), their order breaks ties."""

    keeps: ClassVar[bool] = False  # whether it is told who took a job: see turntaking/keeping

    def __init__(self, allocator: Allocator, tenants: Sequence[tuple[str, int]], queue: DemandQueue) -> None:
        self.accounts = [Account(weight=weight) for _, weight in tenants]
        self._alone = len(tenants) == 1
        self._allocator = allocator
        self._queue = queue
        self._order: Ranking | ShortRanking = ShortRanking(len(tenants)) if len(tenants) <= FEW else Ranking()
        self._total = (0, 0, 0, 0)
        self._changed: dict[int, None] = {}
        self._everybody = dict.fromkeys(range(len(tenants)))

    def first(self) -> int:
        """The tenant whose turn it is, or ABSENT."""
        if self._alone:
            return ABSENT if self._queue.heads[0] is None else 0
        changed = self._changed
        if changed:
            put, heads, accounts, total = self._order.set, self._queue.heads, self.accounts, self._total
            for tenant in changed:
                head = heads[tenant]
                if head is None:
                    put(tenant, ABSENT)
                else:
                    account = accounts[tenant]
                    account.head_sequence = head[1]
                    put(tenant, self._allocator(account, total))
            changed.clear()
        return self._order.first()

    def charge(self, tenant: int, ask: Resources, sign: int) -> None:
        """The tenant took (+1) or gave back (−1) this much."""
        account = self.accounts[tenant]
        account.cpu_millis += sign * ask.cpu_millis
        account.memory_mib += sign * ask.memory_mib
        if ask.disk_mib or ask.gpu_millis:
            account.disk_mib += sign * ask.disk_mib
            account.gpu_millis += sign * ask.gpu_millis
        self._changed[tenant] = None

    def refresh(self, tenant: int) -> None:
        """The tenant's queue changed: its place is brought up to date when somebody asks whose turn it is."""
        self._changed[tenant] = None

    def recount(self, capacity: Resources, sign: int) -> None:
        """The cluster grew (+1) or shrank (−1) by a node, and with it every tenant's share."""
        cpu, memory, disk, gpu = self._total
        self._total = (
            cpu + sign * capacity.cpu_millis,
            memory + sign * capacity.memory_mib,
            disk + sign * capacity.disk_mib,
            gpu + sign * capacity.gpu_millis,
        )
        self._changed.update(self._everybody)
