"""Domain events as Parquet rows: every field a column, read type by type and scattered to the rows of its events."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa

from domain.shared.events import Event
from reports.arrow_columns import NAME, constant, named, whole
from reports.event_columns import ENVELOPE, kinds, schema_of
from reports.parquet_log import ROWS_PER_GROUP, ParquetLog

KINDS = kinds()
EVENTS = schema_of(KINDS)

AT_ONCE = 1 << 14
"""Events turned into columns together: enough that the work per type counts for little. Divides a row group."""

AT_US = attrgetter("at_us")
MISSING = np.iinfo(np.int64).min


class Codes(dict[Any, int]):
    """Numbers names 0, 1, 2, … as they are first asked for."""

    def __missing__(self, name: Any) -> int:
        self[name] = code = len(self)
        return code

    def names(self) -> list[str]:
        return [name if isinstance(name, str) else ",".join(name) for name in self]


class EventLog:
    """The sink of one policy: called with a batch of events and, in parallel, the sequence number of each cause.

    Events are numbered 1, 2, 3, … as they come. A cause of 0 is none, and so is any where `causes` is empty: null.
    Batches of any size: they are copied, and held as events up to `AT_ONCE`, as columns up to one row group.
    """

    def __init__(self, log: ParquetLog, policy: str) -> None:
        self.log = log
        self.policy = policy
        self.count = 0
        self._events: list[Event] = []
        self._causes: list[int] = []
        self._filled = 0  # rows of the columns that hold something
        self._written = 0
        self._kind = np.empty(ROWS_PER_GROUP, np.int32)
        self._at_us = np.empty(ROWS_PER_GROUP, np.int64)
        self._cause = np.empty(ROWS_PER_GROUP, np.int64)
        self._fields = {
            field.name: np.full(ROWS_PER_GROUP, -1, np.int32)
            if field.type == NAME
            else np.full(ROWS_PER_GROUP, MISSING, np.int64)
            for field in EVENTS
            if field.name not in ENVELOPE
        }
        self._codes = {name: Codes() for name in self._fields if EVENTS.field(name).type == NAME}
        self._kind_of = {kind.type: code for code, kind in enumerate(KINDS)}

    def __call__(self, events: Sequence[Event], causes: Sequence[int]) -> None:
        self._events += events
        self._causes += causes or [0] * len(events)
        self.count += len(events)
        while len(self._events) >= AT_ONCE:
            self._fill(self._events[:AT_ONCE], self._causes[:AT_ONCE])
            del self._events[:AT_ONCE], self._causes[:AT_ONCE]

    def flush(self) -> None:
        """Write what is waiting."""
        self._fill(self._events, self._causes)
        self._events, self._causes = [], []
        self._write()

    def _fill(self, events: Sequence[Event], causes: Sequence[int]) -> None:
        first, last = self._filled, self._filled + len(events)
        kind = self._kind[first:last]
        kind[:] = _integers(map(self._kind_of.__getitem__, map(type, events)), len(events))
        self._at_us[first:last] = _integers(map(AT_US, events), len(events))
        self._cause[first:last] = _integers(causes, len(events))
        boxed = np.empty(len(events), object)
        boxed[:] = events
        for code in np.unique(kind):
            places = np.flatnonzero(kind == code)
            mine = boxed[places].tolist()
            places += first
            for column, kind_of_column, read in KINDS[code].fields:
                values: Iterable[Any] = map(read, mine)
                if kind_of_column == NAME:
                    values = map(self._codes[column].__getitem__, values)
                self._fields[column][places] = _integers(values, len(mine))
        self._filled = last
        if last == ROWS_PER_GROUP:
            self._write()

    def _write(self) -> None:
        size, self._filled = self._filled, 0
        if not size:
            return
        kind, cause, first = self._kind[:size], self._cause[:size], self._written + 1
        self._written += size
        columns = {
            "policy": constant(self.policy, size),
            "seq": whole(np.arange(first, first + size, dtype=np.int64)),
            "at_us": whole(self._at_us[:size]),
            "type": named(kind, [each.type.__name__ for each in KINDS]),
            "source": named(kind, [each.source for each in KINDS]),
            "caused_by": whole(cause, cause != 0),
        }
        for name, column in self._fields.items():
            if name in self._codes:
                columns[name] = named(column[:size], self._codes[name].names())
                column.fill(-1)
            else:
                columns[name] = whole(column[:size], column[:size] != MISSING)
                column.fill(MISSING)
        self._codes = {name: Codes() for name in self._codes}
        self.log.append(pa.Table.from_arrays([columns[name] for name in EVENTS.names], schema=EVENTS))


def _integers(values: Iterable[int], size: int) -> Any:
    return np.fromiter(values, np.int64, size)
