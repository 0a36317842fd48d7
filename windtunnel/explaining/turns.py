"""Whose turn it is: every tenant with the key by which the allocator of the run compares them."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from domain.scheduling.policies import ALLOCATORS
from domain.scheduling.rules import SHARE
from domain.scheduling.scheduler import Scheduler
from domain.shared.resources import Resources
from windtunnel.explaining.figures import Tenant

SHARES = ("drf", "weighted-drf", "hierarchical-drf", "capacity")
"""Allocators whose key is a share."""


def seat_of(scheduler: Any, tenant: int) -> Any:
    """Where the books of a tenant are: its desk where there are several schedulers, else the scheduler."""
    return scheduler.holders[scheduler.desk_of[tenant]] if hasattr(scheduler, "holders") else scheduler


def tenants_of(
    scheduler: Scheduler, running: Sequence[int], of: int, without: Resources | None = None
) -> tuple[Tenant, ...]:
    """Those who share a scheduler with tenant `of`, the lowest key first; its account is as before it got `without`.

    Tags of fair queueing are as the books were last brought up to date.
    """
    seat = seat_of(scheduler, of)
    turns: Any = seat.turns if seat is not scheduler else scheduler._turns
    heads, allocator = seat.queue.heads, scheduler.policy.allocator
    names = [name for name, one in ALLOCATORS.items() if one is allocator]
    found = []
    for number, account in enumerate(turns.accounts):
        if seat is not scheduler and scheduler.desk_of[number] != seat.number:  # type: ignore[attr-defined]
            continue
        if number == of and without is not None:
            account = replace(
                account,
                cpu_millis=account.cpu_millis - without.cpu_millis,
                memory_mib=account.memory_mib - without.memory_mib,
                disk_mib=account.disk_mib - without.disk_mib,
                gpu_millis=account.gpu_millis - without.gpu_millis,
                running=max(account.running - 1, 0),
            )
        head = heads[number]
        if head is not None:
            account = replace(account, head_sequence=head[1])
        key = allocator(account, turns._total)
        share = key / SHARE if names and names[0] in SHARES else None
        waits = head is not None or (number == of and without is not None)
        found.append(
            Tenant(scheduler.names[number], key, share, running[number], account.cpu_millis, account.memory_mib, waits)
        )
    return tuple(sorted(found, key=lambda one: (not one.waits, one.key)))
