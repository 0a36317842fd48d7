"""Stored events are read back as they were, by policy and by type."""

from typing import Any, get_type_hints

import pytest

from domain.contracts.orchestration import JobQueued, PipelineStarted
from domain.contracts.scheduling import JobPlaced
from domain.contracts.workers import MachineOrdered
from domain.shared.events import Event
from domain.shared.resources import Resources
from reports.event_columns import kinds
from reports.event_log import EVENTS, EventLog
from reports.event_reading import stored_events
from reports.manifest import StoreError
from reports.parquet_log import ParquetLog


def stored(path, **by_policy: list[Event]):
    log = ParquetLog(path, EVENTS)
    for policy, events in by_policy.items():
        sink = EventLog(log, policy)
        sink(events, ())
        sink.flush()
    log.close(keep=log.groups)
    return path


def read(path, policy: str, wanted) -> list[Event]:
    return [event for group in stored_events(path, policy, wanted) for event in group]


def example(kind: type[Event], number: int) -> Event:
    """An event whose fields all differ; what the table has no column for is as the type has it by default."""
    made: dict[str, Any] = {}
    for i, (name, hint) in enumerate(get_type_hints(kind).items()):
        kind_of_field = getattr(hint, "__supertype__", hint)
        values = {int: 100 * number + i, str: f"{name}-{number}", tuple[str, ...]: ("linux", f"x{number}")}
        values[Resources] = Resources(number, 2, 3, 4)
        if kind_of_field in values:
            made[name] = values[kind_of_field]
    return kind(**made)


def test_every_event_of_the_contracts_is_read_back(tmp_path) -> None:
    every = [example(kind.type, number) for number, kind in enumerate(kinds())]
    found = read(stored(tmp_path / "e.parquet", fifo=every), "fifo", [kind.type for kind in kinds()])
    assert found == every


def test_only_the_wanted_events_of_the_policy_are_read_in_their_order(tmp_path) -> None:
    one, two = PipelineStarted(3, 1, "a", 1), PipelineStarted(9, 2, "b", 4)
    queued = JobQueued(5, 1, 1, "a", "l", Resources(1, 2, 3, 4), ("linux", "big"), 1, 7)
    placed = JobPlaced(5, 1, 1, 1, 2, "p/q", Resources(5))
    bare = MachineOrdered(1, 1, "p", "q", Resources(1), ())
    path = stored(tmp_path / "e.parquet", a=[bare, one, queued, placed, two], b=[two, one])
    assert read(path, "a", [PipelineStarted, JobQueued]) == [one, queued, two]
    assert read(path, "b", [JobQueued, PipelineStarted]) == [two, one]
    assert read(path, "a", [MachineOrdered]) == [bare]
    assert read(path, "c", [PipelineStarted]) == []


def test_a_missing_a_broken_and_a_foreign_table_are_said(tmp_path) -> None:
    with pytest.raises(StoreError, match="kept without its events"):
        read(tmp_path / "none.parquet", "a", [JobQueued])
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1")
    with pytest.raises(StoreError, match="cannot be read"):
        read(broken, "a", [JobQueued])
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"at_us": [1]}), tmp_path / "foreign.parquet")
    with pytest.raises(StoreError, match=r"has no column .*of another version"):
        read(tmp_path / "foreign.parquet", "a", [JobQueued])
