"""What a fit says, as typed data: made by `fitting`, shown on the screen, as a page, and as JSON."""

import msgspec


class DurationFit(msgspec.Struct, frozen=True, kw_only=True):
    """How long jobs of one kind run: the model that is taken, and how far it is from the recording."""

    model: str  # constant, lognormal, mixture or empirical
    parts: tuple[tuple[float, int, float], ...]  # weight, median µs, σ of the logarithm: of the best mixture
    bic: tuple[float, ...]  # of one, two and three lognormals: the smallest is taken
    quantiles_us: tuple[int, ...]  # of the recording, for an empirical one
    mean_us: float  # of the model
    recorded_mean_us: float
    distance: float  # Kolmogorov–Smirnov: the largest difference of the two distribution functions
    by_chance: float  # what the distance of a fitted lognormal exceeds in 1 % of true samples of this size
    anderson_darling: float  # A² / n: the mean squared difference, with weight on both ends
    qq_us: tuple[tuple[int, int], ...]  # (recorded, fitted) at 1, 2, 5, 10, … 99 %


class KindFit(msgspec.Struct, frozen=True, kw_only=True):
    """The jobs of one label, or of one queue."""

    name: str
    jobs: int
    share: float
    failure_rate: float
    failures: str  # early: they stop at a random part of the duration; late: they run all of it
    cancelled: int
    duration: DurationFit


class BatchFit(msgspec.Struct, frozen=True, kw_only=True):
    """How many jobs come in one push."""

    by: str
    model: str  # constant, lognormal or weighted
    mean: float  # of the model
    recorded_mean: float
    largest: int
    median: float = 0.0  # before rounding up to 1
    sigma: float = 0.0
    distance: float = 0.0  # Kolmogorov–Smirnov
    values: tuple[int, ...] = ()
    weights: tuple[float, ...] = ()


class ArrivalFit(msgspec.Struct, frozen=True, kw_only=True):
    """When pushes come."""

    pushes: int
    rate_per_hour: float  # over a whole week of the model
    profile: str  # flat, day, day and weekend, week
    hours: tuple[float, ...]  # 24 or 168 numbers relative to their mean, none where flat
    weekend: float
    timezone: str  # "" where the trace has no calendar
    weeks: float


class Compared(msgspec.Struct, frozen=True):
    """One figure of the recording and of samples of the fit: their mean, least and most."""

    figure: str
    unit: str  # number, duration or share
    recorded: float
    fitted: float
    least: float
    most: float
    held: bool  # within a fifth of the recording, or as near as samples differ


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """The whole model, and what is to be said of it."""

    path: str
    format: str
    used: int
    rows: int
    by: str
    arrivals: ArrivalFit
    batch: BatchFit
    kinds: tuple[KindFit, ...]
    compared: tuple[Compared, ...] = ()
    samples: int = 0
    remarks: tuple[str, ...] = ()
