"""What one simulated run leaves behind: columns per job and per node, names for their codes, and how the run went."""

from dataclasses import dataclass, field
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from scenarios.workload import TraceReading

Column = NDArray[np.int64]

OUTCOMES = ("SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED", "EXPIRED", "SKIPPED")
"""Terminal job states; a job's `outcome` column is an index into this."""


@dataclass(frozen=True, slots=True)
class PoolInfo:
    """One pool as the run saw it; prices in micro-dollars per hour, times in microseconds."""

    name: str
    provider: str
    cpu_millis: int
    memory_mib: int
    disk_mib: int
    gpu_millis: int
    price_udollars_per_hour: int
    billed_by: str  # "node" or "job"
    granularity_us: int
    minimum_us: int


@dataclass(frozen=True, slots=True)
class JobTable:
    """One row per job that ended, in order of ending. Times in µs since the start; −1 where it never happened.

    queued: first entered the queue (after its needs). assigned, started, finished: of the last attempt. `started` is
    when its worker was ready and work began, so started − assigned is worker start, started − queued the queue wait.
    """

    job: Column
    pipeline: Column
    tenant: Column  # index into RunResult.tenants
    label: Column  # index into RunResult.labels
    queued_us: Column
    assigned_us: Column
    started_us: Column
    finished_us: Column
    outcome: Column  # index into OUTCOMES
    node: Column  # row in NodeTable, −1 when never assigned
    pool: Column  # index into RunResult.pools, −1 when never assigned
    attempts: Column
    cpu_millis: Column
    memory_mib: Column

    def __len__(self) -> int:
        return len(self.job)


@dataclass(frozen=True, slots=True)
class NodeTable:
    """One row per node that ever existed: ordered from its provider, ready for work, gone (−1: not by the end)."""

    pool: Column
    ordered_us: Column
    ready_us: Column
    gone_us: Column

    def __len__(self) -> int:
        return len(self.pool)


Unit = Literal["text", "count", "us", "bytes", "udollars", "share", "rate"]

WHOLE_RUN = "whole run"
"""From 0 to the end, warm-up included."""


class FiguresTable(msgspec.Struct, frozen=True):
    """Figures that one context has of a run: `columns` are (name, unit), rows have a value or None per column.

    `covers` says of which time, since the figures of jobs are about the window alone.
    """

    context: str
    title: str
    columns: tuple[tuple[str, Unit], ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]
    note: str = ""
    covers: str = WHOLE_RUN


@dataclass(frozen=True, slots=True)
class RunResult:
    """One policy of one scenario with one seed, run to its end.

    Arrivals stop at `horizon_us`; the run goes on until every job has ended, at `end_us`. Figures are about jobs
    queued in [warm_up_us, horizon_us), utilisation and cost about time in [warm_up_us, horizon_us).
    """

    scenario: str
    policy: str
    scheduling: dict[str, str]  # allocator, ordering, placement, … as run
    seed: int
    warm_up_us: int
    horizon_us: int
    end_us: int
    tenants: tuple[str, ...]
    tenant_weights: tuple[int, ...]
    labels: tuple[str, ...]
    pools: tuple[PoolInfo, ...]
    jobs: JobTable
    nodes: NodeTable
    digest: str  # of every domain event, in order
    events: int
    work: dict[str, int]  # work counters: exact, reproducible
    wall_s: float
    checked: bool  # ran with every checker on
    reading: TraceReading | None = None
    layer_s: dict[str, float] = field(default_factory=dict)
    contexts: tuple[FiguresTable, ...] = ()  # what each context has to say, context by context
