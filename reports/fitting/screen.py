"""A fit on a terminal: the model, how far it is from the recording, and what its samples give back."""

from rich.console import Console
from rich.text import Text

from reports.document import Table
from reports.fitting.figures import Fit
from reports.fitting.rows import arrivals_words, batch_words, compared_table, kinds_table, verdict
from reports.grid import Cell, grid, printable
from reports.wording import count, several

WIDE = 130


def render_fit(fit: Fit, console: Console, notes: tuple[str, ...] = ()) -> None:
    """From 80 columns up."""
    width = max(console.width, 60)
    used = f"{fit.format}: {count(fit.used)} of {several(fit.rows, 'row')} used"
    facts = {"arrivals": arrivals_words(fit.arrivals), f"push ({fit.batch.by})": batch_words(fit.batch)}
    wide = max(map(len, facts)) + 2
    console.print(Text(printable(fit.path), "bold"), highlight=False)
    console.print(Text(used), highlight=False)
    for note in notes:
        console.print(Text(f"· {printable(note)}", "dim"), highlight=False)
    console.print()
    for name, fact in facts.items():
        console.print(Text.assemble((name.ljust(wide), "bold"), fact), highlight=False)
    for table in (kinds_table(fit, width >= WIDE), *([compared_table(fit)] if fit.compared else [])):
        console.print()
        _table(table, console, width)
    console.print()
    console.print(Text(verdict(fit), "bold"), highlight=False)
    for remark in fit.remarks:
        console.print(Text(f"· {printable(remark)}", "dim"), highlight=False)


def _table(table: Table, console: Console, width: int) -> None:
    rows = [[Cell(printable(text)) for text in row] for row in table.rows]
    for line in grid([Cell(title) for title in table.columns], rows, width):
        console.print(line, highlight=False, soft_wrap=False)
    if table.note:
        console.print(Text(table.note, "dim"), highlight=False)
