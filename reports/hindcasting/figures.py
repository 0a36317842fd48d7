"""What a hindcast says, as typed data: made by `hindcasting`, shown on the screen, as a page, and as JSON."""

import msgspec


class Waits(msgspec.Struct, frozen=True):
    """Of one queue, recorded or simulated."""

    mean_us: float
    p50_us: int
    p90_us: int
    p95_us: int
    p99_us: int
    max_us: int


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """How far one policy's waits are from the recorded ones, job by job and as a whole."""

    policy: str
    waits: Waits
    wasserstein_us: float  # mean difference of the sorted waits
    spearman: float | None  # of the waits of each job; None where one side has only one value
    pearson: float | None
    misfit: float  # wasserstein ÷ recorded mean + 1 − spearman; the smaller the better
    unended: int = 0  # jobs that have no simulated wait
    quantiles_us: tuple[tuple[int, int], ...] = ()  # (recorded, simulated) at p1 … p99


class Signs(msgspec.Struct, frozen=True, kw_only=True):
    """What the recording itself says about the causes of its waits, whatever the policy."""

    peak: int  # most jobs of it that ran at once
    best: int  # workers with which first come, first served gives the nearest waits
    best_mean_us: float  # and its mean wait
    with_room: float  # share of all time waited during which fewer jobs ran than there are workers
    floor_us: int | None  # median wait of jobs that found a free worker and nobody waiting
    found_room: int  # how many those are
    overtaken: float  # share of jobs that started before one that had queued earlier
    full_us: int  # longest time for which all workers were busy, as recorded
    longer_than_full: int  # jobs that waited longer than that
    late_starts: int = 0  # recorded to run at once above the workers there are said to be
    by_day_misfit: float | None = None  # first come, first served, with a number of workers fitted to each day alone
    by_day_spearman: float | None = None
    by_day_least: int = 0  # fewest and most of those numbers, and how many days there are
    by_day_most: int = 0
    days: int = 0


class QueueHindcast(msgspec.Struct, frozen=True, kw_only=True):
    """One queue or label: what ran there, on how many workers, and what explains its waits best."""

    name: str
    jobs: int
    unknown_waits: int  # replayed, for they took workers, and not compared
    workers: int  # the median, where it is a number for each day
    workers_from: str  # given, peak (the most that ran at once), best (that explains the waits best), by-day, scenario
    recorded: Waits
    matches: tuple[Match, ...]  # the best first
    signs: Signs | None
    verdict: str  # explained, partly, not explained, too few jobs
    reasons: tuple[str, ...] = ()


class PolicyRank(msgspec.Struct, frozen=True, kw_only=True):
    """One policy over all queues, each counting by its jobs."""

    policy: str
    misfit: float
    wasserstein_us: float
    spearman: float
    best_in: int  # queues in which it alone is the nearest


class Hindcast(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    format: str
    rows: int
    used: int
    by: str  # queue, label, pool or all jobs
    queues: tuple[QueueHindcast, ...]  # those that waited longest in all first
    ranking: tuple[PolicyRank, ...]
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    interrupted: bool = False
