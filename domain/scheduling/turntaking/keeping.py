"""Turns whose accounts say more than what is held: jobs that run, standing, and what was taken in which turn."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from domain.scheduling.demand import Demand
from domain.scheduling.policies.account import EQUAL, Account, Standing
from domain.scheduling.policies.allocators import Allocator
from domain.scheduling.queue import DemandQueue
from domain.scheduling.quotas import Amounts
from domain.scheduling.ranking import ABSENT
from domain.scheduling.turns import Turns
from domain.shared.resources import Resources


class KeptTurns(Turns):
    """Counts the jobs of each tenant, and tells a kind of turns who waits, who took a job, and who waits for nothing.

    A tenant that waits only for shapes that fit nowhere now has no turn, but keeps its place in the books.
    """

    keeps: ClassVar[bool] = True

    def __init__(
        self, allocator: Allocator, tenants: Sequence[tuple[str, int]], queue: DemandQueue,
        standing: Mapping[str, Standing], ageing_us: int, guarantees: Sequence[Amounts],
    ) -> None:  # fmt: skip
        super().__init__(allocator, tenants, queue)
        self._active = [False] * len(tenants)
        for (name, weight), account in zip(tenants, self.accounts, strict=True):
            own = standing.get(name, EQUAL)
            account.priority, account.ageing_us = own.priority, ageing_us
            account.weights = own.weights or (weight,) * 4
        for account, guarantee in zip(self.accounts, guarantees, strict=False):
            account.guarantee = guarantee

    def first(self) -> int:
        if self._alone:
            return super().first()
        self._bring_up_to_date()
        return self._order.first()

    def charge(self, tenant: int, ask: Resources, sign: int) -> None:
        super().charge(tenant, ask, sign)
        self.accounts[tenant].running += sign

    def took(self, demand: Demand) -> None:
        """The tenant of a job that has just been given a place had its turn."""

    def returned(self, demand: Demand) -> None:
        """The place came to nothing."""

    def _bring_up_to_date(self) -> None:
        put, heads, accounts, total = self._order.set, self._queue.heads, self.accounts, self._total
        for tenant in self._changed:
            head, account = heads[tenant], accounts[tenant]
            if head is not None:
                account.head_sequence = head[1]
                self._waits(account, head[2], self._active[tenant])
                self._active[tenant] = True
                put(tenant, self._allocator(account, total))
            else:
                if self._active[tenant] and self._queue.idle(tenant):
                    self._active[tenant] = False
                    self._rests(account)
                put(tenant, ABSENT)
        self._changed.clear()

    def _waits(self, account: Account, head: Demand, before: bool) -> None:
        """The tenant's next job is `head`; `before` says whether it waited for anything until now."""

    def _rests(self, account: Account) -> None:
        """The tenant waits for nothing any more."""


class InPriority(KeptTurns):
    """A tenant waits for its turn since its next job queued, or longer: a newer job ahead of it takes nothing away."""

    def _waits(self, account: Account, head: Demand, before: bool) -> None:
        since = account.since_us
        account.since_us = min(since, head.queued_at_us) if before and since >= 0 else head.queued_at_us

    def took(self, demand: Demand) -> None:
        self.accounts[demand.tenant].since_us = -1  # it waits anew, since its next job does


class InCircle(KeptTurns):
    """Turns are numbered; whoever had the last one stands at the end."""

    _turn = 0

    def took(self, demand: Demand) -> None:
        self._turn += 1
        self.accounts[demand.tenant].served = self._turn
