"""Domain events as Parquet rows, a batch at a time: the ids that tie events together as columns, the rest as JSON."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
from msgspec.structs import asdict

from domain.shared.events import Event
from reports.parquet_log import ROWS_PER_GROUP, ParquetLog

NAME = pa.dictionary(pa.int32(), pa.string())
IDS = ("job", "pipeline", "node", "worker", "execution", "offer")

EVENTS = pa.schema([
    ("policy", NAME), ("seq", pa.int64()), ("at_us", pa.int64()), ("type", NAME), ("source", NAME),
    ("subject", pa.string()), ("job", pa.int64()), ("pipeline", pa.int64()), ("tenant", NAME), ("node", pa.int64()),
    ("worker", pa.int64()), ("execution", pa.int64()), ("offer", pa.int64()), ("cause", pa.int64()),
    ("data", pa.string()),
])  # fmt: skip


class Layout(NamedTuple):
    """Where the columns of one type of event come from."""

    type: str
    source: str
    subject: str  # the field that names what it is about: the first one
    ids: tuple[str, ...]
    tenant: bool
    nested: tuple[str, ...]  # fields that are records themselves


def layout_of(example: Event) -> Layout:
    event = type(example)
    own = [name for name in event.__struct_fields__ if name != "at_us"]
    return Layout(
        type=event.__name__,
        source=event.__module__.rpartition(".")[2],
        subject=own[0] if own else "",
        ids=tuple(name for name in IDS if name in own),
        tenant="tenant" in own,
        nested=tuple(name for name in own if isinstance(getattr(example, name), msgspec.Struct)),
    )


class EventLog:
    """The sink of one policy: called with a batch of events and, in parallel, the sequence number of each cause.

    Events are numbered 1, 2, 3, … as they come. A cause of 0 is none, and so is any where `causes` is empty: null.
    Holds at most one row group.
    """

    def __init__(self, log: ParquetLog, policy: str) -> None:
        self.log = log
        self.policy = policy
        self.count = 0
        self.layouts: dict[type[Event], Layout] = {}
        self.encode = msgspec.json.Encoder().encode
        self.waiting: list[pa.RecordBatch] = []
        self.rows = 0

    def __call__(self, events: Sequence[Event], causes: Sequence[int]) -> None:
        if not events:
            return
        self.waiting.append(self._batch(events, causes))
        self.count += len(events)
        self.rows += len(events)
        if self.rows >= ROWS_PER_GROUP:
            self.flush()

    def flush(self) -> None:
        """Write what is waiting."""
        waiting, self.waiting, self.rows = self.waiting, [], 0
        if waiting:
            self.log.append(pa.Table.from_batches(waiting).unify_dictionaries().combine_chunks())

    def _batch(self, events: Sequence[Event], causes: Sequence[int]) -> pa.RecordBatch:
        size = len(events)
        by_type: dict[type[Event], list[int]] = {}
        for i, event in enumerate(events):
            by_type.setdefault(type(event), []).append(i)
        ids = {name: np.full(size, -1, np.int64) for name in IDS}
        subject = np.full(size, None, object)
        tenant = np.full(size, None, object)
        kind = np.zeros(size, np.int32)
        layouts = []
        for code, (event_type, rows) in enumerate(by_type.items()):
            layout = self.layouts.get(event_type) or self.layouts.setdefault(event_type, layout_of(events[rows[0]]))
            layouts.append(layout)
            kind[rows] = code
            for name in layout.ids:
                ids[name][rows] = [getattr(events[i], name) for i in rows]
            if layout.tenant:
                tenant[rows] = [events[i].tenant for i in rows]  # type: ignore[attr-defined]
            if layout.subject:
                subject[rows] = [f"{layout.subject}/{getattr(events[i], layout.subject)}" for i in rows]
        cause = np.asarray(causes, np.int64) if causes else np.zeros(size, np.int64)
        columns: dict[str, Any] = {
            "policy": pa.DictionaryArray.from_arrays(np.zeros(size, np.int32), [self.policy]),
            "seq": pa.array(np.arange(self.count + 1, self.count + size + 1, dtype=np.int64)),
            "at_us": pa.array(np.fromiter((event.at_us for event in events), np.int64, size)),
            "type": _coded(kind, [layout.type for layout in layouts]),
            "source": _coded(kind, [layout.source for layout in layouts]),
            "subject": pa.array(subject, pa.string()),
            "tenant": pa.array(tenant, pa.string()).dictionary_encode(),
            "cause": pa.array(cause, mask=cause == 0),
            "data": pa.array([self._json(event) for event in events], pa.binary()).cast(pa.string()),
        }
        columns |= {name: pa.array(column, mask=column < 0) for name, column in ids.items()}
        return pa.RecordBatch.from_arrays([columns[name] for name in EVENTS.names], schema=EVENTS)

    def _json(self, event: Event) -> bytes:
        """By name: on the wire events are arrays, but who reads a file wants names."""
        layout = self.layouts[type(event)]
        named = {"type": layout.type, **asdict(event)}
        for field in layout.nested:
            named[field] = asdict(named[field])
        return self.encode(named)


def _coded(kind: Any, names: list[str]) -> pa.DictionaryArray:
    """One name per kind of event; names may repeat, Arrow wants each once."""
    unique = list(dict.fromkeys(names))
    return pa.DictionaryArray.from_arrays(np.array([unique.index(n) for n in names], np.int32)[kind], unique)
