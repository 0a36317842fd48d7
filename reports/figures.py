"""The figures of one run as typed data: what `summarise` makes and every renderer reads.

Units are in the names: `_us` integer microseconds, `_udollars` integer micro-dollars, `_cpu_us` milli-CPU ×
microseconds, `_mib_us` MiB × microseconds. `None` means that the figure does not exist, never zero.
Every formula is in docs/reports.md.
"""

import msgspec

from scenarios.workload import TraceReading
from sim.results import FiguresTable


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A confidence interval, or the reason in words why none can be given honestly (then the numbers are None)."""

    low_us: int | None = None
    high_us: int | None = None
    level: float = 0.95
    batches: int = 0
    jobs_per_batch: int = 0
    lag1: float | None = None  # autocorrelation of neighbouring batches
    method: str = ""
    why_none: str = ""


class Waits(msgspec.Struct, frozen=True, kw_only=True):
    """Queue waits (started − queued) of a group of jobs queued in the window; jobs that never started have none."""

    jobs: int
    started: int
    mean_us: int | None = None
    p50_us: int | None = None
    p95_us: int | None = None
    p99_us: int | None = None
    max_us: int | None = None


class QueueWaits(msgspec.Struct, frozen=True, kw_only=True):
    overall: Waits
    mean_interval: Interval
    p95_interval: Interval
    never_started: dict[str, int]  # outcome → jobs that were queued in the window and ended before they started
    by_label: dict[str, Waits]
    by_tenant: dict[str, Waits]
    by_tenant_label: dict[str, dict[str, Waits]]


class Split(msgspec.Struct, frozen=True):
    """A whole in three parts that sum to it exactly."""

    busy: int
    boot: int
    idle: int

    @property
    def total(self) -> int:
        return self.busy + self.boot + self.idle

    def share(self, part: str) -> float:
        """`busy`, `boot` or `idle` as a fraction of the whole; 0 when there is nothing to share."""
        return float(getattr(self, part)) / self.total if self.total else 0.0


class PoolUsage(msgspec.Struct, frozen=True, kw_only=True):
    nodes: int  # that existed in the window
    cpu_us: Split
    memory_us: Split


class Utilisation(msgspec.Struct, frozen=True, kw_only=True):
    cpu_us: Split
    memory_us: Split
    by_pool: dict[str, PoolUsage]


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What the meters added in the window; `by_tenant` and `by_label` split the busy part only."""

    udollars: Split
    by_pool: dict[str, Split]
    by_tenant: dict[str, int]
    by_label: dict[str, int]
    jobs: int  # that ran and finished in the window
    per_job_udollars: int | None


class Fairness(msgspec.Struct, frozen=True, kw_only=True):
    """Jain's index, 1 when all are equal, 1/n when one has everything; None with fewer than two tenants."""

    service: float | None  # of run ÷ (wait + run) per tenant
    delivered: float | None  # of CPU time delivered ÷ weight per tenant
    service_by_tenant: dict[str, float]
    cpu_us_by_tenant: dict[str, int]
    allocation: float | None = None  # of CPU time ÷ weight in each part of the window, over who wanted some, on average


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """A number that moves in time: its mean over the window, the level it keeps to 99 % of the time, its maximum."""

    mean: float
    p99: int
    max: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """One policy of one scenario with one seed, in figures."""

    scenario: str
    policy: str
    scheduling: dict[str, str]
    seed: int
    warm_up_us: int
    horizon_us: int
    end_us: int
    jobs: int  # ended in the whole run
    outcomes: dict[str, int]  # jobs of the window
    retries: int  # attempts beyond the first, of jobs of the window
    waits: QueueWaits
    utilisation: Utilisation
    cost: Cost
    fairness: Fairness
    running: Level
    queued: Level
    backlog_at_warm_up: int
    backlog_at_horizon: int
    warnings: tuple[str, ...]
    digest: str
    events: int
    work: dict[str, int]
    checked: bool
    wall_s: float
    layer_s: dict[str, float]
    jobs_per_wall_s: float | None
    reading: TraceReading | None
    contexts: tuple[FiguresTable, ...] = ()

    @property
    def never_queued(self) -> int:
        """Of the jobs of `outcomes`, those skipped or cancelled before their needs had ended."""
        return sum(self.outcomes.values()) - self.waits.overall.jobs
