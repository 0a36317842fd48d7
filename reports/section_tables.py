"""The tables of the report: figures of several policies in words, rows by policy or by name."""

from collections.abc import Mapping, Sequence

from reports.comparison import MEASURES, best
from reports.document import Table
from reports.figures import Interval, Split, Summary, Waits
from reports.scheduling_words import decisions
from reports.wording import NONE, count, duration, index, money, number, percent, seconds
from scenarios.workload import TraceReading

MOST_ROWS = 60
CPU_HOUR, MIB_HOUR = 1000 * 3_600_000_000, 1024 * 3_600_000_000


def comparison(summaries: Sequence[Summary]) -> Table:
    return Table(
        "",
        ("Policy", "mean", *(measure.title for measure in MEASURES[1:])),
        tuple((s.policy, *(measure.words(measure.value(s)) for measure in MEASURES)) for s in summaries),
        best=frozenset((row, 1 + i) for i, measure in enumerate(MEASURES) for row in best(measure, summaries)),
        groups=(("", 1), ("queue wait", 4), ("CPU", 1), ("cost", 2), ("", 1)),
    )


def waits(summaries: Sequence[Summary]) -> Table:
    reasons = {i.why_none for s in summaries for i in (s.waits.mean_interval, s.waits.p95_interval) if i.why_none}
    return Table(
        "All jobs",
        ("Policy", "jobs", "started", "mean", "95 % interval", "p50", "p95", "95 % interval", "p99", "longest"),
        tuple(
            (
                s.policy, count(w.jobs), count(w.started), duration(w.mean_us), _interval(s.waits.mean_interval),
                duration(w.p50_us), duration(w.p95_us), _interval(s.waits.p95_interval), duration(w.p99_us),
                duration(w.max_us),
            )
            for s, w in ((s, s.waits.overall) for s in summaries)
        ),
        note=f"No interval where: {'; '.join(sorted(reasons))}." if reasons else "",
    )  # fmt: skip


def _interval(interval: Interval) -> str:
    return NONE if interval.low_us is None else f"{duration(interval.low_us)} to {duration(interval.high_us)}"


def waits_by(kind: str, groups: Sequence[Mapping[str, Waits]], summaries: Sequence[Summary]) -> Table:
    """One row per name, p50, p95 and p99 of every policy side by side; of many names those with most jobs."""
    jobs = {name: waits.jobs for group in reversed(groups) for name, waits in group.items() if waits.jobs}
    names, note = _most(jobs, kind)
    few = len(summaries) <= 3
    quantiles = ("p50", "p95", "p99") if few else ("p95",)
    heads = tuple(q for _ in summaries for q in quantiles)
    by_policy = (("", 2), *((s.policy, len(quantiles)) for s in summaries)) if len(summaries) > 1 else ()
    rows = tuple(
        (
            name,
            count(jobs[name]),
            *(duration(getattr(group.get(name), f"{q}_us", None)) for group in groups for q in quantiles),
        )
        for name in names
    )
    return Table(f"By {kind}", (kind.capitalize(), "jobs", *heads), rows, note=note, groups=by_policy)


def waits_by_tenant_and_label(summaries: Sequence[Summary]) -> Table:
    rows = []
    for tenant, labels in summaries[0].waits.by_tenant_label.items():
        for label in labels:
            each = [s.waits.by_tenant_label.get(tenant, {}).get(label) for s in summaries]
            p95 = (duration(w.p95_us if w else None) for w in each)
            rows.append((tenant, label, count(labels[label].jobs), *p95))
    rows.sort(key=lambda row: -int(row[2].replace(",", "")))
    note = f"{len(rows) - MOST_ROWS:,} more in summary.json." if len(rows) > MOST_ROWS else ""
    columns = ("Tenant", "Label", "jobs", *(s.policy for s in summaries))
    groups = (("", 3), ("p95", len(summaries)))
    kept = tuple(rows[:MOST_ROWS])
    return Table("By tenant and label", columns, kept, names=2, folded=True, note=note, groups=groups)


def levels(summaries: Sequence[Summary]) -> Table:
    columns = ("Policy", "mean", "p99", "most", "mean", "p99", "most", "at the horizon")
    return Table(
        "Jobs at one time", columns,
        tuple(
            (
                s.policy, number(s.running.mean), count(s.running.p99), count(s.running.max),
                number(s.queued.mean), count(s.queued.p99), count(s.queued.max), count(s.backlog_at_horizon),
            )
            for s in summaries
        ),
        note="p99: not exceeded for 99 % of the window.",
        groups=(("", 1), ("running", 3), ("queued", 4)),
    )  # fmt: skip


