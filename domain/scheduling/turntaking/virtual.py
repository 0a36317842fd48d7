"""Turns in virtual time: fair queueing by tags, and strides.

The finish tag of a tenant's last job is remembered while it waits for anything at all: the next one starts where that
finished, not at the virtual time. A tenant that comes back after it waited for nothing starts at the virtual time at
the earliest, and so saves nothing up.
"""

from domain.scheduling.demand import Demand
from domain.scheduling.policies.account import Account
from domain.scheduling.turntaking.keeping import KeptTurns

SHORTEST_US = 1_000_000
"""A job counts as at least a second: one of which nothing is known is not free."""
UNIT = 1 << 20


def length(demand: Demand, weight: int) -> int:
    """Processor time that the job is expected to take ÷ weight, in milli-CPU × ms × UNIT."""
    return demand.resources.cpu_millis * (max(demand.estimate_us, SHORTEST_US) // 1000) * UNIT // weight


class ByTags(KeptTurns):
    """`start_tag` and `finish_tag` are those of the tenant's next job; its start is the finish of the one before."""

    _virtual = 0

    def _waits(self, account: Account, head: Demand, before: bool) -> None:
        if not before:
            account.start_tag = max(self._virtual, account.start_tag)
        account.finish_tag = account.start_tag + length(head, account.weight)

    def took(self, demand: Demand) -> None:
        account = self.accounts[demand.tenant]
        start = account.start_tag
        finish = start + length(demand, account.weight)
        self._virtual = max(self._virtual, self._served(start, finish))
        account.start_tag = finish

    def returned(self, demand: Demand) -> None:
        account = self.accounts[demand.tenant]
        account.start_tag = max(account.start_tag - length(demand, account.weight), 0)

    @staticmethod
    def _served(start: int, finish: int) -> int:
        """Where the virtual time stands when such a job is served."""
        return finish


class ByStartTags(ByTags):
    @staticmethod
    def _served(start: int, finish: int) -> int:
        return start


class InStrides(KeptTurns):
    """`start_tag` is the pass of a tenant that waits; of one that does not, by how much it is ahead of the others.

    The global pass moves by a stride of all who wait with every turn. A tenant that comes for the first time is one
    stride ahead.
    """

    _global = 0
    _tickets = 0

    def _waits(self, account: Account, head: Demand, before: bool) -> None:
        if not before:
            ahead = account.start_tag if account.served else UNIT // account.weight
            account.start_tag = max(self._global + ahead, 0)
            account.served = 1
            self._tickets += account.weight

    def _rests(self, account: Account) -> None:
        account.start_tag -= self._global
        self._tickets -= account.weight

    def took(self, demand: Demand) -> None:
        account = self.accounts[demand.tenant]
        account.start_tag += UNIT // account.weight
        self._global += UNIT // max(self._tickets, account.weight)

    def returned(self, demand: Demand) -> None:
        account = self.accounts[demand.tenant]
        if self._active[demand.tenant]:
            account.start_tag = max(account.start_tag - UNIT // account.weight, 0)
