"""Allocators: whose turn it is, by name."""

from typing import Protocol

from domain.scheduling.policies.account import Account
from domain.scheduling.quotas import UNLIMITED
from domain.scheduling.rules import SHARE, dominant_share

HIGHEST_PRIORITY = 1_000_000
FOREVER_US = 1 << 62


class Allocator(Protocol):
    """Whose turn it is: the waiting tenant with the lowest key; ties go to the tenant named first in the scenario.

    Obligations: pure, deterministic, an integer ≥ 0; may depend on the arguments only. A key changes when what the
    tenant holds or waits for does, never by itself. `domain/scheduling/turntaking` says which allocators want more
    kept in an account than holdings, and which do more with the key than take the lowest.
    """

    def __call__(self, account: Account, total: tuple[int, int, int, int]) -> int: ...


def first_come(account: Account, total: tuple[int, int, int, int]) -> int:
    """One queue for everybody: the tenant whose next job came first.

    Source: Conway, Maxwell, Miller, Theory of Scheduling, 1967.
    """
    return account.head_sequence


def priority(account: Account, total: tuple[int, int, int, int]) -> int:
    """The tenant of the highest priority; with `ageing`, waiting so long counts as one step more.

    Ageing is linear and the same for all, so who is ahead of whom does not change while both wait: a tenant of
    priority p that waits since t is as urgent as one of priority p + 1 that waits since t + ageing, now and for ever.
    So the key stands while nothing happens, and for every positive ageing nobody starves: nobody who begins to wait
    more than (highest − own priority) · ageing later is ahead. Source: ageing as in Silberschatz, Galvin, Gagne,
    Operating System Concepts, chapter on CPU scheduling; without ageing it is strict, and may starve.
    """
    steps = HIGHEST_PRIORITY - account.priority
    if account.ageing_us:
        return steps * account.ageing_us + account.since_us
    return steps * FOREVER_US + account.head_sequence


def drf(account: Account, total: tuple[int, int, int, int]) -> int:
    """Dominant resource fairness: the tenant that holds the smallest weighted dominant share (NSDI 2011)."""
    return dominant_share(
        account.cpu_millis, account.memory_mib, account.disk_mib, account.gpu_millis, *total, account.weight
    )


def weighted_drf(account: Account, total: tuple[int, int, int, int]) -> int:
    """Dominant resource fairness with a weight for each resource: the largest share over its weight counts.

    Source: Ghodsi et al., NSDI 2011, section 4.3: max over j of u_ij / w_ij.
    """
    held = (account.cpu_millis, account.memory_mib, account.disk_mib, account.gpu_millis)
    pairs = zip(held, total, account.weights, strict=True)
    return max((have * SHARE // (of * weight) for have, of, weight in pairs if of), default=0)


def hierarchical_drf(account: Account, total: tuple[int, int, int, int]) -> int:
    """Dominant resource fairness at every level of a tree of tenants (`parent`), blocked branches left out.

    The key of a node among its siblings; `turntaking/hierarchy` walks down from the root, and keeps what a node
    counts for. Source: Bhattacharya et al., Hierarchical Scheduling for Diverse Datacenter Workloads, SoCC 2013.
    """
    return drf(account, total)


def capacity(account: Account, total: tuple[int, int, int, int]) -> int:
    """The tenant furthest below its guarantee; when all have theirs, DRF over what each holds above it.

    Who may borrow, and how it is taken back, is the quota's matter. Source: used ÷ guaranteed as the order of queues,
    Apache Hadoop 3 documentation, Capacity Scheduler (2024).
    """
    held = (account.cpu_millis, account.memory_mib, account.disk_mib, account.gpu_millis, account.running)
    pairs = list(zip(held, account.guarantee, strict=True))
    used = max((have * SHARE // own for have, own in pairs if 0 < own < UNLIMITED), default=SHARE)
    if used < SHARE:
        return used
    cpu, memory, disk, gpu = (max(have - own, 0) if own < UNLIMITED else 0 for have, own in pairs[:4])
    return SHARE + dominant_share(cpu, memory, disk, gpu, *total, account.weight)


def fewest_running(account: Account, total: tuple[int, int, int, int]) -> int:
    """The tenant with the fewest jobs running, then whose job came first: the fair usage of GitLab's shared runners.

    Source: GitLab documentation, How jobs are picked up by instance runners: fair usage queue (2024).
    """
    return account.running * FOREVER_US + account.head_sequence


def round_robin(account: Account, total: tuple[int, int, int, int]) -> int:
    """The tenant whose last turn is the longest ago, one job a turn; who never had one comes first.

    Source: Nagle, On Packet Switches With Infinite Storage, RFC 970, 1985.
    """
    return account.served


def wfq(account: Account, total: tuple[int, int, int, int]) -> int:
    """Weighted fair queueing: the tenant whose next job would be done first if all were served at once, by weight.

    A job's length is the processor time that it is expected to take. It starts at the virtual time, or where the
    tenant's previous job finished if that is later, and finishes length ÷ weight after. Sources: Demers, Keshav,
    Shenker, Analysis and Simulation of a Fair Queueing Algorithm, SIGCOMM 1989; the virtual time is the finish of the
    last job served, for a fleet has no line rate: Golestani, A Self-Clocked Fair Queueing Scheme, INFOCOM 1994.
    """
    return account.finish_tag


def sfq(account: Account, total: tuple[int, int, int, int]) -> int:
    """Start-time fair queueing: as wfq, but the earliest start goes first, so lengths need not be known before.

    Source: Goyal, Vin, Cheng, Start-Time Fair Queuing, SIGCOMM 1996; the virtual time is the start of the last served.
    """
    return account.start_tag


def stride(account: Account, total: tuple[int, int, int, int]) -> int:
    """Turns at regular strides, as many as the weight says, whatever the jobs take.

    Source: Waldspurger, Weihl, Stride Scheduling: Deterministic Proportional-Share Resource Management, MIT 1995.
    """
    return account.start_tag


def lottery(account: Account, total: tuple[int, int, int, int]) -> int:
    """A draw among those who wait, in which a tenant has as many tickets as it weighs.

    This answers the tickets; `turntaking/lottery` draws. Source: Waldspurger, Weihl, Lottery Scheduling: Flexible
    Proportional-Share Resource Management, OSDI 1994.
    """
    return account.weight


ALLOCATORS: dict[str, Allocator] = {
    "drf": drf,
    "fifo": first_come,
    "priority": priority,
    "weighted-drf": weighted_drf,
    "hierarchical-drf": hierarchical_drf,
    "capacity": capacity,
    "fewest-running": fewest_running,
    "round-robin": round_robin,
    "wfq": wfq,
    "sfq": sfq,
    "stride": stride,
    "lottery": lottery,
}
