"""Samples of a fitted model beside the recording: what the model gives back, and what it does not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from reports.fitting.arrivals import hours_of_week
from reports.fitting.batches import batches_of
from reports.fitting.figures import Compared, Fit
from reports.trace_load import HOUR_US, MINUTE_US, concurrency, dispersion, peak_over_mean
from scenarios.quantities import FROM_FILE
from scenarios.spec import Synthetic
from scenarios.synthetic import SyntheticWorkload
from scenarios.traces.recording import Recording
from scenarios.workload import FAILED
from sim.quantiles import percentile
from sim.streams import Streams

Ints = NDArray[np.int64]
DAY_US = 24 * HOUR_US
MOST_JOBS = 2_000_000
"""In all samples together; fewer samples are drawn of a larger trace, at least one."""

WITHIN = 0.2


@dataclass(frozen=True, slots=True)
class Load:
    """Jobs in order of arrival, µs from the first; `sizes` are those of the pushes."""

    at_us: Ints
    duration_us: Ints
    failed: NDArray[np.bool_]
    sizes: Ints


def compare(fit: Fit, recording: Recording, scenario: dict[str, Any], gap_us: int, samples: int, seed: int) -> Fit:
    """The fit with a table of the recording against `samples` of it, each as long as the recording and begun as late
    in the week."""
    synthetic = Synthetic.model_validate(scenario["workload"]["synthetic"], context=FROM_FILE)
    span = max(int(recording.queued_us[-1]), 1)
    zone = fit.arrivals.timezone
    at = recording.origin_us
    hour = int(hours_of_week(np.array([at], np.int64), zone)[0])
    begins = hour * HOUR_US + at % HOUR_US
    times = max(min(samples, MOST_JOBS // max(len(recording), 1)), 1)
    recorded = dict(_figures(_recorded(recording, gap_us)))
    drawn: list[dict[str, float]] = []
    for number in range(times):
        load = _sample(synthetic, Streams(seed, number), begins, span)
        if load is not None:
            drawn.append(dict(_figures(load)))
    if not drawn:
        return fit
    compared = tuple(
        _compared(name, recorded[name], [one[name] for one in drawn]) for name in recorded if name in drawn[0]
    )
    return msgspec.structs.replace(fit, compared=compared, samples=len(drawn))


def _recorded(recording: Recording, gap_us: int) -> Load:
    r = recording
    return Load(r.queued_us, np.maximum(r.duration_us, 1), r.outcome == FAILED, batches_of(r, gap_us).sizes)


def _sample(
    synthetic: Synthetic, stream: Callable[[str, str], np.random.Generator], begins: int, span: int
) -> Load | None:
    """From `begins` in the week; what comes before is drawn and left out."""
    workload = SyntheticWorkload(synthetic, ("all",), stream, begins + span)
    at: list[int] = []
    durations: list[int] = []
    outcomes: list[int] = []
    sizes: list[int] = []
    for arrival in workload.arrivals():
        if arrival.at_us >= begins:
            at += repeat(arrival.at_us - begins, len(arrival.durations_us))
            durations += arrival.durations_us
            outcomes += arrival.outcomes
            sizes.append(len(arrival.durations_us))
    if not at:
        return None
    return Load(np.array(at), np.array(durations), np.array(outcomes) == FAILED, np.array(sizes))


def _figures(load: Load) -> Iterator[tuple[str, float]]:
    at, ran = load.at_us, load.duration_us
    hours = max(int(at[-1]) / HOUR_US, 1e-9)
    sizes, ordered = np.sort(load.sizes), np.sort(ran)
    busy = concurrency(at, ran)
    yield "jobs an hour", len(at) / hours
    yield "pushes an hour", len(sizes) / hours
    yield "jobs per push, mean", float(sizes.mean())
    yield "jobs per push, p90", float(percentile(sizes, 90))
    yield "jobs per push, p99", float(percentile(sizes, 99))
    yield "run time, mean", float(ordered.mean())
    for p in (50, 90, 99):
        yield f"run time, p{p}", float(percentile(ordered, p))
    yield "jobs that fail", float(load.failed.mean())
    yield "work: jobs at once, mean", busy.mean
    yield "jobs at once, p99 ÷ mean", busy.p99_over_mean
    yield "busiest hour, ÷ mean", peak_over_mean(at, HOUR_US)
    yield "dispersion, 1 minute", dispersion(at, MINUTE_US)
    yield "dispersion, 1 hour", dispersion(at, HOUR_US)
    days = np.bincount(at // DAY_US)[: max(int(at[-1]) // DAY_US, 1)]
    if len(days) >= 4:
        yield "day to day, σ ÷ mean", float(days.std() / max(days.mean(), 1e-9))


def _compared(name: str, recorded: float, drawn: list[float]) -> Compared:
    mean, least, most = sum(drawn) / len(drawn), min(drawn), max(drawn)
    unit = "duration" if name.startswith("run time") else "share" if name == "jobs that fail" else "number"
    near = abs(mean - recorded) <= WITHIN * abs(recorded) or least <= recorded <= most
    return Compared(name, unit, recorded, mean, least, most, near)
