"""JSON traces: their three shapes, nested fields, and elements or columns that cannot be used."""

import json

import pytest

from scenarios.traces.errors import TraceError
from scenarios.workload import RefusedRows

S = 1_000_000


def refusal(call, *arguments, **options):
    with pytest.raises(TraceError) as caught:
        call(*arguments, **options)
    return str(caught.value)


def columns(recording):
    started = None if recording.started_us is None else recording.started_us.tolist()
    return recording.queued_us.tolist(), started, recording.duration_us.tolist()


JSON = {"format": "json", "times": "iso8601", "columns": {
    "queued": "created_at", "started": "job.started", "finished": "job.ended", "label": "labels", "tenant": "a.b",
}}  # fmt: skip
JOB = {
    "created_at": "2025-09-04T17:25:47Z", "job": {"started": "2025-09-04T17:25:50Z", "ended": "2025-09-04T17:26:50Z"},
    "labels": ["self-hosted", "linux"], "a.b": "acme",
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([JOB, JOB]),
        json.dumps([JOB, JOB], indent=2),
        json.dumps(JOB) + "\n\n" + json.dumps(JOB) + "\n",
        json.dumps({"total_count": 2, "jobs": [JOB, JOB]}, indent=1),
    ],
)
def test_json_is_an_array_an_array_in_an_object_or_an_object_a_line(read, text):
    recording = read(text, **JSON)
    assert columns(recording) == ([0, 0], [3 * S, 3 * S], [60 * S, 60 * S])
    assert (recording.labels, recording.tenants) == (("self-hosted,linux",), ("acme",))


def test_json_elements_that_cannot_be_used_are_counted_where_they_stand(read):
    never_started = {**JOB, "job": {"started": None, "ended": None}}
    recording = read(json.dumps([JOB, 3, never_started, {}, JOB], indent=0), **JSON)
    assert recording.reading.used == 2
    assert [(rows.reason, rows.first_line) for rows in recording.reading.refused] == [
        ("not a JSON object", 14), ("queued is missing", 27), ("started is missing", 15),
    ]  # fmt: skip
    lines = read(json.dumps(JOB) + "\n{oops\n" + json.dumps(JOB), **JSON)
    assert lines.reading.refused == (RefusedRows("not JSON", 1, 2),)


def test_broken_json_and_columns_that_no_object_has_are_refused(read):
    assert "malformed JSON" in refusal(read, json.dumps([JOB])[:-9], **JSON)
    message = refusal(read, json.dumps([JOB]), **{**JSON, "columns": {**JSON["columns"], "started": "job.startd"}})
    assert "columns.started" in message
    assert "did you mean job.started?" in message
    assert "the name of a field" in refusal(read, "[]", **{**JSON, "columns": {**JSON["columns"], "label": 3}})
    assert "no rows" in refusal(read, "[]", **JSON)
