"""Answers to queries for people and for programs: a table as wide as the screen, CSV, JSON, Parquet."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from math import isfinite
from textwrap import wrap
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec
from rich.cells import cell_len

from reports.grid import padded, printable
from reports.wording import NONE

if TYPE_CHECKING:
    from reports.queries.asking import Answer

NARROWEST = 12
"""Text is cut to no less."""

MOST_NAMED = 20
"""Columns without room; `--tables` has all."""

FEW = 3
"""So many rows that do not fit are turned over: a line per column."""


def screen_lines(answer: "Answer", width: int, most: int) -> Iterator[str]:
    """At most so many rows (0: all) as a table; columns that find no room are named below."""
    shown = list(islice(answer.rows, most or None))
    if not shown:
        yield f"no rows; columns: {', '.join(map(printable, answer.columns))}"
        return
    if len(shown) > FEW:
        shown = [row[:width] for row in shown]  # each takes a cell at least
    cells = [[in_words(value) for value in row] for row in shown]
    sizes = [max(cell_len(printable(cell)) for cell in column) for column in zip(answer.columns, *cells, strict=False)]
    least = [size if number else min(size, NARROWEST) for size, number in zip(sizes, answer.numeric, strict=False)]
    kept = max((n for n in range(1, len(least) + 1) if sum(least[:n]) + n - 1 <= width), default=1)
    if kept < len(answer.columns) and len(cells) <= FEW:
        yield from _turned(answer.columns, cells, width)
    else:
        yield from _table(answer, cells, sizes[:kept], width)
    if most and next(answer.rows, None) is not None:
        yield f"… more than {most:,} rows: --rows 0 shows all, --csv and --json have all"


def _table(answer: "Answer", cells: Sequence[Sequence[str]], sizes: list[int], width: int) -> Iterator[str]:
    """As many columns as there are sizes; texts are cut until it fits."""
    kept, columns, numeric = len(sizes), answer.columns, answer.numeric
    gap = 2 if sum(sizes) + 2 * (kept - 1) <= width else 1
    while sum(sizes) + gap * (kept - 1) > width:
        texts = [at for at in range(kept) if not numeric[at] and sizes[at] > NARROWEST]
        if not texts:
            break
        sizes[max(texts, key=lambda at: sizes[at])] -= 1
    for row in (columns, *cells):
        parts = [padded(cell, size, right) for cell, size, right in zip(row, sizes, numeric, strict=False)]
        yield (" " * gap).join(parts).rstrip()
    if left := columns[kept:]:
        names = ", ".join(map(printable, left[:MOST_NAMED])) + (", …" if len(left) > MOST_NAMED else "")
        yield from wrap(f"… {len(left):,} more columns: {names}", width)


def _turned(columns: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    names = max(cell_len(printable(column)) for column in columns)
    room = max((width - names - 2) // len(cells) - 2, NARROWEST)
    for column, *values in zip(columns, *cells, strict=True):
        sizes = [
            min(room, max(cell_len(printable(row[at])) for row in zip(*cells, strict=True))) for at in range(len(cells))
        ]
        parts = [padded(value, size) for value, size in zip(values, sizes, strict=True)]
        yield "  ".join((padded(column, names), *parts)).rstrip()


def write_csv(answer: "Answer", out: BinaryIO) -> None:
    """As RFC 4180 has it, but with line feeds alone; nothing for null."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows(["" if (cell := plain(value)) is None else cell for value in row] for row in answer.rows)
    text.flush()
    text.detach()


def write_json(answer: "Answer", out: BinaryIO) -> None:
    """A list of objects, one a line."""
    out.write(b"[")
    for at, row in enumerate(answer.rows):
        out.write(b",\n " if at else b"\n ")
        out.write(msgspec.json.encode(dict(zip(answer.columns, map(plain, row), strict=True))))
    out.write(b"\n]\n")


def in_words(value: Any) -> str:
    """For a cell of the screen: floats to six digits."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 1e15
        return f"{value:.0f}" if whole else f"{value:.6g}"
    if isinstance(value, dict | list | tuple):
        return msgspec.json.encode(plain(value)).decode()
    return str(plain(value))


def plain(value: Any) -> Any:
    """As JSON knows it; what is no number there is null."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value if isinstance(value, bool | int | str | None) else str(value)
