"""How demanding a recorded or generated load is: bursts, batches, and how many jobs would run if none waited."""

import numpy as np
from numpy.typing import NDArray

from reports.trace_figures import Concurrency, Spread
from sim.quantiles import percentile

Ints = NDArray[np.int64]

HOUR_US, MINUTE_US = 3_600_000_000, 60_000_000
BATCH_GAP_US = 2_000_000


def spread(values: Ints) -> Spread:
    """Of at least one value."""
    ordered = np.sort(values)
    p50, p90, p99 = (int(percentile(ordered, p)) for p in (50, 90, 99))
    return Spread(float(ordered.mean()), p50, p90, p99, int(ordered[-1]))


def peak_over_mean(arrivals_us: Ints, window_us: int) -> float:
    """Arrivals (µs from 0, rising) in the fullest window over those in an average one."""
    counts = _counts(arrivals_us, window_us)
    return float(counts.max() / counts.mean())


def dispersion(arrivals_us: Ints, window_us: int) -> float:
    """Index of dispersion of counts: their variance over their mean (Cox and Lewis, 1966); 1 for a Poisson process."""
    counts = _counts(arrivals_us, window_us)
    return float(counts.var() / counts.mean())


def batches(arrivals_us: Ints, gap_us: int = BATCH_GAP_US) -> Ints:
    """Arrivals per batch; a batch ends where nothing arrives for more than `gap_us`."""
    ends = np.flatnonzero(np.diff(arrivals_us) > gap_us)
    return np.diff(np.concatenate([[-1], ends, [len(arrivals_us) - 1]]))


def concurrency(queued_us: Ints, duration_us: Ints) -> Concurrency:
    """Jobs running at once with unlimited workers, weighted by time from the first arrival to the last end."""
    at = np.concatenate([queued_us, queued_us + duration_us])
    step = np.concatenate([np.ones(len(queued_us), np.int64), -np.ones(len(queued_us), np.int64)])
    order = np.lexsort((step, at))  # at the same time, ends come first
    level, lasts = np.cumsum(step[order])[:-1], np.diff(at[order])
    level, lasts = level[lasts > 0], lasts[lasts > 0]
    if not len(level):
        return Concurrency(0.0, 0, 0, 0.0)
    mean = float((level * lasts.astype(np.float64)).sum() / lasts.sum())
    by_level = np.argsort(level, kind="stable")
    passed = np.cumsum(lasts[by_level])
    p99 = int(level[by_level][np.searchsorted(passed, -(-passed[-1] * 99 // 100))])
    return Concurrency(mean, p99, int(level.max()), p99 / mean if mean else 0.0)


def _counts(arrivals_us: Ints, window_us: int) -> Ints:
    """Per window from 0 to the last arrival; of very long spans only the first ten million windows."""
    windows = arrivals_us // window_us
    return np.bincount(windows[windows < 10_000_000])
