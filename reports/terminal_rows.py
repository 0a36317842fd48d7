"""The rows of the terminal's table: figures of each policy in words, and the waits of labels and tenants."""

from collections.abc import Callable, Sequence

from reports.comparison import MEASURES, best
from reports.figures import Summary, Waits
from reports.policy_table import Row
from reports.scheduling_words import decisions
from reports.wording import NONE, count, duration, money, number, percent, seconds, several

MOST_GROUPS = 6
QUANTILES = ("p50", "p95", "p99")
Words = Callable[[Summary], str]


def answer(summaries: Sequence[Summary]) -> list[Row]:
    """Waits of all jobs, CPU time, cost and fairness; the best policy of each measure is marked."""
    rows: list[tuple[str, str, str, Words | None]] = [
        ("queue wait", "mean", "mean queue wait", None),
        ("", "p50", "p50 queue wait", None),
        ("", "p95", "p95 queue wait", None),
        ("", "p99", "p99 queue wait", None),
        ("CPU", "busy", "share of CPU busy", None),
        ("", "boot", "", lambda s: percent(s.utilisation.cpu_us.share("boot"))),
        ("", "idle", "", lambda s: percent(s.utilisation.cpu_us.share("idle"))),
    ]
    if any(s.cost.udollars.total for s in summaries):
        rows += [
            ("cost", "busy", "", lambda s: money(s.cost.udollars.busy)),
            ("", "boot", "", lambda s: money(s.cost.udollars.boot)),
            ("", "idle", "", lambda s: money(s.cost.udollars.idle)),
            ("", "total", "cost", None),
            ("", "per job", "cost per job", None),
        ]
    else:
        rows.append(("cost", "", "cost", None))
    rows.append(("fairness", "(Jain)", "fairness of service", None))
    measures = {measure.name: measure for measure in MEASURES}
    found = []
    for group, name, key, words in rows:
        measure = measures.get(key)
        cells = [words(s) if words else measure.words(measure.value(s)) if measure else "" for s in summaries]
        leaders = best(measure, summaries) if measure else ()
        found.append(Row(_name(group, name, 11), tuple((cell,) for cell in cells), frozenset(leaders)))
    return found


def waits(summaries: Sequence[Summary], words: Callable[[int | None], str]) -> list[Row]:
    """p50, p95 and p99 of every label and tenant with jobs; of many, those with most."""
    rows = [Row("", tuple(QUANTILES for _ in summaries), head=True)]
    for kind, each in (
        ("label", [s.waits.by_label for s in summaries]),
        ("tenant", [s.waits.by_tenant for s in summaries]),
    ):
        jobs = {name: waits.jobs for name, waits in each[0].items() if waits.jobs}
        kept = sorted(jobs, key=lambda name: -jobs[name])[: MOST_GROUPS - (len(jobs) > MOST_GROUPS)]
        for i, name in enumerate(name for name in jobs if name in kept):
            cells = tuple(_quantiles(waits.get(name), words) for waits in each)
            rows.append(Row(_name("" if i else kind, name, 7), cells))
        if len(jobs) > len(kept):
            rows.append(Row(f"… {several(len(jobs) - len(kept), kind)} more in the report", (), head=True))
    return rows


def _quantiles(waits: Waits | None, words: Callable[[int | None], str]) -> tuple[str, ...]:
    return tuple(words(getattr(waits, f"{q}_us") if waits else None) for q in QUANTILES)


def run(summaries: Sequence[Summary], digest: int = 16) -> list[Row]:
    """How jobs ended, how many there were at a time, and how the run went; digests by their first letters."""
    usual = ("SUCCEEDED", "FAILED")
    kinds = [kind for kind in summaries[0].outcomes if kind in usual or any(s.outcomes[kind] for s in summaries)]
    rows: list[tuple[str, str, Words]] = [
        *(("", kind.lower().replace("_", " "), lambda s, kind=kind: count(s.outcomes[kind])) for kind in kinds),
        *([("", "never queued", lambda s: count(s.never_queued))] if any(map(_cancelled_early, summaries)) else []),
        *([("", "retries", lambda s: count(s.retries))] if any(s.retries for s in summaries) else []),
        ("", "backlog", lambda s: count(s.backlog_at_horizon)),
        ("at a time", "running", lambda s: number(s.running.mean)),
        ("", "queued", lambda s: number(s.queued.mean)),
        ("run", "digest", lambda s: s.digest[:digest]),
        ("", "events", lambda s: count(s.events)),
        ("", "simulated", lambda s: duration(s.end_us)),
        ("", "wall time", lambda s: seconds(s.wall_s)),
        ("", "jobs/s", lambda s: count(round(s.jobs_per_wall_s)) if s.jobs_per_wall_s else NONE),
        ("", "checked", lambda s: "yes" if s.checked else "no"),
    ]
    rows[0] = ("jobs", *rows[0][1:])
    told = [decisions(s.scheduling) for s in summaries]
    for key, title in (("estimates", "estimates"), ("decision_time", "decides in"), ("offer_ttl", "offers for")):
        if any(key in words for words in told):
            rows.append(("", title, lambda s, key=key: decisions(s.scheduling).get(key, NONE)))  # type: ignore[misc]
    return [Row(_name(group, name, 11), tuple((words(s),) for s in summaries)) for group, name, words in rows]


def _cancelled_early(summary: Summary) -> bool:
    """Whether there is more to tell than that skipped jobs never queue."""
    return summary.never_queued != summary.outcomes.get("SKIPPED", 0)


def _name(group: str, name: str, indent: int) -> str:
    return f"{group:<{indent}}{name}"
