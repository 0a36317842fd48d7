"""Reads the recorded Firefox CI load: pairs of big-endian 32-bit numbers, arrival and duration in milliseconds."""

from pathlib import Path

import numpy as np

from scenarios.traces.errors import refuse
from scenarios.traces.files import content
from scenarios.traces.recording import Recording
from scenarios.traces.rows import zero_durations
from scenarios.workload import TraceReading

PAIR_BYTES = 8


def read_firefox(path: Path) -> Recording:
    """The format of taskcluster-provisioning-simulator's sims/loadgen/firefox-ci. Any pair is a usable job.

    Raises TraceError for an empty file, and for one whose length is not a whole number of pairs.
    """
    data = content(path)
    if len(data) % PAIR_BYTES:
        raise refuse(
            path, f"{len(data):,} bytes, {len(data) % PAIR_BYTES} too many", f"a multiple of {PAIR_BYTES} bytes"
        )
    if not data:
        raise refuse(path, "an empty file", "pairs of 32-bit numbers: arrival ms, duration ms")
    pairs = np.frombuffer(data, ">u4").reshape(-1, 2)
    arrival = pairs[:, 0].astype(np.int64)
    order = np.argsort(arrival, kind="stable")
    queued_us = arrival[order] * 1_000
    origin_us = int(queued_us[0])
    duration_us = pairs[order, 1].astype(np.int64) * 1_000
    size = len(pairs)
    return Recording(
        reading=TraceReading(str(path), rows=size, used=size, notes=zero_durations(duration_us)),
        origin_us=origin_us,
        queued_us=queued_us - origin_us,
        started_us=None,
        duration_us=duration_us,
        label=np.zeros(size, np.int32),
        tenant=np.full(size, -1, np.int32),
        pipeline=np.full(size, -1, np.int64),
        outcome=np.zeros(size, np.int8),
        labels=("job",),
        tenants=(),
        has_outcomes=False,
    )
