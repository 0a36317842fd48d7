"""A hindcast on a terminal: the queues, the policies, and why what is not explained is not."""

from rich.console import Console
from rich.text import Text

from reports.document import Table
from reports.grid import Cell, grid, printable
from reports.hindcasting.figures import Hindcast
from reports.hindcasting.rows import headline, queues_table, ranking_table, workers_words
from reports.wording import count, several

MOST_QUEUES, MOST_REASONED = 15, 8


def render_hindcast(found: Hindcast, console: Console, all_rows: bool = False) -> None:
    """From 80 columns up; `all_rows` shows every queue with its reasons."""
    width = max(console.width, 60)
    most = None if all_rows else MOST_QUEUES
    _line(console, found.path, "bold")
    _line(console, f"{found.format}: {count(found.used)} of {several(found.rows, 'row')} used")
    for note in found.notes:
        _line(console, f"· {note}", "dim")
    for left in found.left_out:
        _line(console, f"· not compared: {left}", "dim")
    console.print()
    _table(queues_table(found, width, most), console, width)
    if most and len(found.queues) > most:
        _line(console, f"… {several(len(found.queues) - most, 'queue')} more with --all", "dim")
    if found.ranking:
        console.print()
        _table(ranking_table(found), console, width)
    console.print()
    _line(console, headline(found), "bold")
    reasoned = [queue for queue in found.queues if queue.reasons]
    for queue in reasoned if all_rows else reasoned[:MOST_REASONED]:
        _line(console, f"{queue.name} ({workers_words(queue)}; {queue.verdict})")
        for reason in queue.reasons:
            _line(console, f"  · {reason}", "dim")
    if not all_rows and len(reasoned) > MOST_REASONED:
        _line(console, f"… reasons of {several(len(reasoned) - MOST_REASONED, 'queue')} more with --all", "dim")


def _line(console: Console, words: str, style: str = "") -> None:
    console.print(Text(printable(words), style), highlight=False)


def _table(table: Table, console: Console, width: int) -> None:
    rows = [
        [Cell(printable(text), (at, column) in table.best) for column, text in enumerate(row)]
        for at, row in enumerate(table.rows)
    ]
    for line in grid([Cell(title) for title in table.columns], rows, width):
        console.print(line, highlight=False, soft_wrap=False)
    if table.note:
        _line(console, table.note, "dim")
