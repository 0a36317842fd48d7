"""The events of a stored run, read back from its table as they were, a row group at a time."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from domain.shared.events import Event
from domain.shared.resources import DIMENSIONS, Resources
from reports.event_columns import fields_of
from reports.manifest import StoreError

Numbered = tuple[int, int | None, Event]
"""The number of an event in its run, that of the event that caused it (None: a timer or an arrival did), and itself."""


def stored_events(path: Path, policy: str, wanted: Collection[type[Event]]) -> Iterator[Sequence[Event]]:
    """The events of one policy that are of the `wanted` types, in order; once per row group, also when there are none.

    What has no column of its own is as the type has it by default. Raises StoreError where the table is not ours.
    """
    for rows in _row_groups(path, wanted, ()):
        found = _events(rows, policy, wanted)
        yield [found[place] for place in sorted(found)]


def numbered_events(path: Path, policy: str, wanted: Collection[type[Event]]) -> Iterator[Sequence[Numbered]]:
    """As `stored_events`, each event with its number and that of its cause."""
    for rows in _row_groups(path, wanted, ("seq", "caused_by")):
        found = _events(rows, policy, wanted)
        places = sorted(found)
        some = rows.select(["seq", "caused_by"]).take(pa.array(places, pa.int64()))
        numbers, causes = some["seq"].to_pylist(), some["caused_by"].to_pylist()
        yield list(zip(numbers, causes, map(found.__getitem__, places), strict=True))


def _row_groups(path: Path, wanted: Collection[type[Event]], more: Collection[str]) -> Iterator[pa.Table]:
    columns = {"policy", "type", "at_us", *more, *(field.column for kind in wanted for field in fields_of(kind))}
    try:
        with pq.ParquetFile(path) as file:
            if missing := sorted(columns - set(file.schema_arrow.names)):
                raise StoreError(f"{path} has no column {', '.join(missing)}: it is of another version of windtunnel")
            for group in range(file.num_row_groups):
                yield file.read_row_group(group, columns=sorted(columns))
    except FileNotFoundError:
        raise StoreError(f"{path} is missing: the run was kept without its events (--no-events)") from None
    except (pa.ArrowException, OSError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from None


def _events(rows: pa.Table, policy: str, wanted: Collection[type[Event]]) -> dict[int, Event]:
    """Place in the rows → event."""
    mine = _is(rows["policy"], policy)
    found: dict[int, Event] = {}
    for kind in wanted:
        places = np.flatnonzero(mine & _is(rows["type"], kind.__name__))
        if len(places):
            some = rows.take(pa.array(places.tolist(), pa.int64()))
            found.update(zip(places.tolist(), _made(kind, some), strict=True))
    return found


def _is(column: pa.ChunkedArray, name: str) -> Any:
    """Where a column of names has this one."""
    parts = []
    for chunk in column.chunks:
        names = chunk.dictionary.to_pylist()
        code = names.index(name) if name in names else -1
        parts.append(chunk.indices.to_numpy(zero_copy_only=False) == code)
    return np.concatenate(parts) if parts else np.zeros(0, bool)


def _made(kind: type[Event], rows: pa.Table) -> Iterable[Event]:
    """One event a row, from the columns that `fields_of` gave its fields."""
    stored = {field.column for field in fields_of(kind)}
    arguments: dict[str, Iterable[Any]] = {"at_us": rows["at_us"].to_pylist()}
    for name, hint in get_type_hints(kind).items():
        if hint is Resources:
            amounts = (rows[part].to_pylist() for part in DIMENSIONS)
            arguments[name] = map(Resources, *amounts)
        elif name in stored:
            values = rows[name].to_pylist()
            arguments[name] = map(_names, values) if hint == tuple[str, ...] else values
    ordered = [name for name in kind.__struct_fields__ if name in arguments]
    if ordered == list(kind.__struct_fields__[: len(ordered)]):
        return map(kind, *(arguments[name] for name in ordered))
    return (
        kind(**dict(zip(ordered, values, strict=True)))
        for values in zip(*(arguments[name] for name in ordered), strict=True)
    )


def _names(joined: str) -> tuple[str, ...]:
    return tuple(joined.split(",")) if joined else ()
