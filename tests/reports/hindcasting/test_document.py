"""The table of docs/hindcast.md is what the recording gives."""

import re
from pathlib import Path

import numpy as np

from reports.hindcasting.comparing import groups_of
from reports.hindcasting.measures import match, waits_of
from reports.hindcasting.replaying import alone
from reports.hindcasting.signs import signs
from reports.hindcasting.workers import first_come
from reports.wording import short_duration
from scenarios.traces.formats import PRESETS
from scenarios.traces.recording import Recording
from scenarios.traces.trace import read_recording

TEXT = (Path(__file__).parents[3] / "docs" / "hindcast.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([\w-]+) \|(?: [^|]+ \|){12}$", TEXT, re.MULTILINE)


def row(name: str, jobs: Recording) -> str:
    """First come, first served by a heap, which gives the same waits as the engine."""
    waits = np.maximum(jobs.started_us - jobs.queued_us, 0)
    known = np.ones(len(jobs), np.bool_) if jobs.wait_known is None else jobs.wait_known
    started = jobs.queued_us + waits
    most = signs(jobs.queued_us, started, jobs.duration_us, known, 1, jobs.origin_us)
    of = waits_of(waits[known])
    peak, best = (
        match("fifo", waits[known], first_come(jobs.queued_us, jobs.duration_us, workers)[known])
        for workers in (most.peak, most.best)
    )
    cells = (
        name, f"{known.sum():,}", short_duration(round(of.mean_us)), short_duration(of.p50_us),
        short_duration(of.p95_us), str(most.peak), f"{peak.misfit:.2f}", str(most.best), f"{best.misfit:.2f}",
        f"{best.spearman:.2f}", f"{most.by_day_least}–{most.by_day_most}", f"{most.by_day_misfit:.2f}",
        f"{most.by_day_spearman:.2f}",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def test_every_row_is_computed(data):
    recording = read_recording(data("vllm_buildkite/jobs.csv"), PRESETS["vllm-buildkite"])
    groups = {group.name: group for group in groups_of(recording, "queue")}
    assert len(ROWS) == 9
    for name in ROWS[1:]:
        assert row(name, alone(recording, groups[name].rows)) in TEXT
