"""What a trace holds, as typed data: made by `trace_stats`, shown by `trace_terminal`, written as JSON."""

import msgspec

from scenarios.workload import RefusedRows


class Spread(msgspec.Struct, frozen=True):
    """Percentiles by the rule of `sim.quantiles`, and the mean; µs or a count, as the field that holds it says."""

    mean: float
    p50: int
    p90: int
    p99: int
    max: int


class Concurrency(msgspec.Struct, frozen=True):
    """Jobs that would run at once if none ever waited: weighted by time, from the first arrival to the last end."""

    mean: float
    p99: int
    max: int
    p99_over_mean: float


class LabelLoad(msgspec.Struct, frozen=True):
    """The jobs of one label; `work_share` is their part of all time worked."""

    label: str
    jobs: int
    work_us: int
    work_share: float
    duration_us: Spread
    wait_us: Spread | None


class Day(msgspec.Struct, frozen=True, rename="camel"):
    """One day (UTC) of jobs by the day they were queued; durations are whole seconds.

    A field per column of the daily statistics that willcl-ark/bitcoin-core-ci-stats publishes, named as there in JSON.
    """

    period: str  # ISO date, or `day 1` where the trace has no calendar
    runs: int
    tasks: int
    completed: int
    failed: int
    aborted: int
    median_queue_duration: int | None
    p90_queue_duration: int | None
    p99_queue_duration: int | None
    median_execution_duration: int
    p90_execution_duration: int
    p99_execution_duration: int
    wasted_runner_duration: int  # Σ execution durations of failed and aborted jobs


class TraceStats(msgspec.Struct, frozen=True, kw_only=True):
    """One trace. Hours, minutes and batches are counted from its first arrival."""

    path: str
    format: str
    rows: int
    used: int
    refused: tuple[RefusedRows, ...]
    notes: tuple[str, ...]
    first_arrival: str | None  # ISO 8601, None where the trace has no calendar
    span_us: int  # from the first arrival to the last
    jobs_per_hour: float | None  # None when all arrive at once
    peak_over_mean_hour: float  # arrivals in the busiest hour over those in an average one
    dispersion_1min: float  # variance over mean of arrivals per minute; 1 for a Poisson process
    batch_jobs: Spread  # jobs per batch; a batch ends where nothing arrives for more than 2 s
    outcomes: dict[str, int] | None  # None where the trace does not say
    duration_us: Spread
    wait_us: Spread | None  # as recorded; None where the trace does not say
    concurrency: Concurrency
    labels: int
    by_label: tuple[LabelLoad, ...]  # those with most work first
    queues: int  # 0 where the trace does not say what runners jobs asked for
    by_queue: tuple[LabelLoad, ...]
    days: tuple[Day, ...]
