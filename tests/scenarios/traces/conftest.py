"""A trace written for one test and read as a scenario would have it read."""

import pytest

from scenarios.spec import Trace
from scenarios.traces.trace import read_trace

NAMES = {"queued": "queued", "started": "started", "finished": "finished"}


@pytest.fixture
def read(tmp_path):
    """`read(content, format=…, columns=…, …)`: the recording of a file with this content."""

    def reader(content, **options):
        path = tmp_path / "trace"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        trace = {"file": str(path), "format": "csv", "times": "epoch_s", "columns": NAMES, **options}
        trace = {"default": {"resources": {"cpu": 1000}}} | {k: v for k, v in trace.items() if v is not None}
        return read_trace(Trace.model_validate(trace))

    return reader
