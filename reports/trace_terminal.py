"""The statistics of a trace on a terminal: what was read, the load, then tables per label and per day."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from reports.grid import Cell, grid, printable
from reports.trace_figures import Day, LabelLoad, Spread, TraceStats
from reports.wording import count, duration, number, percent, several, short_duration

MOST_LABELS = 10
MOST_DAYS = 14
SECOND_US = 1_000_000
WIDE = 120


def render_stats(stats: TraceStats, console: Console, all_rows: bool = False) -> None:
    """Print it in the width of `console`, from 80 columns up; `all_rows` shows every label and day."""
    width = max(console.width, 60)
    labels = stats.by_label if all_rows else stats.by_label[:MOST_LABELS]
    days = stats.days if all_rows else stats.days[:MOST_DAYS]
    sections = [_reading(stats, width), _load(stats), _spreads(stats, width)]
    if stats.labels > 1:
        sections.append([*_labels(labels, width), *_more(stats.labels - len(labels), "label", "labels")])
    if stats.queues > 1:
        queues = stats.by_queue if all_rows else stats.by_queue[:MOST_LABELS]
        table = _labels(queues, width, "queue")
        sections.append([*table, *_more(stats.queues - len(queues), "queue", "queues")])
    if len(stats.days) > 1:
        sections.append([*_days(stats, days, width), *_more(len(stats.days) - len(days), "day", "days")])
    for i, section in enumerate(sections):
        if i:
            console.print()
        for line in section:
            console.print(line, soft_wrap=False, highlight=False)


def _reading(stats: TraceStats, width: int) -> list[Text]:
    """The path on a line of its own where it is long."""
    path, used = printable(stats.path), f"{stats.format}: {count(stats.used)} of {several(stats.rows, 'row')} used"
    if len(path) + len(used) + 2 <= width:
        lines = [Text.assemble((path, "bold"), f"  {used}")]
    else:
        lines = [Text(path, "bold"), Text(used)]
    for rows in stats.refused:
        first = printable(rows.first_place) or f"at line {rows.first_line:,}"
        refused = f"! {several(rows.count, 'row')} refused: {printable(rows.reason)} (first {first})"
        lines.append(Text(refused, "yellow"))
    return [*lines, *(Text(f"· {printable(note)}", "dim") for note in stats.notes)]


def _load(stats: TraceStats) -> list[Text]:
    begins = f" from {stats.first_arrival}" if stats.first_arrival else ""
    rate = f"{number(stats.jobs_per_hour)} an hour" if stats.jobs_per_hour else "all at once"
    running = stats.concurrency
    facts = {
        "arrivals": f"{several(stats.used, 'job')} in {duration(stats.span_us)}{begins}, {rate}",
        "bursts": f"busiest hour {number(stats.peak_over_mean_hour)} × the mean, "
        f"variance ÷ mean per minute {number(stats.dispersion_1min)}",
        "unlimited workers": f"{number(running.mean)} jobs at once, p99 {count(running.p99)} "
        f"({number(running.p99_over_mean)} × the mean), most {count(running.max)}",
    }
    if stats.outcomes is not None:
        facts["outcomes"] = ", ".join(f"{count(n)} {word}" for word, n in stats.outcomes.items())
    wide = max(map(len, facts)) + 2
    return [Text.assemble((name.ljust(wide), "bold"), fact) for name, fact in facts.items()]


def _spreads(stats: TraceStats, width: int) -> list[Text]:
    head = [Cell("distribution"), *(Cell(name) for name in ("mean", "p50", "p90", "p99", "max"))]
    rows = [[Cell("job duration"), *_spread_cells(stats.duration_us)]]
    if stats.wait_us is not None:
        rows.append([Cell("recorded wait"), *_spread_cells(stats.wait_us)])
    batch = stats.batch_jobs
    sizes = (Cell(count(n)) for n in (batch.p50, batch.p90, batch.p99, batch.max))
    rows.append([Cell("jobs per batch"), Cell(number(batch.mean)), *sizes])
    return grid(head, rows, width)


def _spread_cells(of: Spread) -> list[Cell]:
    return [Cell(duration(us)) for us in (round(of.mean), of.p50, of.p90, of.p99, of.max)]


def _labels(loads: tuple[LabelLoad, ...], width: int, title: str = "label") -> list[Text]:
    """Waits beside the durations where the screen is wide enough, and of queues instead of them where it is not."""
    known = any(load.wait_us for load in loads)
    waits = known and (width >= WIDE or title == "queue")
    runs = width >= WIDE or not waits
    titles = ["jobs", "of all work", *(["run p50", "p90", "p99"] * runs), *(["wait p50", "p90", "p99"] * waits)]
    rows = []
    for load in loads:
        spreads = [*([load.duration_us] * runs), *([load.wait_us] * waits)]
        cells = [short_duration(us) if one else "–" for one in spreads for us in _percentiles(one)]
        rows.append([Cell(text) for text in (load.label, count(load.jobs), percent(load.work_share), *cells)])
    return grid([Cell(title), *map(Cell, titles)], rows, width)


def _percentiles(of: Spread | None) -> tuple[int, int, int]:
    return (of.p50, of.p90, of.p99) if of else (0, 0, 0)


def _days(stats: TraceStats, days: tuple[Day, ...], width: int) -> list[Text]:
    """Only what the trace says; the p90s are left out where the screen is narrow."""
    percentiles = ("p50", "p90", "p99") if width >= WIDE else ("p50", "p99")
    names = {"p50": "median", "p90": "p90", "p99": "p99"}
    columns = {"runs": "runs", "jobs": "tasks"}
    if stats.outcomes is not None:
        columns |= {"ok": "completed", "failed": "failed", "aborted": "aborted"}
    spans: dict[str, str] = {}
    if stats.wait_us is not None:
        spans |= {f"wait {p}": f"{names[p]}_queue_duration" for p in percentiles}
    spans |= {f"run {p}": f"{names[p]}_execution_duration" for p in percentiles}
    if stats.outcomes is not None:
        spans["wasted"] = "wasted_runner_duration"
    titles = [title if title.endswith("p50") else title.split()[-1] for title in (*columns, *spans)]
    rows = [
        [
            Cell(day.period),
            *(Cell(count(getattr(day, field))) for field in columns.values()),
            *(Cell(_seconds(getattr(day, field))) for field in spans.values()),
        ]
        for day in days
    ]
    return grid([Cell("day (UTC)" if stats.first_arrival else "day"), *map(Cell, titles)], rows, width)


def _seconds(value: int | None) -> str:
    """Of a day of which no wait is known there is nothing to show."""
    return "–" if value is None else short_duration(value * SECOND_US)


def _more(left: int, one: str, many: str) -> Iterator[Text]:
    if left:
        yield Text(f"… {several(left, one, many)} more with --json", "dim")
