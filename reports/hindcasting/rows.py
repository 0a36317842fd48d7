"""The tables of a hindcast, in words: for the screen and for the page."""

from reports.document import Table
from reports.hindcasting.figures import Hindcast, QueueHindcast
from reports.hindcasting.measures import nearest
from reports.wording import count, several, short_duration

MISFIT = (
    "misfit = W ÷ recorded mean + 1 − ρ. W: mean difference of the sorted waits (Wasserstein); ρ, r: rank and linear "
    "correlation of the waits of each job. 0: all explained; about 2: nothing is."
)

KEPT: tuple[tuple[int, tuple[int, ...]], ...] = (
    (170, tuple(range(15))),
    (100, (0, 1, 2, 4, 7, 10, 12, 13, 14)),
    (0, (0, 1, 2, 4, 7, 12, 13, 14)),
)
"""From so many columns of the screen on, these of the table."""

WORDS = {"explained": "yes", "partly": "partly", "not explained": "no", "too few jobs": "few jobs"}


def queues_table(found: Hindcast, width: int, most: int | None = None) -> Table:
    """The best policy of each queue beside the recording."""
    columns = (
        found.by, "jobs", "workers", "best at", "mean", "p50", "p90", "p95", "p99", "W", "ρ", "r", "misfit", "policy",
        "explained",
    )  # fmt: skip
    kept = next(kept for least, kept in KEPT if width >= least)
    rows = tuple(_row(queue) for queue in found.queues[:most])
    note = f"Recorded → simulated under the policy that is nearest. {MISFIT}"
    return Table(
        "Recorded and simulated waits", tuple(columns[i] for i in kept),
        tuple(tuple(row[i] for i in kept) for row in rows), note=note,
    )  # fmt: skip


def _row(queue: QueueHindcast) -> tuple[str, ...]:
    best, of, signs = queue.matches[0], queue.recorded, queue.signs
    pairs = (
        (of.mean_us, best.waits.mean_us), (of.p50_us, best.waits.p50_us), (of.p90_us, best.waits.p90_us),
        (of.p95_us, best.waits.p95_us), (of.p99_us, best.waits.p99_us),
    )  # fmt: skip
    return (
        queue.name, count(queue.jobs), count(queue.workers) if queue.workers else "–",
        count(signs.best) if signs else "–",
        *(f"{short_duration(round(a))}→{short_duration(round(b))}" for a, b in pairs),
        short_duration(round(best.wasserstein_us)), _signed(best.spearman), _signed(best.pearson),
        f"{best.misfit:.2f}", _nearest(queue), WORDS[queue.verdict],
    )  # fmt: skip


def _nearest(queue: QueueHindcast) -> str:
    first, *others = nearest(queue.matches)
    if not others:
        return first
    return "all alike" if len(others) + 1 == len(queue.matches) else f"{first} +{len(others)}"


def ranking_table(found: Hindcast) -> Table:
    rows = tuple(
        (
            one.policy, f"{one.misfit:.2f}", short_duration(round(one.wasserstein_us)), f"{one.spearman:.2f}",
            count(one.best_in),
        )
        for one in found.ranking
    )  # fmt: skip
    columns = ("policy", "misfit", "W", "ρ", "best in")
    return Table("Which policy explains the recording best", columns, rows, best=frozenset({(0, 1)}))


def policies_table(queue: QueueHindcast) -> Table:
    rows = [("recorded", *_waits(queue.recorded), "", "", "", "")]
    rows += [
        (
            one.policy, *_waits(one.waits), short_duration(round(one.wasserstein_us)), _signed(one.spearman),
            _signed(one.pearson), f"{one.misfit:.2f}",
        )
        for one in queue.matches
    ]  # fmt: skip
    columns = ("policy", "mean", "p50", "p90", "p95", "p99", "W", "ρ", "r", "misfit")
    return Table(queue.name, columns, tuple(rows), note=" ".join(f"{reason}." for reason in queue.reasons))


def workers_words(queue: QueueHindcast) -> str:
    if not queue.workers:
        return "the fleet of the scenario"
    source = {
        "given": "as given",
        "peak": "the most that ran at once",
        "best": "the number that explains the waits best",
        "by-day": "the median of a number fitted to each day",
    }
    return f"{several(queue.workers, 'worker')}, {source[queue.workers_from]}"


def headline(found: Hindcast) -> str:
    """How much of the recording is explained, by jobs."""
    jobs = sum(queue.jobs for queue in found.queues)
    parts = []
    for word in ("explained", "partly", "not explained", "too few jobs"):
        of = [queue for queue in found.queues if queue.verdict == word]
        if of:
            parts.append(f"{word}: {len(of)} ({several(sum(queue.jobs for queue in of), 'job')})")
    return f"{several(jobs, 'wait')} in {several(len(found.queues), 'queue')}; {', '.join(parts)}"


def _waits(of: object) -> tuple[str, ...]:
    fields = ("mean_us", "p50_us", "p90_us", "p95_us", "p99_us")
    return tuple(short_duration(round(getattr(of, field))) for field in fields)


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
