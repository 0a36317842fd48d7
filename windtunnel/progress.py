"""How far a run is, on stderr: a bar on a terminal, now and then a plain line elsewhere, nothing when quiet."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click

SECONDS_BETWEEN_LINES = 5.0

OnProgress = Callable[[float, int], None]
"""Takes the fraction of the horizon that has passed and how many jobs have ended."""

Begin = Callable[[str], OnProgress]
"""Told that a policy starts, answers with whom to tell how it goes."""


@contextmanager
def progress(policies: Sequence[str], quiet: bool) -> Iterator[Begin]:
    """Shows the progress of `policies`, run in that order, until the block ends."""
    if quiet:
        yield lambda policy: lambda fraction, jobs: None
    elif sys.stderr.isatty():
        with _bars(policies) as begin:
            yield begin
    else:
        yield _lines(policies)


def _lines(policies: Sequence[str]) -> Begin:
    last = time.monotonic()

    def begin(policy: str) -> OnProgress:
        title = f"{policy} ({policies.index(policy) + 1}/{len(policies)})"

        def tell(fraction: float, jobs: int) -> None:
            nonlocal last
            if time.monotonic() - last >= SECONDS_BETWEEN_LINES:
                last = time.monotonic()
                click.echo(f"{title}: {fraction:.0%}, {jobs:,} jobs done", err=True)

        return tell

    return begin


@contextmanager
def _bars(policies: Sequence[str]) -> Iterator[Begin]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[jobs]:,} jobs", justify="right"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:

        def begin(policy: str) -> OnProgress:
            task = bars.add_task(policy, total=1.0, jobs=0)
            return lambda fraction, jobs: bars.update(task, completed=fraction, jobs=jobs)

        yield begin
