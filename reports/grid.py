"""Small tables of text with aligned columns: names to the left, figures to the right, the best in bold."""

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.text import Text


class Cell(NamedTuple):
    text: str
    best: bool = False


def printable(text: str) -> str:
    """`text` without control characters: names come from files and must not move the cursor."""
    return "".join(c if c.isprintable() else "�" for c in text)


def padded(text: str, width: int, right: bool = False) -> str:
    """`text` in exactly `width` terminal cells, a cut end marked by `…`."""
    text = printable(text)
    if cell_len(text) > width:
        return set_cell_size(text, max(width - 1, 0)) + "…"
    space = " " * (width - cell_len(text))
    return space + text if right else text + space


NARROWEST = 8
COMFORTABLE = 12
"""Headings are broken only where they are longer than this."""


def wrapped(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Headings in as many lines as they need to be hardly wider than what stands below them, the last line full."""
    lines = []
    for at, heading in enumerate(columns):
        below = max((cell_len(printable(row[at])) for row in rows), default=0)
        room = max(below, COMFORTABLE, *(cell_len(word) for word in heading.split() or [""]))
        lines.append(textwrap.wrap(heading, room, break_long_words=False, break_on_hyphens=False) or [""])
    height = max(map(len, lines), default=1)
    return [list(line) for line in zip(*([""] * (height - len(one)) + one for one in lines), strict=True)]


def grid(
    head: Sequence[Cell], rows: Sequence[Sequence[Cell]], width: int, names: int = 1, heads: int = 1
) -> list[Text]:
    """Lines of a table in `width` cells: the first `names` columns to the left, the others to the right.

    The first `heads` lines, `head` among them, are headings. Where it does not fit, the gaps shrink first, then the
    first column is cut. A figure that is the best of its column is bold and followed by `*`, which also reads without
    colours.
    """
    columns = list(zip(head, *rows, strict=True))
    size = [max(cell_len(printable(cell.text)) for cell in column) for column in columns]
    marked = any(cell.best for row in rows for cell in row)
    gaps = len(size) - 1
    gap = 2 if sum(size) + 2 * gaps <= width else 1
    room = width - sum(size[1:]) - max(gap, 1 + marked) * gaps
    size[0] = min(size[0], max(room, NARROWEST))
    lines = []
    for number, row in enumerate((head, *rows)):
        line = Text()
        for i, (cell, width) in enumerate(zip(row, size, strict=True)):
            style = "bold" if cell.best or (number < heads and i == 0) else "dim" if number < heads else ""
            line.append(" " * max(gap - marked, 1) if i else "")
            line.append(padded(cell.text, width, right=i >= names), style)
            if marked and i:
                line.append("*" if cell.best else " ", style)
        line.rstrip()
        lines.append(line)
    return lines