def use(summaries: Sequence[Summary], kind: str) -> Table:
    """Of `CPU` or `memory`, per policy and pool."""
    rows = []
    for s in summaries:
        for name, pool in s.utilisation.by_pool.items():
            split, unit = (pool.cpu_us, CPU_HOUR) if kind == "CPU" else (pool.memory_us, MIB_HOUR)
            rows.append((s.policy, name, count(pool.nodes), *_shares(split), number(split.total / unit)))
    columns = ("Policy", "Pool", "nodes", "busy", "boot", "idle", "CPU-hours" if kind == "CPU" else "GiB-hours")
    return Table(f"{kind.capitalize() if kind == 'memory' else kind} by pool", columns, tuple(rows), names=2)


def _shares(split: Split) -> tuple[str, str, str]:
    if not split.total:
        return (NONE, NONE, NONE)
    return (percent(split.share("busy")), percent(split.share("boot")), percent(split.share("idle")))


def cost(summaries: Sequence[Summary]) -> Table:
    rows = []
    for s in summaries:
        splits = s.cost.by_pool if len(s.cost.by_pool) > 1 else {}
        for name, split in (("all pools", s.cost.udollars), *splits.items()):
            parts = (money(split.total), money(split.busy), money(split.boot), money(split.idle))
            rows.append((s.policy, name, *parts, money(s.cost.per_job_udollars) if name == "all pools" else ""))
    return Table("By pool", ("Policy", "Pool", "cost", "busy", "boot", "idle", "per job"), tuple(rows), names=2)


def cost_shares(kind: str, groups: Sequence[Mapping[str, int]], summaries: Sequence[Summary]) -> Table:
    names, note = _most({name: value for name, value in groups[0].items() if any(g.get(name) for g in groups)}, kind)
    rows = tuple((name, *(money(group.get(name, 0)) for group in groups)) for name in names)
    return Table(f"Busy cost by {kind}", (kind.capitalize(), *(s.policy for s in summaries)), rows, note=note)


def fairness(summaries: Sequence[Summary]) -> Table:
    tenants, note = _most(summaries[0].fairness.service_by_tenant, "tenant", most=12)
    columns = ("Policy", "service", "delivery", "allocation", *tenants)
    rows = tuple(
        (
            s.policy, index(s.fairness.service), index(s.fairness.delivered), index(s.fairness.allocation),
            *(percent(s.fairness.service_by_tenant.get(tenant)) for tenant in tenants),
        )
        for s in summaries
    )  # fmt: skip
    groups = (("", 1), ("Jain's index of", 3), ("run ÷ (wait + run)", len(tenants)))
    return Table("", columns, rows, note=note, groups=groups)


def outcomes(summaries: Sequence[Summary]) -> Table:
    kinds = tuple(summaries[0].outcomes)
    words = (kind.lower().replace("_", " ") for kind in kinds)
    columns = ("Policy", *words, "retries", "never started", "never queued")
    rows = tuple(
        (
            s.policy, *(count(s.outcomes[kind]) for kind in kinds), count(s.retries),
            count(sum(s.waits.never_started.values())), count(s.never_queued),
        )
        for s in summaries
    )  # fmt: skip
    return Table("Jobs of the window", columns, rows)


def trace(reading: TraceReading) -> Table:
    rows = (
        ("used", count(reading.used), ""),
        *((f"not used: {r.reason}", count(r.count), r.first_place or count(r.first_line)) for r in reading.refused),
    )
    note = f"{reading.path}, {reading.rows:,} rows. {' '.join(reading.notes)}".strip()
    return Table("Rows of the trace", ("Rows", "count", "first line"), rows, note=note)


def run(summaries: Sequence[Summary]) -> Table:
    rows = tuple(
        (
            s.policy, _scheduling(s), s.digest, count(s.events),
            duration(s.end_us), seconds(s.wall_s), count(round(s.jobs_per_wall_s)) if s.jobs_per_wall_s else NONE,
            "yes" if s.checked else "no",
        )
        for s in summaries
    )  # fmt: skip
    columns = ("Policy", "Scheduling", "Digest", "events", "simulated", "in", "jobs/s", "checked")
    return Table("Runs", columns, rows, names=3)


def _scheduling(summary: Summary) -> str:
    return " · ".join(f"{key.replace('_', ' ')} {words}" for key, words in decisions(summary.scheduling).items())


def work(summaries: Sequence[Summary]) -> Table:
    names = list(dict.fromkeys(name for s in summaries for name in s.work))
    rows = tuple((name.replace("_", " "), *(count(s.work.get(name)) for s in summaries)) for name in names)
    return Table("Work done by the scheduler", ("Counter", *(s.policy for s in summaries)), rows, folded=True)


def _most(values: Mapping[str, float], kind: str, most: int = MOST_ROWS) -> tuple[list[str], str]:
    """The names with the largest values, in their own order, and a note about the rest."""
    if len(values) <= most:
        return list(values), ""
    kept = set(sorted(values, key=lambda name: -values[name])[:most])
    return [name for name in values if name in kept], f"{len(values) - most:,} more {kind}s in summary.json."
