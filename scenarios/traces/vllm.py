"""Rows of jobs.csv of AndreasKaratzas/vllm-ci-dashboard: Buildkite jobs with their wait, but not when it began."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from scenarios.traces.delimited import csv_records
from scenarios.traces.errors import refuse
from scenarios.traces.jobs import NOT_ENDED
from scenarios.traces.rows import UNKNOWN, Row
from scenarios.traces.values import Unusable, microseconds, text, time_as

COLUMNS = (
    "pipeline", "build", "build_created_at", "job_name", "job_state", "duration_min", "wait_min", "queue",
)  # fmt: skip
NOTES = (
    "when a job became runnable is not recorded, only how long it then waited",
    "taken to be runnable: bootstrap as its build is created, images after it, all others after the build's image",
    "waits and durations are recorded in tenths of a minute",
)

MINUTE_US = 60_000_000
_NEVER = {
    "blocked": "blocked: never ran",
    "waiting_failed": "never ran: what it waited for failed",
}
_ENDED = ("passed", "failed", "soft_fail", "timed_out", "canceled")
_time = time_as("iso8601")


@dataclass(slots=True)
class _Line:
    line: int
    build: tuple[str, str]
    created: str
    name: str
    state: str
    duration_us: int | None
    wait_us: int | None
    queue: str

    @property
    def passed_us(self) -> int:
        """From runnable to its end, as far as that is known."""
        return (self.duration_us or 0) + (self.wait_us or 0)


def vllm_rows(path: Path) -> Iterator[Row]:
    """A build's jobs follow each other in the file; raises TraceError where a column is missing."""
    records = csv_records(path)
    _, header = next(records, (0, []))
    names = [name.strip() for name in header]
    if missing := [column for column in COLUMNS if column not in names]:
        raise refuse(path, f"no column {', '.join(missing)}", "jobs.csv of vllm-ci-dashboard", 1)
    places = [names.index(column) for column in COLUMNS]
    for _, lines in groupby(_lines(records, places), key=attrgetter("build")):
        yield from _build(list(lines))


def _lines(records: Iterator[tuple[int, list[str]]], places: list[int]) -> Iterator[_Line]:
    for line, fields in records:
        values = [fields[place].strip() if place < len(fields) else "" for place in places]
        pipeline, build, created, name, state, lasted, waited, queue = values
        yield _Line(line, (pipeline, build), created, name, state, _minutes(lasted), _minutes(waited), queue)


def _build(lines: list[_Line]) -> Iterator[Row]:
    """Three stages one after the other, which is how the pipelines of both kinds begin."""
    stages = [_stage(one.name) for one in lines]
    begins = [0, 0, 0]
    for stage in (0, 1):
        ended = [one.passed_us for one, of in zip(lines, stages, strict=True) if of == stage and _matters(one)]
        begins[stage + 1] = begins[stage] + max(ended, default=0)
    for one, stage in zip(lines, stages, strict=True):
        yield one.line, _values(one, begins[stage])


def _stage(name: str) -> int:
    return 0 if name == "bootstrap" else 1 if ":docker:" in name else 2


def _matters(one: _Line) -> bool:
    """All wait for bootstrap, and most for the main image: others are built beside it."""
    return _stage(one.name) == 0 or one.name.lower().endswith("build image")


def _values(one: _Line, begins_us: int) -> str | list[object]:
    if one.state in _NEVER:
        return _NEVER[one.state]
    if one.state not in _ENDED:
        return f"{NOT_ENDED} ({one.state})"
    if one.duration_us is None:
        return "duration is missing"
    try:
        ready = _time(one.created) + begins_us
    except Unusable as why:
        return f"build_created_at is {why}"
    started = ready + (one.wait_us or 0)
    queued: object = UNKNOWN if one.wait_us is None else ready
    pipeline = "/".join(one.build)
    return [queued, started, started + one.duration_us, None, one.name, None, pipeline, one.state, one.queue]


def _minutes(value: str) -> int | None:
    try:
        us = microseconds(text(value), MINUTE_US)
    except Unusable:
        return None
    return us if us >= 0 else None
