"""A profile on the screen: what a job costs, where the time goes, where the memory goes, and what was done."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from reports.wording import count, percent, seconds, several
from windtunnel.profiling.figures import Profile
from windtunnel.profiling.sources import module_of

MIB = 1 << 20


def show(profile: Profile, screen: Console, top: int) -> None:
    timing = profile.timing
    screen.print(
        f"[bold]{escape(profile.scenario)}[/bold], policy {escape(profile.policy)}, seed {profile.seed}: "
        f"{count(profile.jobs)} jobs, {count(profile.events)} events ({profile.events_per_job:.1f} a job)",
        highlight=False,
    )
    screen.print(
        f"Without a profiler: {seconds(timing.wall_s)}, {timing.us_per_job:.1f} µs a job, {timing.us_per_event:.2f} µs "
        f"an event, {count(round(timing.jobs_per_s))} jobs/s (the fastest of {timing.runs}, the slowest "
        f"{seconds(timing.slowest_s)}).",
        highlight=False,
    )
    for line in _overheads(profile):
        screen.print(escape(line), highlight=False)
    for table in _tables(profile, top):
        screen.print()
        screen.print(table)


def _overheads(profile: Profile) -> Iterator[str]:
    sampled, counted, memory = profile.sampled, profile.counted, profile.memory
    if sampled is not None:
        yield (
            f"Sampled: {count(sampled.samples)} samples in {several(sampled.runs, 'run')}, {sampled.overhead:.2f} "
            "times as long as without; with few samples shares are rough."
        )
    if counted is not None:
        yield (
            f"Call by call: {count(counted.calls)} calls, {counted.overhead:.1f} times as long as without: calls are "
            "exact, times lean towards small functions that are called often."
        )
    if memory is not None:
        yield (
            f"Memory: {memory.peak_bytes / MIB:,.1f} MiB at most, {memory.bytes_per_job:,.0f} bytes a job, traced "
            f"{memory.overhead:.1f} times as slowly; the process had {memory.process_peak_bytes / MIB:,.0f} MiB."
        )


def _tables(profile: Profile, top: int) -> Iterator[Table]:
    rows: list[tuple[str, ...]]
    if profile.sampled is not None and profile.sampled.samples:
        whole = profile.timing.us_per_job
        for title, what, found in (
            ("Layers, by samples", "layer", profile.sampled.layers),
            ("Functions by their own time, by samples", "function", profile.sampled.functions[:top]),
        ):
            rows = [(one.name, percent(one.share), f"{one.share * whole:.2f}") for one in found]
            yield _table(title, (what, "share", "µs a job"), rows)
    if profile.counted is not None:
        rows = [
            (one.name, count(one.calls), f"{one.calls / max(profile.jobs, 1):.2f}", percent(one.own_share))
            for one in profile.counted.functions[:top]
        ]
        yield _table("Functions, call by call", ("function", "calls", "a job", "own share"), rows)
    if profile.memory is not None:
        rows = [
            (f"{module_of(one.file)}:{one.line}", f"{one.bytes / MIB:,.2f}", count(one.blocks), percent(one.share))
            for one in profile.memory.places[:top]
        ]
        title = f"Memory, by line, when {profile.memory.looked_at_bytes / MIB:,.1f} MiB were alive"
        yield _table(title, ("line", "MiB", "blocks", "share"), rows)
    jobs = max(profile.jobs, 1)
    work = [(name, count(amount), f"{amount / jobs:.2f}") for name, amount in profile.work.items()]
    yield _table("Work, the same on every machine", ("what", "how much", "a job"), work)


def _table(title: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(title=title, title_justify="left")
    for number, header in enumerate(headers):
        table.add_column(header, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    return table


def told_files(profile: Profile, directory: Path) -> str:
    return f"Kept in {directory}: {', '.join(profile.files)}"
