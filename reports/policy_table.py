"""A table of text with policies side by side: figures as rows, names wrapped at hyphens, or letters and a legend."""

import re
from collections.abc import Sequence
from string import ascii_uppercase
from typing import NamedTuple

from rich.cells import cell_len
from rich.text import Text

from reports.grid import padded, printable

GAP = 2
NAMES_AT_LEAST = 20  # cells for the names of rows, before policies are spread over several tables
HEAD_LINES = 3
PIECES = re.compile(r"[^-+_./ ]*[-+_./ ]*")


class Row(NamedTuple):
    """One figure of every policy, or three figures each; `best` are the policies that read best."""

    name: str
    cells: tuple[tuple[str, ...], ...]
    best: frozenset[int] = frozenset()
    head: bool = False


Block = Sequence[Row]


class Layout(NamedTuple):
    """Widths in terminal cells; `policies` is how many columns fit side by side."""

    names: int
    part: int
    column: int
    policies: int


def fitted(policies: Sequence[str], blocks: Sequence[Block], width: int) -> Layout:
    """The layout of `blocks` in `width` cells; fewer `policies` than there are when they do not all fit."""
    rows = [row for block in blocks for row in block]
    part = max((cell_len(cell) for row in rows for cells in row.cells if len(cells) > 1 for cell in cells), default=0)
    single = max((cell_len(cells[0]) for row in rows for cells in row.cells if len(cells) == 1), default=0)
    column = max(single, 3 * part + 2 if part else 0) + 1  # one for the mark of the best
    longest = max(cell_len(printable(row.name)) for row in rows)
    fit = min(len(policies), max(1, (width - min(longest, NAMES_AT_LEAST)) // (column + GAP)))
    fit = -(-len(policies) // -(-len(policies) // fit))  # spread evenly: 2 and 2, not 3 and 1
    names = min(longest, max(width - fit * (column + GAP), 8))
    spare = (width - names) // fit - GAP - column
    wanted = max(cell_len(printable(name)) for name in policies) + 1 - column
    return Layout(names, part, column + max(0, min(spare, wanted)), fit)


def needs_letters(policies: Sequence[str], layout: Layout) -> bool:
    """Whether some name does not fit above its column, however it is wrapped."""
    heads = [_wrapped(printable(name), layout.column - 1) for name in policies]
    return any(len(head) > HEAD_LINES or max(map(cell_len, head)) >= layout.column for head in heads)


def legend(policies: Sequence[str]) -> list[Text]:
    return [Text.assemble((_letter(i), "bold"), f" {printable(name)}") for i, name in enumerate(policies)]


def table(policies: Sequence[str], blocks: Sequence[Block], width: int, letters: bool = False) -> list[Text]:
    """Lines of `blocks`, a blank one between two, policies that do not fit in further tables below.

    Above the columns stand names or, with `letters`, those of the legend.
    """
    layout = fitted(policies, blocks, width)
    heads = [
        [_letter(i)] if letters else _wrapped(printable(name), layout.column - 1) for i, name in enumerate(policies)
    ]
    lines: list[Text] = []
    for first in range(0, len(policies), layout.policies):
        shown = range(first, min(first + layout.policies, len(policies)))
        if lines:
            lines.append(Text())
        lines += _head([heads[i] for i in shown], layout)
        for number, block in enumerate(blocks):
            if number:
                lines.append(Text())
            for row in block:
                lines += _row(row, shown, layout)
    return lines


def _letter(i: int) -> str:
    return ascii_uppercase[i % 26]


def _wrapped(name: str, width: int) -> list[str]:
    """`name` in lines of at most `width` cells, broken after hyphens and the like; longer where it has none."""
    lines = [""]
    for piece in PIECES.findall(name):
        if lines[-1] and cell_len(lines[-1]) + cell_len(piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def _head(heads: Sequence[Sequence[str]], layout: Layout) -> list[Text]:
    """Names end where their figures end, on the lowest lines."""
    height = max(map(len, heads))
    lines = []
    for i in range(height):
        line = Text(" " * layout.names)
        for head in heads:
            j = i - height + len(head)
            words = head[j] if j >= 0 else ""
            line.append(" " * GAP + padded(words, layout.column - 1, right=True) + " ", "bold")
        line.rstrip()
        lines.append(line)
    return [line for line in lines if line.plain]


def _row(row: Row, shown: Sequence[int], layout: Layout) -> list[Text]:
    """A name that is too long for its column has a line of its own."""
    name, style = printable(row.name), "dim" if row.head else ""
    lines = []
    if cell_len(name) > layout.names:
        lines.append(Text(name))
        name = ""
    line = Text(padded(name, layout.names), style)
    for i in shown:
        cells = row.cells[i] if row.cells else ("",)
        words = cells[0] if len(cells) == 1 else _parts(cells, layout)
        best = i in row.best
        line.append(" " * GAP + padded(words, layout.column - 1, right=True), "bold" if best else style)
        line.append("*" if best else " ", "bold" if best else "")
    line.rstrip()
    return [*lines, line]


def _parts(cells: Sequence[str], layout: Layout) -> str:
    gap = " " * max(1, min(2, (layout.column - 1 - 3 * layout.part) // 2))
    return gap.join(padded(cell, layout.part, right=True) for cell in cells)
