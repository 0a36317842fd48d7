"""The event table keeps every field of every event in a column of its own, in order, whatever the batches were."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_type_hints

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.contracts.orchestration import JobRetried, JobStarted
from domain.shared.events import Event
from domain.shared.ids import JobId
from domain.shared.requirements import Requirements
from domain.shared.resources import DIMENSIONS, Resources
from reports.event_columns import Kind, fields_of, kinds, schema_of
from reports.event_log import AT_ONCE, EVENTS, EventLog
from reports.parquet_log import ROWS_PER_GROUP, ParquetLog

ENVELOPE = ("policy", "seq", "at_us", "type", "source", "caused_by")


def table(path: Path, *batches: tuple[Sequence[Event], Sequence[int]]) -> list[dict[str, Any]]:
    log = ParquetLog(path, EVENTS)
    sink = EventLog(log, "fifo")
    for events, causes in batches:
        sink(events, causes)
    sink.flush()
    log.close(keep=log.groups)
    found = duckdb.sql(f"select * from '{path}' order by seq")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def example(kind: type[Event], number: int) -> Event:
    """An event whose fields all differ."""
    made: dict[str, Any] = {}
    for i, (name, hint) in enumerate(get_type_hints(kind).items()):
        kind_of_field = getattr(hint, "__supertype__", hint)
        if kind_of_field is Requirements:  # has no column, and comes back as its default
            continue
        values = {int: 100 * number + i, str: f"{name}-{number}", tuple[str, ...]: ("linux", f"x{number}")}
        made[name] = Resources(number, 2, 3, 4) if kind_of_field is Resources else values[kind_of_field]
    return kind(**made)


def expected(event: Event) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if isinstance(value, Requirements):
            continue
        if isinstance(value, Resources):
            row |= dict(zip(DIMENSIONS, value.as_tuple(), strict=True))
        else:
            row[name] = ",".join(value) if isinstance(value, tuple) else value
    return row


def test_every_event_of_the_contracts_comes_back_with_every_field(tmp_path) -> None:
    every = [example(kind.type, number) for number, kind in enumerate(kinds())]
    assert {type(event) for event in every} >= {JobStarted, JobRetried}
    assert len(every) >= 30
    rows = table(tmp_path / "events.parquet", (every, ()))
    for event, kind, row in zip(every, kinds(), rows, strict=True):
        assert (row["type"], row["source"]) == (type(event).__name__, kind.source)
        assert {key: value for key, value in row.items() if value is not None and key not in ENVELOPE} == {
            key: value for key, value in expected(event).items() if key != "at_us"
        }
        assert row["at_us"] == event.at_us


@settings(max_examples=20, deadline=None)
@given(sizes=st.lists(st.integers(0, 3 * AT_ONCE), max_size=5))
def test_order_and_causes_do_not_depend_on_batches(tmp_path_factory, sizes: list[int]) -> None:
    batches = []
    for size in sizes:
        seq = sum(map(len, (events for events, _ in batches)))
        events: list[Event] = [JobStarted(at_us=seq + i, job=JobId(seq + i), attempt=1) for i in range(size)]
        batches.append((events, [seq + i for i in range(size)]))
    path = tmp_path_factory.mktemp("events") / "events.parquet"
    log = ParquetLog(path, EVENTS)
    sink = EventLog(log, "fifo")
    for events, causes in batches:
        sink(events, causes)
        events.clear()  # as the bus does
        causes.clear()
    sink.flush()
    log.close(keep=log.groups)
    total = sum(sizes)
    odd = "seq <> at_us + 1 or job <> at_us or coalesce(caused_by, 0) <> at_us or attempt <> 1"
    asked = f"select count(*), count(*) filter ({odd}), count(distinct seq) from '{path}'"
    assert duckdb.sql(asked).fetchall() == [(total, 0, total)]
    assert sink.count == total


def test_little_is_held_at_a_time(tmp_path) -> None:
    log = ParquetLog(tmp_path / "events.parquet", EVENTS)
    sink = EventLog(log, "fifo")
    batch = [JobStarted(at_us=0, job=JobId(1), attempt=1)] * 700
    for _ in range(2 * ROWS_PER_GROUP // 700 + 1):
        sink(batch, ())
        assert len(sink._events) < AT_ONCE
    assert log.groups == 2


def test_zero_is_not_nothing(tmp_path) -> None:
    (row,) = table(tmp_path / "e.parquet", ([JobRetried(at_us=0, job=JobId(0), attempt=0, cause="", after_us=0)], [0]))
    assert (row["job"], row["attempt"], row["cause"], row["after_us"]) == (0, 0, "", 0)
    assert row["caused_by"] is None
    assert row["node"] is None


def test_a_field_that_no_column_can_hold_is_told() -> None:
    class Odd(Event, frozen=True):
        share: float

    with pytest.raises(TypeError, match=r"Odd\.share is .*float"):
        fields_of(Odd)


def test_fields_of_one_name_and_two_types_are_told() -> None:
    class First(Event, frozen=True):
        size: int

    class Second(Event, frozen=True):
        size: str

    class Clash(Event, frozen=True):
        source: str

    with pytest.raises(TypeError, match=r"Second\.size"):
        schema_of((Kind(First, "x", fields_of(First)), Kind(Second, "x", fields_of(Second))))
    with pytest.raises(TypeError, match=r"Clash\.source"):
        schema_of((Kind(Clash, "x", fields_of(Clash)),))
