"""The envelope keeps the rules of CloudEvents 1.0, and its time is that of the calendar."""

import datetime
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contracts.execution import ExecutionUploading
from domain.contracts.orchestration import JobQueued
from domain.shared.envelope import EPOCH_S, CloudEvent, envelope, rfc3339, type_of
from domain.shared.ids import ExecutionId, JobId, PipelineId
from domain.shared.resources import Resources

REQUIRED = ("id", "source", "specversion", "type")  # CloudEvents 1.0.2, "REQUIRED Attributes"
QUEUED = JobQueued(
    3_661_000_001, JobId(7), PipelineId(2), "web", "test", Resources(1000, 512), ("linux", "x64"), 1, 0
)  # fmt: skip


def offences(event: dict[str, object]) -> list[str]:
    """What the specification would object to in a JSON event with structured data."""
    found = [name for name in REQUIRED if not isinstance(event.get(name), str) or not event[name]]
    found += [name for name in event if not re.fullmatch(r"[a-z0-9]{1,20}", name)]
    found += [name for name, value in event.items() if name != "data" and not isinstance(value, str | bool | int)]
    found += [n for n, v in event.items() if isinstance(v, int) and not -(2**31) <= v < 2**31]
    if event["specversion"] != "1.0":
        found.append("specversion")
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", str(event["time"])):
        found.append("time")
    if not re.match(r"[a-z][a-z0-9+.-]*:.", str(event["dataschema"])):
        found.append("dataschema is no absolute URI")
    return found


def as_json(event: CloudEvent) -> dict[str, object]:
    return msgspec.json.decode(msgspec.json.encode(event))


def test_an_event_in_its_envelope() -> None:
    found = as_json(envelope(QUEUED, "12", "/windtunnel/x", tenant="web", correlation="2", causation="11"))
    assert offences(found) == []
    assert found == {
        "specversion": "1.0",
        "id": "12",
        "source": "/windtunnel/x",
        "type": "windtunnel.orchestration.JobQueued.v1",
        "subject": "job/7",
        "time": "2024-01-01T01:01:01.000001Z",
        "datacontenttype": "application/json",
        "dataschema": "urn:windtunnel:contracts:events#/$defs/windtunnel.orchestration.JobQueued.v1",
        "tenant": "web",
        "correlation": "2",
        "causation": "11",
        "atus": "3661000001",
        "data": found["data"],
    }
    data = found["data"]
    assert isinstance(data, dict)
    assert data["resources"] == {"cpu_millis": 1000, "memory_mib": 512, "disk_mib": 0, "gpu_millis": 0}
    assert (data["at_us"], data["runs_on"]) == (3_661_000_001, ["linux", "x64"])


def test_what_is_not_known_is_left_out() -> None:
    found = as_json(envelope(ExecutionUploading(0, ExecutionId(1)), "1", "/x"))
    assert not {"tenant", "correlation", "causation", "traceparent"} & found.keys()
    assert offences(found) == []


@pytest.mark.parametrize(("id", "source"), [("", "/x"), ("1", "")])
def test_an_event_without_a_name_is_none(id: str, source: str) -> None:
    with pytest.raises(ValueError, match="never empty"):
        envelope(QUEUED, id, source)


def test_the_version_is_part_of_the_type() -> None:
    class Renewed(JobQueued, frozen=True, tag=True, array_like=True):
        VERSION = 2

    assert type_of(Renewed).endswith(".Renewed.v2")
    assert type_of(JobQueued).endswith(".v1")
    assert "VERSION" not in JobQueued.__struct_fields__


@given(st.integers(0, 400 * 366 * 86_400 * 1_000_000))
def test_the_time_is_that_of_the_calendar(at_us: int) -> None:
    expected = datetime.datetime.fromtimestamp(EPOCH_S, datetime.UTC) + datetime.timedelta(microseconds=at_us)
    assert rfc3339(at_us) == f"{expected:%Y-%m-%dT%H:%M:%S}.{expected.microsecond:06}Z"


def test_a_run_begins_on_a_monday() -> None:
    assert datetime.datetime.fromtimestamp(EPOCH_S, datetime.UTC).weekday() == 0
