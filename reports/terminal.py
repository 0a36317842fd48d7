"""The answer on one screen of a terminal: who did best, then waits, use, cost and outcomes per policy."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from reports.comparison import MEASURES, best, common_warnings, headlines
from reports.figures import Summary, Waits
from reports.grid import Cell, grid, printable
from reports.wording import count, duration, listed, money, number, percent, seconds, several, short_duration

MOST_POLICIES = 8
MOST_GROUPS = 6


def render(summaries: Sequence[Summary], console: Console) -> None:
    """Print all of it to `console`: within 45 lines of 80 columns for a few policies, tenants and labels."""
    shown = summaries[:MOST_POLICIES]
    sections = [_opening(summaries)]
    if shown:
        sections += [
            _comparison(shown, console.width),
            _waits(shown, console.width),
            _use(shown, console.width),
            _outcomes(shown, console.width),
            _run(shown, console.width),
        ]
    for i, section in enumerate(sections):
        if i:
            console.print()
        for line in section:
            console.print(line, no_wrap=i > 0, overflow="ellipsis" if i else "fold", highlight=False)
    if len(summaries) > len(shown):
        console.print(_more(len(summaries) - len(shown)))


def _more(policies: int) -> Text:
    return Text(f"… {several(policies, 'policy', 'policies')} more in the report", "dim")


def _opening(summaries: Sequence[Summary]) -> list[Text]:
    lines = []
    if summaries:
        one = summaries[0]
        jobs = f"{several(one.waits.overall.jobs, 'job')} queued between {duration(one.warm_up_us)} and"
        lines.append(
            Text.assemble((printable(one.scenario), "bold"), f"  seed {one.seed}, {jobs} {duration(one.horizon_us)}")
        )
    lines += [Text(printable(sentence)) for sentence in headlines(summaries)]
    for warning, policies in common_warnings(summaries):
        about = "" if len(policies) == len(summaries) else f"{printable(listed(policies))}: "
        lines.append(Text(f"! {about}{printable(warning)}", "yellow"))
    return lines


def _comparison(summaries: Sequence[Summary], width: int) -> list[Text]:
    head = [Cell("policy"), *(Cell(measure.title) for measure in MEASURES)]
    leaders = [best(measure, summaries) for measure in MEASURES]
    rows = [
        [
            Cell(summary.policy),
            *(
                Cell(measure.words(measure.value(summary)), best=i in leads)
                for measure, leads in zip(MEASURES, leaders, strict=True)
            ),
        ]
        for i, summary in enumerate(summaries)
    ]
    return grid(head, rows, width)


def _waits(summaries: Sequence[Summary], width: int) -> list[Text]:
    """p50, p95 and p99 side by side while that fits, else p95 of as many policies as fit."""
    groups = _groups(summaries[0])
    names = [name for name, *_ in groups]
    name_width = min(18, max(map(len, names)))
    for per_policy, words in ((3, duration), (3, short_duration), (1, short_duration)):
        cell = 8 if words is duration else 6
        wide = per_policy * (cell + 1) + 1
        fit = (width - name_width) // wide
        if fit >= len(summaries):
            break
    shown = summaries[: max(fit, 1)]
    quantiles = ("p50", "p95", "p99") if per_policy == 3 else ("p95",)
    title = Text("queue wait".ljust(name_width), "bold")
    for summary in shown:
        title.append(printable(summary.policy)[: wide - 1].rjust(wide), "bold")
    lines = [title]
    if per_policy == 3:
        head = Text(" " * name_width, "dim")
        for _ in shown:
            head.append(" " + "".join(q.rjust(cell + 1) for q in quantiles))
        lines.append(head)
    for name, kind, key in groups:
        if kind == "more":
            lines.append(Text(name, "dim"))
            continue
        line = Text(printable(name)[:name_width].ljust(name_width))
        for summary in shown:
            waits = _group(summary, kind, key)
            values = [getattr(waits, f"{q}_us") if waits else None for q in quantiles]
            line.append(" " + "".join(words(value).rjust(cell + 1) for value in values))
        lines.append(line)
    if len(shown) < len(summaries):
        lines.append(_more(len(summaries) - len(shown)))
    return lines


def _groups(summary: Summary) -> list[tuple[str, str, str]]:
    """(words, kind, key) of each row of waits: everything, then labels, then tenants, those with most jobs first."""
    rows = [("all jobs", "all", "")]
    for kind, waits in (("label", summary.waits.by_label), ("tenant", summary.waits.by_tenant)):
        present = sorted((key for key, w in waits.items() if w.jobs), key=lambda key: -waits[key].jobs)
        keep = present if len(present) <= MOST_GROUPS else present[: MOST_GROUPS - 1]
        rows += [(f"{kind} {key}", kind, key) for key in waits if key in keep]
        if len(present) > len(keep):
            rows.append((f"… {several(len(present) - len(keep), kind)} more in the report", "more", ""))
    return rows


def _group(summary: Summary, kind: str, key: str) -> Waits | None:
    if kind == "all":
        return summary.waits.overall
    return (summary.waits.by_label if kind == "label" else summary.waits.by_tenant).get(key)


def _use(summaries: Sequence[Summary], width: int) -> list[Text]:
    head = [Cell(t) for t in ("CPU, cost", "busy", "boot", "idle", "busy $", "boot $", "idle $", "running", "queued")]
    rows = []
    for s in summaries:
        cpu, cost = s.utilisation.cpu_us, s.cost.udollars
        rows.append([
            Cell(s.policy), *(Cell(percent(cpu.share(part))) for part in ("busy", "boot", "idle")),
            *(Cell(money(part)) for part in (cost.busy, cost.boot, cost.idle)),
            Cell(number(s.running.mean)), Cell(number(s.queued.mean)),
        ])  # fmt: skip
    return grid(head, rows, width)


def _outcomes(summaries: Sequence[Summary], width: int) -> list[Text]:
    usual = ("SUCCEEDED", "FAILED")
    kinds = [kind for kind in summaries[0].outcomes if kind in usual or any(s.outcomes[kind] for s in summaries)]
    head = [Cell("jobs"), *(Cell(kind.lower().replace("_", " ")) for kind in kinds), Cell("retries"), Cell("backlog")]
    rows = [
        [Cell(s.policy), *(Cell(count(s.outcomes[kind])) for kind in kinds), Cell(count(s.retries)),
         Cell(count(s.backlog_at_horizon))]
        for s in summaries
    ]  # fmt: skip
    return grid(head, rows, width)


def _run(summaries: Sequence[Summary], width: int) -> list[Text]:
    digest = 16 if width < 100 else 64 if width >= 150 else 32
    head = [Cell(title) for title in ("run", "digest", "events", "simulated", "in", "jobs/s", "checked")]
    rows = [
        [Cell(s.policy), Cell(s.digest[:digest]), Cell(count(s.events)), Cell(duration(s.end_us)),
         Cell(seconds(s.wall_s)), Cell(count(round(s.jobs_per_wall_s)) if s.jobs_per_wall_s else "–"),
         Cell("yes" if s.checked else "no")]
        for s in summaries
    ]  # fmt: skip
    return grid(head, rows, width)
