"""Statistics of a trace: what was read, how bursty it is, how long jobs run and wait, per label and per day."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reports.trace_days import daily_statistics
from reports.trace_figures import LabelLoad, TraceStats
from reports.trace_load import HOUR_US, MINUTE_US, batches, concurrency, dispersion, peak_over_mean, spread
from scenarios.traces.formats import PRESETS, Layout, detect
from scenarios.traces.recording import Recording
from scenarios.traces.rows import REVERSED
from scenarios.traces.trace import read_recording

OUTCOME_WORDS = ("succeeded", "failed", "cancelled")  # by code, as in scenarios.workload


def file_statistics(path: Path, layout: Layout | None = None) -> TraceStats:
    """Statistics of the trace at `path`, whose format is looked up where no layout says it; raises TraceError.

    Every figure is of usable jobs, but the daily ones, which follow their publisher and count reversed jobs as well.
    """
    known = layout or PRESETS[(name := detect(path))]
    recording = read_recording(path, known)
    reversed_too = any(rows.reason == REVERSED for rows in recording.reading.refused)
    daily = read_recording(path, known, keep_reversed=True) if reversed_too else recording
    return trace_statistics(recording, layout.format if layout else name, daily)


def trace_statistics(recording: Recording, format: str = "", daily: Recording | None = None) -> TraceStats:
    """Statistics of a recording; `daily` is the one that the days are made of, where that is another."""
    r, reading = recording, recording.reading
    span_us = int(r.queued_us[-1])
    waited = r.known_wait_us()
    return TraceStats(
        path=reading.path,
        format=format,
        rows=reading.rows,
        used=reading.used,
        refused=reading.refused,
        notes=reading.notes,
        first_arrival=_iso(r.origin_us) if r.dated else None,
        span_us=span_us,
        jobs_per_hour=len(r) * HOUR_US / span_us if span_us else None,
        peak_over_mean_hour=peak_over_mean(r.queued_us, HOUR_US),
        dispersion_1min=dispersion(r.queued_us, MINUTE_US),
        batch_jobs=spread(batches(r.queued_us)),
        outcomes=_outcomes(r) if r.has_outcomes else None,
        duration_us=spread(r.duration_us),
        wait_us=None if waited is None else spread(waited),
        concurrency=concurrency(r.queued_us, r.duration_us),
        labels=len(r.labels),
        by_label=_by_label(r, r.label, r.labels),
        queues=len(r.queues),
        by_queue=() if r.queue is None else _by_label(r, r.queue, r.queues),
        days=daily_statistics(daily or r),
    )


def _by_label(recording: Recording, codes: NDArray[np.int32], names: tuple[str, ...]) -> tuple[LabelLoad, ...]:
    r = recording
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(names)))
    total = max(int(r.duration_us.sum()), 1)
    loads = []
    for label, rows in zip(names, np.split(order, starts[1:]), strict=True):
        ran = r.duration_us[rows]
        work = int(ran.sum())
        waited = r.known_wait_us(rows)
        wait = None if waited is None else spread(waited)
        loads.append(LabelLoad(label, len(rows), work, work / total, spread(ran), wait))
    return tuple(sorted(loads, key=lambda load: (-load.work_us, load.label)))


def _outcomes(recording: Recording) -> dict[str, int]:
    counts = np.bincount(recording.outcome, minlength=len(OUTCOME_WORDS)).tolist()
    return dict(zip(OUTCOME_WORDS, counts, strict=True))


def _iso(us: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)).isoformat().replace("+00:00", "Z")
