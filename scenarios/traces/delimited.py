"""Reads rows of delimited text: CSV with quotes, and tables of words between spaces with `#` or `;` comments."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from scenarios.problems import Problem, choices, listed, show
from scenarios.traces.errors import TraceError, problem, refuse
from scenarios.traces.files import lines
from scenarios.traces.rows import FIELDS, Row

DELIMITERS = ",;\t"

Record = tuple[int, list[str]]
"""Line on which a record begins (from 1), and its fields."""


def csv_records(path: Path) -> Iterator[Record]:
    """Records of a CSV file; the delimiter is the one of `,` `;` and tab that its first line has most of.

    Empty lines are passed over. Raises TraceError for quotes that do not close, since they would swallow rows.
    """
    source = lines(path)
    first = next(source, "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(chain([first], source), delimiter=delimiter, strict=True)
    line = 1
    try:
        for fields in reader:
            if fields:
                yield line, fields
            line = reader.line_num + 1
    except csv.Error as error:
        raise refuse(path, f"CSV that cannot be read ({error})", "quoted fields as in RFC 4180", line) from None


def table_records(path: Path) -> Iterator[Record]:
    """Records of a whitespace-separated table; lines that begin with `#` or `;` are comments."""
    for line, row in enumerate(lines(path), 1):
        fields = row.split()
        if fields and fields[0][0] not in "#;":
            yield line, fields


def delimited_rows(path: Path, records: Iterator[Record], columns: Mapping[str, str | int]) -> Iterator[Row]:
    """Rows as `FIELDS` want them. Where any column is given by name, the first record is the header.

    Raises TraceError when a named column is not there, or there twice.
    """
    named = any(isinstance(column, str) for column in columns.values())
    header: list[str] = []
    if named:
        line, header = next(records, (0, []))
        header = [name.strip() for name in header]
        if not line:
            raise refuse(path, "an empty file", "a header and at least one job")
        if problems := list(_header_problems(path, line, header, columns)):
            raise TraceError(problems)
    places = [_place(columns.get(field), header) for field in FIELDS]
    return _rows(records, places, len(header))


def header_of(path: Path) -> tuple[str, ...]:
    """The names in the first record of a CSV file, for guessing what it is."""
    return tuple(name.strip() for name in next(csv_records(path), (0, []))[1])


def _rows(records: Iterable[Record], places: list[int], width: int) -> Iterator[Row]:
    """A place of −1 is a column that is not mapped; `width` is the number of columns, 0 where no header says."""
    needed = max(places) + 1
    for line, fields in records:
        if len(fields) < needed:
            yield line, "too few fields"
        elif width and len(fields) > width and any(fields[width:]):
            yield line, "too many fields"
        else:
            yield line, [fields[place] if place >= 0 else None for place in places]


def _place(column: str | int | None, header: list[str]) -> int:
    if column is None:
        return -1
    return column if isinstance(column, int) else header.index(column)


def _header_problems(path: Path, line: int, header: list[str], columns: Mapping[str, str | int]) -> Iterator[Problem]:
    for field, column in columns.items():
        place = ("columns", field)
        if isinstance(column, int):
            if column >= len(header):
                yield problem(path, line, place, f"column {column}", f"0 to {len(header) - 1}: {listed(header)}")
        elif column not in header:
            yield problem(path, line, place, show(column), f"a column of the file: {choices(column, header)}")
        elif header.count(column) > 1:
            yield problem(
                path, line, place, f"{show(column)} {header.count(column)} times", "a name once in the header"
            )
