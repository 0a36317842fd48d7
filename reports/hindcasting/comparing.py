"""Puts a hindcast together: queue by queue what was recorded, what each policy gives, and what that leaves open."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.hindcasting.figures import Match, PolicyRank, QueueHindcast
from reports.hindcasting.measures import match, nearest, waits_of
from reports.hindcasting.replaying import NOT_STARTED, alone, replay, scenario_for
from reports.hindcasting.signs import FEWEST, reasons, signs, verdict
from reports.hindcasting.workers import best_by_day, best_workers, days_of, peak
from reports.wording import several
from scenarios.traces.recording import Recording

Ints = NDArray[np.int64]
PEAK, BEST, BY_DAY, GIVEN = "peak", "best", "by-day", "given"


@dataclass(frozen=True, slots=True)
class Fleet:
    """How many workers: by queue, for all others, or as the recording is read (`peak`, `best` or `by-day`)."""

    named: Mapping[str, int]
    otherwise: int | str = PEAK


@dataclass(frozen=True, slots=True)
class Group:
    """The jobs of one queue, in order of arrival."""

    name: str
    rows: Ints


def groups_of(recording: Recording, by: str) -> list[Group]:
    """By queue, by label, or all jobs as one; those that waited longest in all come first."""
    r = recording
    if by == "all":
        return [Group("all jobs", np.arange(len(r), dtype=np.int64))]
    codes, names = (r.queue, r.queues) if by == "queue" and r.queue is not None else (r.label, r.labels)
    groups = [Group(name, np.flatnonzero(codes == code)) for code, name in enumerate(names)]
    return sorted(groups, key=lambda group: (-_waited(r, group.rows), group.name))


def _waited(recording: Recording, rows: Ints) -> int:
    waits = recording.known_wait_us(rows)
    return 0 if waits is None else int(waits.sum())


def hindcast_queue(recording: Recording, group: Group, fleet: Fleet, policies: Sequence[str]) -> QueueHindcast | None:
    """One queue with workers of its own; None where not one of its waits is known."""
    jobs = alone(recording, group.rows)
    known = _known(jobs)
    if jobs.started_us is None or not known.any():
        return None
    recorded = np.maximum(jobs.started_us - jobs.queued_us, 0)
    started = jobs.queued_us + recorded
    workers, source = _workers(fleet, group.name, peak(started, started + jobs.duration_us))
    if source == BEST:
        most = peak(started, started + jobs.duration_us)
        workers, _ = best_workers(jobs.queued_us, jobs.duration_us, recorded, known, max(most, 1))
    found = signs(jobs.queued_us, started, jobs.duration_us, known, workers, jobs.origin_us)
    if source == BY_DAY:
        counts, _ = best_by_day(jobs.queued_us, jobs.duration_us, recorded, known, jobs.origin_us)
        workers, simulated = int(np.median(counts)), _by_day(jobs, counts, policies)
    else:
        scenario = scenario_for(jobs, workers, policies)
        simulated = {policy: replay(jobs, scenario, policy) for policy in policies}
    matches = rank(recorded, known, simulated)
    of = waits_of(recorded[known])
    said = verdict(int(known.sum()), matches[0])
    why = () if said in ("explained", "too few jobs") else tuple(reasons(of, matches[0], found, workers, source))
    return QueueHindcast(
        name=group.name, jobs=int(known.sum()), unknown_waits=int((~known).sum()), workers=workers, workers_from=source,
        recorded=of, matches=matches, signs=found, verdict=said, reasons=why,
    )  # fmt: skip


def _by_day(jobs: Recording, counts: Sequence[int], policies: Sequence[str]) -> dict[str, Ints]:
    """Each day replayed alone on workers of its own number: what is left of the day before takes none of them."""
    simulated = {policy: np.full(len(jobs), NOT_STARTED, np.int64) for policy in policies}
    for rows, workers in zip(days_of(jobs.queued_us, jobs.origin_us), counts, strict=True):
        day = alone(jobs, rows)
        scenario = scenario_for(day, workers, policies)
        for policy, waits in simulated.items():
            waits[rows] = replay(day, scenario, policy)
    return simulated


def compare_runs(recording: Recording, by: str, runs: Mapping[str, Ints], warm_up_us: int) -> list[QueueHindcast]:
    """The same of runs of a whole scenario: simulated waits per policy, of the jobs that came after the warm-up."""
    found = []
    for group in groups_of(recording, by):
        rows = group.rows[recording.queued_us[group.rows] >= warm_up_us]
        known = _known(recording)[rows]
        if recording.wait_us is None or not known.any():
            continue
        recorded = recording.wait_us[rows]
        matches = rank(recorded, known, {policy: waits[rows] for policy, waits in runs.items()})
        if not matches:
            continue
        found.append(
            QueueHindcast(
                name=group.name, jobs=int(known.sum()), unknown_waits=int((~known).sum()), workers=0,
                workers_from="scenario", recorded=waits_of(recorded[known]), matches=matches, signs=None,
                verdict=verdict(int(known.sum()), matches[0]),
            )
        )  # fmt: skip
    return found


def rank(recorded: Ints, known: NDArray[np.bool_], simulated: Mapping[str, Ints]) -> tuple[Match, ...]:
    """By misfit, the smallest first; of equal ones the order in which they were asked for."""
    matches = []
    for policy, waits in simulated.items():
        both = known & (waits != NOT_STARTED)
        if both.any():
            matches.append(match(policy, recorded[both], waits[both], int((known & ~both).sum())))
    return tuple(sorted(matches, key=lambda one: round(one.misfit, 6)))


def ranking(queues: Sequence[QueueHindcast]) -> tuple[PolicyRank, ...]:
    """Over all queues with enough jobs, each weighing as much as it has jobs; where nobody waited, nothing ranks."""
    waited = [queue for queue in queues if queue.recorded.mean_us] or list(queues)
    large = [queue for queue in waited if queue.jobs >= FEWEST] or waited
    ranks = []
    for policy in dict.fromkeys(one.policy for queue in large for one in queue.matches):
        pairs = [(queue, one) for queue in large for one in queue.matches if one.policy == policy]
        weight = sum(queue.jobs for queue, _ in pairs)
        ranks.append(
            PolicyRank(
                policy=policy,
                misfit=sum(queue.jobs * one.misfit for queue, one in pairs) / weight,
                wasserstein_us=sum(queue.jobs * one.wasserstein_us for queue, one in pairs) / weight,
                spearman=sum(queue.jobs * (one.spearman or 0.0) for queue, one in pairs) / weight,
                best_in=sum(nearest(queue.matches) == (policy,) for queue, _ in pairs),
            )
        )
    return tuple(sorted(ranks, key=lambda one: (round(one.misfit, 6), -one.best_in)))


def hindcast_all(
    recording: Recording, by: str, fleet: Fleet, policies: Sequence[str], tell: Callable[[str, int, int], None]
) -> Iterator[QueueHindcast | str]:
    """Each queue, or what is left out and why; `tell` hears of every queue before it is replayed."""
    groups = groups_of(recording, by)
    for at, group in enumerate(groups):
        tell(group.name, at, len(groups))
        found = hindcast_queue(recording, group, fleet, policies)
        yield f"{group.name}: {several(len(group.rows), 'job')} without a known wait" if found is None else found


def _workers(fleet: Fleet, name: str, most: int) -> tuple[int, str]:
    given = fleet.named.get(name, fleet.otherwise)
    if isinstance(given, int):
        return given, GIVEN
    return max(most, 1), given


def _known(recording: Recording) -> NDArray[np.bool_]:
    return np.ones(len(recording), np.bool_) if recording.wait_known is None else recording.wait_known
