"""A table in the width of a terminal: as it is, turned over, or in several blocks below each other; nothing is cut."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from reports.document import Table
from reports.grid import Cell, grid, printable, wrapped

Grid = Sequence[Sequence[str]]
"""Columns of words, the heading first."""


def table_lines(table: Table, width: int) -> list[Text]:
    """The first form that fits: as it is; turned over, a line per column; or, in blocks, the one with fewer lines.

    Where not even the names fit, a line is longer than `width` and wraps.
    """
    columns = [[head, *cells] for head, *cells in zip(table.columns, *table.rows, strict=True)]
    turned = [list(table.columns), *(list(row) for row in table.rows)]
    plain = _block(columns, width, table.names)
    if _fits(plain, width):
        return plain
    over = _block(turned, width, 1, turned_heads=table.names)
    if _fits(over, width):
        return over
    blocks = [_blocks(columns, width, table.names), _blocks(turned, width, 1, table.names)]
    return min(blocks, key=lambda lines: (not _fits(lines, width), len(lines)))


def _fits(lines: Sequence[Text], width: int) -> bool:
    return max(line.cell_len for line in lines) <= width


def _blocks(columns: Grid, width: int, names: int, turned_heads: int = 0) -> list[Text]:
    """The columns after the names spread over as many blocks as it takes, the names in front of each."""
    lines: list[Text] = []
    at = names
    while at < len(columns):
        until = len(columns)
        while True:
            block = _block([*columns[:names], *columns[at:until]], width, names, turned_heads)
            if _fits(block, width) or until == at + 1:
                break
            until -= 1
        lines += [Text(), *block] if lines else block
        at = until
    return lines


def _block(columns: Grid, width: int, names: int, turned_heads: int = 0) -> list[Text]:
    """Lines that may be too long, for nothing is cut; the names of a table that was turned over head its columns."""
    rows = [tuple(row) for row in zip(*columns, strict=True)]
    heads = rows[:turned_heads] if turned_heads else [tuple(line) for line in wrapped(rows[0], rows[1:])]
    rows = [*heads, *rows[turned_heads or 1 :]]
    wide = sum(max(cell_len(printable(row[i])) for row in rows) + 1 for i in range(len(columns)))
    head, *body = ([Cell(cell) for cell in row] for row in rows)
    return grid(head, body, max(width, wide), names, len(heads))
