"""How many of many runs are done, on stderr, and about how long the rest will take."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from windtunnel.progress import SECONDS_BETWEEN_LINES

Count = Callable[[int, int], None]
"""Takes how many runs are done, and how many there will be as far as is known."""


@contextmanager
def counting(what: str, quiet: bool) -> Iterator[Count]:
    """Shows how many are done until the block ends: a bar on a terminal, now and then a line elsewhere."""
    if quiet:
        yield lambda done, of: None
    elif sys.stderr.isatty():
        with _bar(what) as count:
            yield count
    else:
        yield _lines(what)


def _lines(what: str) -> Count:
    began = last = time.monotonic()

    def count(done: int, of: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN_LINES:
            last = now
            left = f", about {(now - began) / done * (of - done):.0f} s left" if done else ""
            click.echo(f"{what}: {done} of {of} runs done{left}", err=True)

    return count


@contextmanager
def _bar(what: str) -> Iterator[Count]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn("runs"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
