"""Resource quotas: what each tenant holds, what it may hold, and who lends to whom."""

from collections.abc import Mapping, Sequence

import msgspec

from domain.contracts.scheduling import BurstEnded, BurstStarted
from domain.shared.events import Publish
from domain.shared.refusals import Refused
from domain.shared.resources import Resources

UNLIMITED = 1 << 62
NOTHING = (0, 0, 0, 0, 0)

Amounts = tuple[int, int, int, int, int]
"""cpu_millis, memory_mib, disk_mib, gpu_millis, jobs."""
CALM, BURSTING, COOLING = range(3)


class ResourceQuota(msgspec.Struct, frozen=True):
    """What a tenant may hold; a dimension that is left open is UNLIMITED. Times in µs.

    It never holds more than `hard`. Work within `guarantee` may take back what others have borrowed; more than that is
    borrowed itself, where `borrow` allows it. More than `usual` it holds for `burst_us` at a time, and then starts
    nothing above it until `cool_down_us` have passed and it holds no more than that.
    """

    hard: Amounts = (UNLIMITED,) * 5
    guarantee: Amounts = NOTHING
    borrow: bool = True
    usual: Amounts = (UNLIMITED,) * 5
    burst_us: int = 0
    cool_down_us: int = 0


FREE = ResourceQuota()
"""Of tenants without a quota: no limit, and nothing guaranteed."""


def one_job(ask: Resources) -> Amounts:
    return (ask.cpu_millis, ask.memory_mib, ask.disk_mib, ask.gpu_millis, 1)


def within(held: Sequence[int], ask: Amounts, limit: Amounts) -> bool:
    return all(have + more <= most for have, more, most in zip(held, ask, limit, strict=True))


class QuotaLedger:
    """Keeps the holdings of every tenant: offers and assignments alike. `owed` are jobs that a tenant waits for though

    its guarantee covers them, while borrowed work is being taken back for them; meanwhile nobody borrows.
    """

    def __init__(self, quotas: Mapping[str, ResourceQuota], tenants: Sequence[str], publish: Publish) -> None:
        self.names = tenants
        self.quotas = [quotas.get(name, FREE) for name in tenants]
        self.held: list[list[int]] = [[0] * 5 for _ in tenants]
        self.peak: list[list[int]] = [[0] * 5 for _ in tenants]
        self.phase = [CALM] * len(tenants)
        self.until_us = [0] * len(tenants)
        self.owed: dict[int, int] = {}
        self.reclaimed = [0] * len(tenants)  # jobs that were taken from the tenant
        self.cpu_time = [0] * len(tenants)  # held so far, and of that borrowed, in cpu_millis × µs
        self.borrowed_time = [0] * len(tenants)
        self._counted_us = [0] * len(tenants)
        self.lenders = [number for number, quota in enumerate(self.quotas) if any(quota.guarantee)]
        self._publish = publish

    def refusal(self, tenant: int, ask: Resources) -> Refused | None:
        """Why the tenant may not start such a job now."""
        quota, held, want = self.quotas[tenant], self.held[tenant], one_job(ask)
        if not within(held, want, quota.hard):
            return Refused("quota-hard", self.names[tenant])
        if self.phase[tenant] == COOLING and not within(held, want, quota.usual):
            return Refused("quota-cooling", self.names[tenant])
        if self.lenders and not self.covers(tenant, ask):
            if not quota.borrow:
                return Refused("quota-guarantee", self.names[tenant])
            if any(lender != tenant for lender in self.owed):
                return Refused("quota-lent", self.names[tenant])
        return None

    def exceeded(self, tenant: int) -> Refused | None:
        """Why an offer that the tenant holds may not be committed any more: its burst ended while it was thinking."""
        quota, held = self.quotas[tenant], self.held[tenant]
        if not within(held, NOTHING, quota.hard):
            return Refused("quota-hard", self.names[tenant])
        if self.phase[tenant] == COOLING and not within(held, NOTHING, quota.usual):
            return Refused("quota-cooling", self.names[tenant])
        return None

    def covers(self, tenant: int, ask: Resources) -> bool:
        """Whether one more such job stays within the tenant's guarantee."""
        return within(self.held[tenant], one_job(ask), self.quotas[tenant].guarantee)

    def borrowed(self, tenant: int) -> Amounts:
        """What the tenant holds above its guarantee."""
        pairs = zip(self.held[tenant], self.quotas[tenant].guarantee, strict=True)
        cpu, memory, disk, gpu, jobs = (max(have - own, 0) for have, own in pairs)
        return (cpu, memory, disk, gpu, jobs)

    def take(self, now: int, tenant: int, ask: Resources) -> None:
        self.count_time(now, tenant)
        held, peak = self.held[tenant], self.peak[tenant]
        for dimension, amount in enumerate(one_job(ask)):
            held[dimension] += amount
            if held[dimension] > peak[dimension]:
                peak[dimension] = held[dimension]
        owed = self.owed.get(tenant)
        if owed is not None:
            self.owe(tenant, owed - 1)
        if self.phase[tenant] == CALM and not within(held, NOTHING, self.quotas[tenant].usual):
            self.phase[tenant] = BURSTING
            self.until_us[tenant] = now + self.quotas[tenant].burst_us
            self._publish(BurstStarted(now, self.names[tenant], self.until_us[tenant]))

    def give(self, now: int, tenant: int, ask: Resources) -> None:
        self.count_time(now, tenant)
        held = self.held[tenant]
        for dimension, amount in enumerate(one_job(ask)):
            held[dimension] -= amount
        self.turn(now, tenant)

    def count_time(self, now: int, tenant: int) -> None:
        """Bring `cpu_time` and `borrowed_time` up to date, before what is held changes."""
        span = now - self._counted_us[tenant]
        if span:
            cpu = self.held[tenant][0]
            self.cpu_time[tenant] += span * cpu
            self.borrowed_time[tenant] += span * max(cpu - self.quotas[tenant].guarantee[0], 0)
            self._counted_us[tenant] = now

    def owe(self, tenant: int, jobs: int) -> None:
        """Jobs that the tenant is owed from now on."""
        if jobs > 0:
            self.owed[tenant] = jobs
        else:
            self.owed.pop(tenant, None)

    def turn(self, now: int, tenant: int) -> bool:
        """Time has passed: a burst may be over, or a cool-down. True when more is allowed than before."""
        if self.phase[tenant] == CALM or now < self.until_us[tenant]:
            return False
        quota = self.quotas[tenant]
        if self.phase[tenant] == BURSTING:
            self.phase[tenant] = COOLING
            self.until_us[tenant] = now + quota.cool_down_us
            self._publish(BurstEnded(now, self.names[tenant], self.until_us[tenant]))
            return False
        if within(self.held[tenant], NOTHING, quota.usual):
            self.phase[tenant] = CALM
            return True
        return False
