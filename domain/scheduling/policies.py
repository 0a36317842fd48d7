"""The named scheduling policies: one dict per question, name → policy."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from domain.scheduling.demand import Demand
from domain.scheduling.rules import SCALE, dominant_share


class Account(msgspec.Struct):
    """What an allocator may know of a tenant: its weight, what it holds, and the arrival sequence of its next job."""

    weight: int
    head_sequence: int = 0
    cpu_millis: int = 0
    memory_mib: int = 0
    disk_mib: int = 0
    gpu_millis: int = 0


class Allocator(Protocol):
    """Whose turn it is: the waiting tenant with the lowest key; ties go to the tenant named first in the scenario.

    Obligations: pure, deterministic, an integer ≥ 0; may depend on the arguments only.
    """

    def __call__(self, account: Account, total: tuple[int, int, int, int]) -> int: ...


def first_come(account: Account, total: tuple[int, int, int, int]) -> int:
    """One queue for everybody: the tenant whose next job came first."""
    return account.head_sequence


def drf(account: Account, total: tuple[int, int, int, int]) -> int:
    """Dominant resource fairness: the tenant that holds the smallest weighted dominant share (NSDI 2011)."""
    return dominant_share(
        account.cpu_millis, account.memory_mib, account.disk_mib, account.gpu_millis, *total, account.weight
    )


Ordering = Callable[[Demand], int]
"""Which of a tenant's jobs: the lowest integer ≥ 0, ties to the job that arrived first. Pure, fixed while it waits."""


def fifo(demand: Demand) -> int:
    """First in, first out, by arrival in the queue."""
    return demand.sequence


def sjf(demand: Demand) -> int:
    """Shortest expected job first; a job of which nothing is known counts as shortest, so that it becomes known."""
    return demand.estimate_us


Placement = Callable[[int], int]
"""Which node: maps how much would stay free (`rules.leftover`, ≥ 0) to a score ≥ 0; lowest wins, ties by node row."""


def best_fit(leftover: int) -> int:
    """The node that is left with the least: keeps large gaps for large jobs."""
    return leftover


def spread(leftover: int) -> int:
    """The node that is left with the most (worst fit): evens out the load."""
    return 4 * SCALE - leftover


ALLOCATORS: dict[str, Allocator] = {"drf": drf, "fifo": first_come}
ORDERINGS: dict[str, Ordering] = {"fifo": fifo, "sjf": sjf}
PLACEMENTS: dict[str, Placement] = {"best-fit": best_fit, "spread": spread}
