"""Whose turn it is: what each tenant holds, and the tenants in the allocator's order."""

from collections.abc import Sequence

from domain.scheduling.policies import Account, Allocator
from domain.scheduling.queue import DemandQueue
from domain.scheduling.ranking import ABSENT, Ranking
from domain.shared.resources import Resources


class Turns:
    """A tenant takes part while one of its jobs could start; `tenants` are (name, weight), their order breaks ties."""

    def __init__(self, allocator: Allocator, tenants: Sequence[tuple[str, int]], queue: DemandQueue) -> None:
        self.accounts = [Account(weight=weight) for _, weight in tenants]
        self._alone = len(tenants) == 1
        self._allocator = allocator
        self._queue = queue
        self._order = Ranking()
        self._total = (0, 0, 0, 0)

    def first(self) -> int:
        """The tenant whose turn it is, or ABSENT."""
        if self._alone:
            return ABSENT if self._queue.heads[0] is None else 0
        return self._order.first()

    def charge(self, tenant: int, ask: Resources, sign: int) -> None:
        """The tenant took (+1) or gave back (−1) this much."""
        account = self.accounts[tenant]
        account.cpu_millis += sign * ask.cpu_millis
        account.memory_mib += sign * ask.memory_mib
        if ask.disk_mib or ask.gpu_millis:
            account.disk_mib += sign * ask.disk_mib
            account.gpu_millis += sign * ask.gpu_millis
        if sign > 0 or self._queue.heads[tenant] is not None:
            self.refresh(tenant)

    def refresh(self, tenant: int) -> None:
        """Bring the tenant's place up to date after its queue or its account changed."""
        if self._alone:  # it is always its turn
            return
        head = self._queue.heads[tenant]
        if head is None:
            self._order.set(tenant, ABSENT)
            return
        account = self.accounts[tenant]
        account.head_sequence = head[1]
        self._order.set(tenant, self._allocator(account, self._total))

    def recount(self, capacity: Resources, sign: int) -> None:
        """The cluster grew (+1) or shrank (−1) by a node, and with it every tenant's share."""
        cpu, memory, disk, gpu = self._total
        self._total = (
            cpu + sign * capacity.cpu_millis,
            memory + sign * capacity.memory_mib,
            disk + sign * capacity.disk_mib,
            gpu + sign * capacity.gpu_millis,
        )
        for tenant, head in enumerate(self._queue.heads):
            if head is not None:  # who has none takes no part
                self.refresh(tenant)
