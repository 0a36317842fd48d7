"""Reads three published sets of recorded jobs as they are, and says what each of them does not know."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from scenarios.traces.delimited import csv_records, delimited_rows
from scenarios.traces.json_rows import json_rows
from scenarios.traces.recording import Recording
from scenarios.traces.rows import FIELDS, UNKNOWN, Row, collect
from scenarios.traces.values import Unusable, duration_in, microseconds, text, time_as
from scenarios.traces.vllm import COLUMNS as VLLM_COLUMNS
from scenarios.traces.vllm import NOTES as VLLM_NOTES
from scenarios.traces.vllm import vllm_rows

PULUMI = {
    "queued": "run_started_at", "duration": "duration_s", "label": "workflow", "pipeline": "run_id",
    "outcome": "conclusion",
}  # fmt: skip
PULUMI_NOTES = (
    "each row is an attempt of a whole run, from its start to its last update: the waits of its jobs are in there",
)
LINKERD = {"started": "Started", "finished": "Completed", "label": "Job", "outcome": "Conclusion"}
NEVER = {"skipped": "skipped: never ran", "action_required": "waits for an approval: never ran"}
OUTCOME = FIELDS.index("outcome")


class Published(NamedTuple):
    """A set: its columns by which it is known, the fields that it has, its rows, and what one should know of it."""

    header: tuple[str, ...]
    mapped: frozenset[str]
    rows: Callable[[Path], Iterator[Row]]
    notes: tuple[str, ...] = ()


def read_published(path: Path, name: str, keep_reversed: bool = False) -> Recording:
    """The set called `name` of SETS; raises TraceError."""
    known = SETS[name]
    time = _whole_us if name == "vllm-buildkite" else time_as("iso8601")
    return collect(path, known.rows(path), known.mapped, time, duration_in("s"), keep_reversed)


def _pulumi(path: Path) -> Iterator[Row]:
    """runs.csv of julienp/ci-stats."""
    for line, values in delimited_rows(path, csv_records(path), PULUMI):
        yield line, values if isinstance(values, str) else NEVER.get(text(values[OUTCOME]), values)


def _linkerd(path: Path) -> Iterator[Row]:
    """jobs.json of linkerd/linkerd2-ci-metrics, which has no times of queueing."""
    for line, values in json_rows(path, LINKERD):
        if not isinstance(values, str):
            values = NEVER.get(text(values[OUTCOME]), [UNKNOWN, *values[1:]])
        yield line, values


def _vllm(path: Path) -> Iterator[Row]:
    return vllm_rows(path)


def _whole_us(value: object) -> int:
    if value is None:
        raise Unusable("missing")
    return microseconds(value, 1)


SETS = {
    "vllm-buildkite": Published(
        VLLM_COLUMNS, frozenset(("queued", "started", "finished", "label", "pipeline", "outcome", "queue")), _vllm,
        VLLM_NOTES,
    ),
    "pulumi-gha": Published(
        ("run_started_at", "duration_s", "workflow", "run_id", "conclusion", "attempt"), frozenset(PULUMI), _pulumi,
        PULUMI_NOTES,
    ),
    "linkerd-gha": Published(
        ("Workflow", "Job", "Conclusion", "Started", "Completed"), frozenset(LINKERD) | {"queued"}, _linkerd
    ),
}  # fmt: skip
"""Format as a scenario names it → a set."""
