"""Reads any trace: picks the reader for its format and checks that the mapping gives every job a time and a length."""

from collections.abc import Iterator
from pathlib import Path

from scenarios.problems import Problem
from scenarios.spec import Trace
from scenarios.spec_swf import Rows, Swf
from scenarios.traces.delimited import csv_records, delimited_rows, table_records
from scenarios.traces.dumps import DUMPS, noted, read_dump
from scenarios.traces.errors import TraceError, problem, refuse
from scenarios.traces.firefox import read_firefox
from scenarios.traces.formats import PRESETS, Layout
from scenarios.traces.json_rows import json_rows
from scenarios.traces.published import SETS, read_published
from scenarios.traces.recording import Recording
from scenarios.traces.rows import Row, collect
from scenarios.traces.swf import read_swf
from scenarios.traces.values import DURATION_UNITS, TIME_UNITS, duration_in, time_as


def read_trace(trace: Trace) -> Recording:
    """The recording that a scenario's `workload.trace` names; raises TraceError."""
    if not trace.file:
        raise refuse(Path("workload.trace"), "no file", "the path of a trace", field=("file",))
    if trace.format == "swf":
        return read_swf(Path(trace.file), trace.swf or Swf(), trace.rows or Rows())
    return read_recording(Path(trace.file), layout_of(trace))


def layout_of(trace: Trace) -> Layout:
    """Where the fields of a job are, as the scenario says or as its preset knows."""
    preset = PRESETS.get(trace.format)
    if preset is not None:
        return preset
    columns = trace.columns.model_dump(exclude_none=True) if trace.columns else {}
    return Layout(trace.format, columns, trace.times, trace.duration_unit)


def read_recording(path: Path, layout: Layout, keep_reversed: bool = False) -> Recording:
    """Read the file at `path`; raises TraceError for a file or a mapping that cannot be used.

    `keep_reversed` keeps jobs that finished before they started, with a duration of 0, instead of refusing them.
    """
    if layout.format == "firefox-dat":
        return read_firefox(path)
    if layout.format == "swf":
        return read_swf(path, Swf(), Rows())
    if layout.format in DUMPS:
        return read_dump(path, layout.format, keep_reversed)
    if layout.format in SETS:
        return noted(read_published(path, layout.format, keep_reversed), [*SETS[layout.format].notes])
    if problems := list(_mapping_problems(path, layout)):
        raise TraceError(problems + _column_problems(path, layout))
    columns = layout.columns
    time = time_as(layout.times) if layout.times else None
    duration = duration_in(layout.duration_unit) if layout.duration_unit and "duration" in columns else None
    return collect(path, _rows(path, layout), frozenset(columns), time, duration, keep_reversed)


def _rows(path: Path, layout: Layout) -> Iterator[Row]:
    if layout.format == "json":
        return json_rows(path, layout.columns)
    records = csv_records(path) if layout.format == "csv" else table_records(path)
    return delimited_rows(path, records, layout.columns)


def _column_problems(path: Path, layout: Layout) -> list[Problem]:
    """What the file itself has against the mapping, to be told together with what the mapping lacks."""
    try:
        next(iter(_rows(path, layout)), None)
    except TraceError as error:
        return list(error.problems)
    return []


def _mapping_problems(path: Path, layout: Layout) -> Iterator[Problem]:
    """What the mapping lacks, whatever the file holds; the scenario loader says the same with lines of the scenario."""
    columns = layout.columns
    if "queued" not in columns:
        yield problem(
            path, 0, ("columns", "queued"), "nothing", "the column with the time at which a job is ready to run"
        )
    if "duration" not in columns and not {"started", "finished"} <= set(columns):
        yield problem(path, 0, ("columns",), "no length of jobs", "`duration`, or both `started` and `finished`")
    if layout.times not in (*TIME_UNITS, "iso8601"):
        yield problem(path, 0, ("times",), layout.times or "nothing", ", ".join((*TIME_UNITS, "iso8601")))
    if "duration" in columns and layout.duration_unit not in DURATION_UNITS:
        yield problem(path, 0, ("duration_unit",), layout.duration_unit or "nothing", ", ".join(DURATION_UNITS))
