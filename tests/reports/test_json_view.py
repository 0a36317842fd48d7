"""The JSON of a summary can be relied upon: versioned, stable, complete."""

import json

import msgspec

from reports.json_view import SCHEMA_VERSION, Document, to_json
from reports.summary import summarise


def test_the_same_summary_is_the_same_bytes_and_reads_back(live) -> None:
    summary = summarise(live(300))
    text = to_json([summary])
    assert text == to_json([summarise(live(300))])
    document = msgspec.json.decode(text, type=Document)
    assert document.schema_version == SCHEMA_VERSION
    assert list(document.summaries) == [summary]


def test_keys_keep_their_order_and_integers_their_digits(make) -> None:
    document = json.loads(to_json([summarise(make([{"finished_us": 3}], seed=2**62 + 1))]))
    assert list(document) == ["format", "schema_version", "windtunnel", "interrupted", "settings", "summaries"]
    assert list(document["summaries"][0])[:4] == ["scenario", "policy", "scheduling", "seed"]
    assert document["summaries"][0]["seed"] == 2**62 + 1
    assert document["summaries"][0]["utilisation"]["cpu_us"] == {"busy": 3000, "boot": 0, "idle": 399_999_997_000}


def test_no_runs_are_valid_json() -> None:
    assert json.loads(to_json([]))["summaries"] == []
