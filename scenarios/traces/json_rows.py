"""Reads rows from JSON: an array of objects, an object that holds one such array, or one object a line."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from scenarios.problems import choices, show
from scenarios.traces.errors import TraceError, problem, refuse
from scenarios.traces.files import content
from scenarios.traces.rows import FIELDS, Row

_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_BROKEN = (msgspec.DecodeError, RecursionError)
_SAMPLE = 100
"""A column may be missing from some objects; it is a mistake in the mapping when the first hundred all lack it."""


def json_rows(path: Path, columns: Mapping[str, str | int]) -> Iterator[Row]:
    """Rows as `FIELDS` want them; `head.commit.id` names a field of a field. Lines of arrays count line ends.

    Raises TraceError for an array that is not JSON, for a column given by number and for one that no object has.
    """
    if numbers := [field for field, column in columns.items() if isinstance(column, int)]:
        raise TraceError(
            problem(path, 0, ("columns", field), f"column {columns[field]}", "the name of a field of each JSON object")
            for field in numbers
        )
    data = content(path)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refuse(path, f"byte 0x{data[error.start]:02x}, which is not UTF-8", "UTF-8 text", line) from None
    data = data.removeprefix(b"\xef\xbb\xbf")
    items = list(_items(path, data))
    _check_columns(path, items, columns)
    return _rows(items, columns)


def _items(path: Path, data: bytes) -> Iterator[tuple[int, bytes]]:
    """(line, JSON text) of each element."""
    start = data.lstrip()[:1]
    if start == b"[":
        try:
            elements = _ARRAY.decode(data)
        except _BROKEN as error:
            raise refuse(path, f"malformed JSON ({error})", "an array of objects, or one object a line") from None
        return _located(data, elements)
    held = _held(data) if start == b"{" else None
    if held is not None:
        return _located(data, held)
    return ((number, line) for number, line in enumerate(data.split(b"\n"), 1) if line.strip())


def _held(data: bytes) -> list[msgspec.Raw] | None:
    """The elements of the only array in an object, such as `jobs` in GitHub's answers; None where it is not so."""
    try:
        values = [bytes(value) for value in _OBJECT.decode(data).values()]
        found = [_ARRAY.decode(value) for value in values if value.startswith(b"[")]
    except _BROKEN:
        return None
    return found[0] if len(found) == 1 else None


def _located(data: bytes, elements: list[msgspec.Raw]) -> Iterator[tuple[int, bytes]]:
    line, position = 1, 0
    for element in elements:
        text = bytes(element)
        begins = data.index(text, position)
        line += data.count(b"\n", position, begins)
        yield line, text
        line += text.count(b"\n")
        position = begins + len(text)


def _rows(items: list[tuple[int, bytes]], columns: Mapping[str, str | int]) -> Iterator[Row]:
    paths = [str(columns[field]) if field in columns else None for field in FIELDS]
    for line, text in items:
        try:
            item = msgspec.json.decode(text)
        except _BROKEN:
            yield line, "not JSON"
            continue
        if isinstance(item, dict):
            yield line, [_find(item, dotted)[0] if dotted is not None else None for dotted in paths]
        else:
            yield line, "not a JSON object"


def _find(item: object, dotted: str) -> tuple[object, bool]:
    """The value at a dotted name, and whether it is there; a key that itself holds the dots comes first."""
    if not isinstance(item, dict):
        return None, False
    if dotted in item:
        return item[dotted], True
    head, _, rest = dotted.partition(".")
    return _find(item.get(head), rest) if rest else (None, False)


def _check_columns(path: Path, items: list[tuple[int, bytes]], columns: Mapping[str, str | int]) -> None:
    sample = []
    for line, text in items[:_SAMPLE]:
        try:
            item = msgspec.json.decode(text)
        except _BROKEN:
            continue
        if isinstance(item, dict):
            sample.append((line, item))
    if not sample:
        return
    names = list(dict.fromkeys(name for _, item in sample for name in _names(item)))
    problems = [
        problem(
            path, sample[0][0], ("columns", field), show(column), f"a field of the objects: {choices(column, names)}"
        )
        for field, column in columns.items()
        if not any(_find(item, str(column))[1] for _, item in sample)
    ]
    if problems:
        raise TraceError(problems)


def _names(item: dict[str, object], before: str = "", depth: int = 3) -> Iterator[str]:
    for name, value in item.items():
        yield before + name
        if isinstance(value, dict) and depth:
            yield from _names(value, f"{before}{name}.", depth - 1)
