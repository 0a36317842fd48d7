"""Whatever a file holds, reading it either gives usable jobs or says what is wrong with it."""

import gzip
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scenarios.traces.errors import TraceError
from scenarios.traces.formats import BITCOIN, FIREFOX, Layout, detect
from scenarios.traces.trace import read_recording

NAMED: dict[str, str | int] = {"queued": "q", "started": "s", "finished": "f", "label": "l", "outcome": "o"}
LAYOUTS = {
    "dat": FIREFOX,
    "bitcoin": BITCOIN,
    "csv": Layout("csv", NAMED, "epoch_s"),
    "csv-iso": Layout("csv", NAMED, "iso8601"),
    "csv-numbers": Layout("csv", {"queued": 0, "duration": 1, "tenant": 2}, "epoch_ms", "min"),
    "table": Layout("table", {"queued": 0, "duration": 1, "pipeline": 2}, "epoch_s", "s"),
    "json": Layout("json", {**NAMED, "pipeline": "p.q"}, "epoch_s"),
}
words = st.one_of(
    st.integers(-5, 3).map(str), st.integers(1_700_000_000, 1_700_000_500).map(str), st.floats().map(str),
    st.text(max_size=8), st.sampled_from(["", "null", "2025-09-04T17:25:47Z", "1e99", "0001-01-01T00:00:00Z", '"'])
)  # fmt: skip
rows = st.lists(st.lists(words, max_size=6), max_size=12)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), words),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("qsfop"), inner, max_size=4)),
    max_leaves=20,
)
FOLDER = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def try_to_read(path, layout, content):
    path.write_bytes(content)
    try:
        recording = read_recording(path, layout)
    except TraceError as error:
        assert error.problems
        assert all(problem.found and problem.allowed for problem in error.problems)
        return
    reading = recording.reading
    assert reading.used == len(recording) >= 1
    assert reading.rows == reading.used + sum(rows.count for rows in reading.refused)
    assert recording.queued_us[0] == 0
    assert (np.diff(recording.queued_us) >= 0).all()
    assert (recording.duration_us >= 0).all()
    assert recording.label.max() < len(recording.labels)
    assert all(recording.labels)


@pytest.mark.parametrize("kind", LAYOUTS)
@FOLDER
@given(st.binary(max_size=200), st.booleans())
@example(b"\x1f\x8b", False)
@example(b"q,s,f,l,o\n\x00,\x00", False)
@example(b"[" * 5000, False)
@example(b'{"q":' * 5000, False)
def test_any_bytes(tmp_path, kind, content, compressed):
    try_to_read(tmp_path / "trace", LAYOUTS[kind], gzip.compress(content) if compressed else content)


@pytest.mark.parametrize("kind", ["csv", "csv-iso", "csv-numbers", "table"])
@FOLDER
@given(rows, st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_table(tmp_path, kind, rows, end):
    joint = " " if kind == "table" else ","
    header = "q,s,f,l,o" if kind in ("csv", "csv-iso") else ""
    text = end.join([header, *(joint.join(row) for row in rows)])
    try_to_read(tmp_path / "trace", LAYOUTS[kind], text.encode("utf-8", "surrogatepass"))


@FOLDER
@given(st.lists(values, max_size=6), st.booleans())
def test_any_json(tmp_path, items, as_lines):
    texts = [json.dumps(item) for item in items]
    try_to_read(
        tmp_path / "trace", LAYOUTS["json"], ("\n".join(texts) if as_lines else f"[{','.join(texts)}]").encode()
    )


@FOLDER
@given(st.one_of(st.binary(max_size=100), rows.map(lambda rows: "\n".join(",".join(row) for row in rows).encode(
    "utf-8", "surrogatepass"))))  # fmt: skip
def test_a_format_is_told_or_the_columns_are_named(tmp_path, content):
    path = tmp_path / "trace.csv"
    path.write_bytes(content)
    with pytest.raises(TraceError, match="allowed"):
        detect(path)
