"""Fits a workload model to a recording: when pushes come, how many jobs they have, of what kinds, how long they run."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from reports.fitting.arrivals import fit_arrivals
from reports.fitting.batches import Batches, batches_of, fit_batches
from reports.fitting.durations import fit_durations
from reports.fitting.figures import ArrivalFit, BatchFit, Fit, KindFit
from reports.wording import count, number, percent, several, shortened
from scenarios.traces.recording import Recording
from scenarios.workload import CANCELLED, FAILED

OTHERS = "all others"
LONGEST_NAME = 120
"""Of a scenario's classes, pools and labels (`scenarios.names`)."""

GAP_US = 2_000_000
EARLY = 0.75
"""Failing jobs that run on average less than this part of the others stop early: half is what the model has."""

BY_LUCK = 0.1
"""Gaps between pushes that are shorter than the one that separates them: more is worth a word."""


def fit_recording(
    recording: Recording,
    format: str = "",
    *,
    by: str = "label",
    kinds: int = 12,
    profile: str = "auto",
    timezone: str = "UTC",
    gap_us: int = GAP_US,
) -> Fit:
    """The model alone; `compare` of `reports.fitting.sampling` says how near its samples come to the recording."""
    r = recording
    zone = timezone if r.dated else ""
    found = batches_of(r, gap_us)
    last = r.origin_us + int(r.queued_us[-1])
    arrivals = fit_arrivals(found.at_us + r.origin_us, r.origin_us, last, zone, profile)
    batch = fit_batches(found)
    classes = _kinds(r, by, kinds)
    return Fit(
        path=r.reading.path,
        format=format,
        used=r.reading.used,
        rows=r.reading.rows,
        by=by,
        arrivals=arrivals,
        batch=batch,
        kinds=classes,
        remarks=tuple(_remarks(r, arrivals, batch, classes, found, gap_us)),
    )


def _kinds(recording: Recording, by: str, most: int) -> tuple[KindFit, ...]:
    """Those with most work, each of its own, and all others as one."""
    r = recording
    codes, names = (r.queue, r.queues) if by == "queue" and r.queue is not None else (r.label, r.labels)
    work = np.bincount(codes, weights=r.duration_us.astype(np.float64), minlength=len(names))
    order = np.argsort(-work, kind="stable").tolist()
    own = order if len(order) <= most else order[: max(most - 1, 0)]
    kinds: list[KindFit] = []
    for code in own:
        kinds.append(_kind(r, _free(names[code], [kind.name for kind in kinds]), np.flatnonzero(codes == code)))
    if len(own) < len(order):
        rest = np.flatnonzero(~np.isin(codes, own))
        kinds.append(_kind(r, _free(OTHERS, [kind.name for kind in kinds]), rest))
    return tuple(kinds)


def _free(name: str, taken: list[str]) -> str:
    """As a scenario may call it, and as no other is called."""
    found, number = shortened(name, LONGEST_NAME), 1
    while found in taken:
        number += 1
        found = f"{shortened(name, LONGEST_NAME - 8)} ({number})"
    return found


def _kind(recording: Recording, name: str, rows: NDArray[np.int64]) -> KindFit:
    """Jobs that fail early are left out of the durations, for they stop early in the model too; late ones are not."""
    outcome, durations = recording.outcome[rows], recording.duration_us[rows]
    fails = outcome == FAILED
    failed = int(fails.sum())
    early = 0 < failed < len(rows) and bool(durations[fails].mean() < EARLY * durations[~fails].mean())
    whole = durations[~fails] if early else durations
    return KindFit(
        name=name,
        jobs=len(rows),
        share=len(rows) / len(recording),
        failure_rate=failed / len(rows),
        failures="early" if early or not failed else "late",
        cancelled=int(np.count_nonzero(outcome == CANCELLED)),
        duration=fit_durations(whole),
    )


def _remarks(
    r: Recording, arrivals: ArrivalFit, batch: BatchFit, kinds: tuple[KindFit, ...], found: Batches, gap_us: int
) -> Iterator[str]:
    if not arrivals.timezone:
        yield "the trace has no calendar: hour 0 of the profile is the time 0 of its clock, and no day is a weekend"
    if arrivals.profile == "flat":
        yield "too short, or too few pushes, to tell one hour from another: the rate is the same at any time"
    elif arrivals.profile == "day":
        yield "no weekday and weekend to tell apart: every day is like every other"
    elif arrivals.weeks < 2:
        yield f"{number(arrivals.weeks)} weeks say little of how one week differs from the next"
    if batch.by == "moment":
        seconds = np.diff(found.at_us).mean() / 1e6 if len(found.at_us) > 1 else 0
        luck = 1 - np.exp(-gap_us / 1e6 / seconds) if seconds else 0
        words = f"without pipelines, a push is jobs with no gap above {gap_us / 1e6:g} s between them"
        if luck > BY_LUCK:
            words += (
                f"; about {percent(float(luck))} of pushes follow another that soon by chance and are taken for one "
                "(--gap 0s: only jobs of the same moment are one)"
            )
        yield words
    empirical = [kind for kind in kinds if kind.duration.model == "empirical"]
    if empirical:
        share = sum(kind.share for kind in empirical)
        yield (
            f"{several(len(empirical), 'kind')} ({percent(share)} of jobs) where no mixture fits, or too few jobs to "
            "choose one by: drawn from their recorded quantiles, which know no job longer than those recorded"
        )
    for kind in [one for one in kinds if one.jobs < 30][:3]:
        yield f"{kind.name}: only {several(kind.jobs, 'job')}, so its shape is theirs"
    if r.processors is not None:
        yield "how many processors a job takes is not fitted: each takes one, so the work of this model is another"
    if cancelled := sum(kind.cancelled for kind in kinds):
        yield f"{several(cancelled, 'cancelled job')} as they were: jobs that run as long as those did, and succeed"
    if len(r.labels) > len(kinds) and kinds and kinds[-1].name.startswith(OTHERS):
        yield f"{count(kinds[-1].jobs)} jobs of smaller kinds are fitted together as “{kinds[-1].name}”"
    yield (
        "which kind a job of a push is, and how long it runs, is drawn for each alone: jobs of one push are as alike "
        "here as any others, and nothing waits for another"
    )
