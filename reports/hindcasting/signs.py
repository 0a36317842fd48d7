"""What a recording itself says about the causes of its waits, in words where no capacity and no order explains them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from reports.hindcasting.figures import Match, Signs, Waits
from reports.hindcasting.measures import misfit, spearman, wasserstein
from reports.hindcasting.workers import best_by_day, best_workers, peak, running
from reports.wording import percent, several, short_duration

Ints = NDArray[np.int64]

FEWEST = 30
EXPLAINED, PARTLY = 0.5, 1.0
"""Misfits up to which waits are explained, and partly explained: with a rank correlation of 0.75 and a distance of a
quarter of the mean it is 0.5; where nobody waits in the simulation it is about 2."""


def signs(
    queued_us: Ints, started_us: Ints, duration_us: Ints, known: NDArray[np.bool_], workers: int, origin_us: int
) -> Signs:
    """Of the jobs of one queue in order of arrival; `known` are those whose waits are."""
    ended_us = started_us + duration_us
    most = peak(started_us, ended_us)
    waits = np.maximum(started_us - queued_us, 0)
    best, mean = best_workers(queued_us, duration_us, waits, known, max(most, workers))
    at, level = running(started_us, ended_us)
    began, until = _full(at, level, workers)
    room = _with_room(queued_us[known], started_us[known], began, until)
    found = _found_room(queued_us, started_us, at, level, workers) & known
    longest = int((until - began).max(initial=0))
    counts, daily = best_by_day(queued_us, duration_us, waits, known, origin_us)
    order = spearman(waits[known], daily[known])
    away = wasserstein(waits[known], daily[known])
    return Signs(
        peak=most,
        best=best,
        best_mean_us=mean,
        with_room=room,
        floor_us=int(np.median(waits[found])) if found.any() else None,
        found_room=int(found.sum()),
        overtaken=_overtaken(queued_us[known], started_us[known]),
        full_us=longest,
        longer_than_full=int(np.count_nonzero(waits[known] > longest)),
        late_starts=max(most - workers, 0),
        by_day_misfit=misfit(away, float(waits[known].mean()), order),
        by_day_spearman=order,
        by_day_least=min(counts),
        by_day_most=max(counts),
        days=len(counts),
    )


def _full(at: Ints, level: Ints, workers: int) -> tuple[Ints, Ints]:
    """(begin, end) of the times in which at least `workers` jobs ran."""
    full = np.r_[False, level >= workers]
    changes = np.diff(full.astype(np.int8), append=0)
    begins = at[np.flatnonzero(changes[: len(at)] == 1)]
    ends = at[np.flatnonzero(changes[: len(at)] == -1)]
    return begins, ends if len(ends) == len(begins) else np.r_[ends, at[-1]]


def _with_room(queued_us: Ints, started_us: Ints, began: Ints, until: Ints) -> float:
    """Share of all time waited that lies outside of the full times."""
    ends = np.maximum(started_us, queued_us)
    waited = float((ends - queued_us).sum())
    if not waited:
        return 0.0
    full = _passed(ends, began, until) - _passed(queued_us, began, until)
    return 1 - float(full.sum()) / waited


def _passed(moments: Ints, began: Ints, until: Ints) -> Ints:
    """Full time before each of the moments."""
    if not len(began):
        return np.zeros(len(moments), np.int64)
    before = np.r_[0, np.cumsum(until - began)]
    which = np.searchsorted(began, moments, side="right")
    inside = np.minimum(moments, until[np.maximum(which - 1, 0)]) - began[np.maximum(which - 1, 0)]
    return np.where(which > 0, before[np.maximum(which - 1, 0)] + inside, 0)


def _found_room(queued_us: Ints, started_us: Ints, at: Ints, level: Ints, workers: int) -> NDArray[np.bool_]:
    """Jobs that came when fewer than `workers` ran and nobody else waited."""
    before = np.searchsorted(at, queued_us, side="left") - 1
    ran = np.where(before >= 0, level[np.maximum(before, 0)], 0)
    queued, started = np.sort(queued_us), np.sort(np.maximum(started_us, queued_us))
    waiting = np.searchsorted(queued, queued_us, side="right") - np.searchsorted(started, queued_us, side="right")
    return np.asarray((ran < workers) & (waiting <= 1))


def _overtaken(queued_us: Ints, started_us: Ints) -> float:
    """Share of jobs that started before another that had queued before them."""
    if not len(queued_us):
        return 0.0
    order = np.argsort(queued_us, kind="stable")
    queued, started = queued_us[order], started_us[order]
    latest = np.maximum.accumulate(started)
    earlier = np.searchsorted(queued, queued, side="left")  # how many queued strictly before
    over = (earlier > 0) & (latest[np.maximum(earlier - 1, 0)] > started)
    return float(over.mean())


def verdict(jobs: int, best: Match) -> str:
    if jobs < FEWEST:
        return "too few jobs"
    if best.misfit <= EXPLAINED:
        return "explained"
    return "partly" if best.misfit <= PARTLY else "not explained"


def reasons(recorded: Waits, best: Match, found: Signs, workers: int, source: str) -> Iterator[str]:
    """Where the recording cannot be explained by workers and an order, and what speaks for which other cause."""
    if source != "by-day":
        yield from _of_workers(recorded, best, found, workers, source == "peak")
    if found.overtaken >= 0.05:
        yield (
            f"{percent(found.overtaken)} of jobs started before one that had queued earlier: priorities, or limits of "
            "the others"
        )
    if best.spearman is not None and best.spearman < 0.3:
        yield f"the best policy hardly knows who waited (rank correlation {best.spearman:.2f})"


def _of_workers(recorded: Waits, best: Match, found: Signs, workers: int, assumed: bool) -> Iterator[str]:
    """With one number of workers for the whole recording."""
    if found.late_starts:
        yield (
            f"the recording has up to {found.peak:,} running at once on {several(workers, 'worker')}: the fleet was "
            "larger at times, or it is not this one"
        )
    floor = found.floor_us if found.floor_us is not None and found.found_room >= 10 else 0
    if assumed and not found.late_starts and floor < recorded.mean_us / 2 and best.waits.mean_us < recorded.mean_us / 2:
        yield (
            f"{several(workers, 'worker')}, the most that ran at once, leave waits of {_span(best.waits.mean_us)} on "
            f"average where {_span(recorded.mean_us)} were recorded: the fleet must have been smaller most of the time "
            "(autoscaling, workers lost or shared), or something else made jobs wait"
        )
    if found.with_room >= 0.1 and not found.late_starts:
        yield (
            f"{percent(found.with_room)} of all time waited passed while fewer than {several(workers, 'job')} ran: no "
            "lack of workers, but boots, concurrency limits, workers that were gone, or jobs of others on them"
        )
    if floor > 1_000_000:
        share = floor / max(recorded.mean_us, 1)
        yield (
            f"{several(found.found_room, 'job')} that found a free worker and nobody waiting still waited "
            f"{_span(floor)} (median, {percent(min(share, 1))} of the mean wait): the time to boot or to be "
            "handed out, which the replay has not"
        )
    if found.longer_than_full:
        yield (
            f"{several(found.longer_than_full, 'job')} waited longer than all workers were ever busy at a stretch "
            f"({_span(found.full_us)}): no order of jobs that keeps workers busy does that"
        )
    if found.days > 1 and found.by_day_misfit is not None and found.by_day_misfit < best.misfit - 0.2:
        yield (
            f"with a number of workers fitted to each of {found.days} days ({found.by_day_least} to "
            f"{found.by_day_most}), first come, first served has a misfit of {found.by_day_misfit:.2f} and a rank "
            f"correlation of {found.by_day_spearman or 0:.2f}: the fleet, or others' share "
            "of it, changed (--fleet by-day)"
        )


def _span(us: float) -> str:
    return short_duration(round(us))
