"""Reads the Standard Workload Format of the Parallel Workloads Archive: 18 numbers a row, comments after `;`.

Format: Feitelson and others, Parallel Workloads Archive, "The Standard Workload Format", version 2.2. Times are whole
seconds in practice; −1 stands for what is not known.
"""

from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

import msgspec
import numpy as np

from scenarios.spec_swf import Rows, Swf
from scenarios.traces.errors import refuse
from scenarios.traces.files import lines
from scenarios.traces.recording import Recording
from scenarios.traces.rows import zero_durations
from scenarios.traces.values import Unusable, microseconds
from scenarios.workload import CANCELLED, FAILED, SUCCEEDED, RefusedRows, TraceReading

FIELDS = 18
STATUS = {0: FAILED, 5: CANCELLED}
"""Completed is 1; 2 to 4 are parts of checkpointed jobs, −1 is unknown: both count as succeeded."""
LARGEST_S = 10**9
SECOND_US = 1_000_000
MOST_PROCESSORS = 10**7


class SwfRow(msgspec.Struct, frozen=True, gc=False):
    """One row with all that it has; times in µs, −1 where the log does not say."""

    job: int
    submit_us: int
    wait_us: int
    run_us: int
    allocated: int
    cpu_us: int
    used_memory_kib: int
    requested: int
    estimate_us: int
    requested_memory_kib: int
    status: int
    user: int
    group: int
    executable: int
    queue: int
    partition: int
    preceding_job: int
    think_us: int


class SwfJob(msgspec.Struct, frozen=True, gc=False):
    """A job as it is replayed."""

    job: int
    submit_us: int
    wait_us: int
    run_us: int
    processors: int
    estimate_us: int
    outcome: int


_UNITS = tuple(SECOND_US if at in (1, 2, 3, 5, 8, 17) else 1 for at in range(FIELDS))


def read_swf(path: Path, rules: Swf, window: Rows) -> Recording:
    """The jobs of a log by the rules; raises TraceError where not one of them can be used."""
    refused: dict[str, list[int]] = {}
    jobs: list[SwfJob] = []
    read = 0
    for line, row in swf_rows(path):
        read += 1
        job = row if isinstance(row, str) else cleaned(row, rules)
        if isinstance(job, str):
            refused.setdefault(job, []).append(line)
        else:
            jobs.append(job)
    jobs.sort(key=attrgetter("job" if rules.order == "job" else "submit_us"))
    usable = len(jobs)
    jobs = jobs[window.first : None if window.count is None else window.first + window.count]
    reasons = tuple(
        RefusedRows(why, len(at), at[0]) for why, at in sorted(refused.items(), key=lambda one: -len(one[1]))
    )
    if not jobs:
        why = "; ".join(f"{rows.reason}: {rows.count:,} (first line {rows.first_line})" for rows in reasons)
        found = f"{usable:,} usable rows" + (f" ({why})" if why else "")
        raise refuse(path, found, f"more than {window.first:,}, where the window `rows` begins")
    return _recording(path, jobs, read, usable, reasons, rules)


def swf_rows(path: Path) -> Iterator[tuple[int, SwfRow | str]]:
    """(line, row or why it cannot be read) of everything that is no comment."""
    for line, text in enumerate(lines(path), 1):
        words = text.split()
        if not words or words[0].startswith(";"):
            continue
        if len(words) != FIELDS:
            yield line, f"not {FIELDS} fields"
            continue
        try:
            yield line, _row(words)
        except Unusable as why:
            yield line, f"a field is {why}"


def _row(words: list[str]) -> SwfRow:
    """A time of −1 means unknown, whatever the unit. Raises Unusable."""
    try:
        numbers = list(map(int, words))  # most logs have nothing else
    except ValueError:
        numbers = [-1 if word == "-1" else microseconds(word, unit) for word, unit in zip(words, _UNITS, strict=True)]
        return SwfRow(*numbers)
    return SwfRow(*[-1 if number == -1 else number * unit for number, unit in zip(numbers, _UNITS, strict=True)])


def cleaned(row: SwfRow, rules: Swf) -> SwfJob | str:
    """The job that a row stands for under the rules, or why it is left out."""
    if row.submit_us < 0:
        return "no time of submission"
    limit = rules.max_processors
    if limit is not None and max(row.allocated, row.requested) > limit:
        return f"more than {limit} processors"
    first, second = (
        (row.allocated, row.requested) if rules.processors == "allocated" else (row.requested, row.allocated)
    )
    processors = max(first, second) if rules.processors == "larger" or first <= 0 else first
    if processors <= 0:
        return "no number of processors"
    run = row.run_us
    if run < 0 and rules.negative_runtime is not None:
        run = rules.negative_runtime
    if run < 0:
        return "no run time"
    if run == 0 and rules.zero_runtime == "drop":
        return "run time 0"
    estimate = row.estimate_us
    if estimate <= 0:
        if rules.missing_estimate == "drop":
            return "no estimate"
        estimate = run
    if rules.runtime == "at-most-estimate":
        run = min(run, estimate)
    if max(row.submit_us, run, estimate) > LARGEST_S * SECOND_US or processors > MOST_PROCESSORS:
        return "a number out of range"
    outcome = STATUS.get(row.status, SUCCEEDED)
    return SwfJob(row.job, row.submit_us, row.wait_us, run, processors, max(estimate, 1), outcome)


def _recording(
    path: Path, jobs: list[SwfJob], read: int, usable: int, refused: tuple[RefusedRows, ...], rules: Swf
) -> Recording:
    jobs = sorted(jobs, key=attrgetter("submit_us"))  # keeps the order of those that come together
    size = len(jobs)
    origin = jobs[0].submit_us if rules.clock == "first-arrival" else 0

    def column(field: str) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
        return np.fromiter((getattr(job, field) for job in jobs), np.int64, size)

    queued, durations, waits = column("submit_us") - origin, column("run_us"), column("wait_us")
    notes = zero_durations(durations)
    if usable > size:
        notes += (f"{usable - size:,} usable rows lie outside the window",)
    return Recording(
        reading=TraceReading(str(path), rows=read, used=size, refused=refused, notes=notes),
        origin_us=origin,
        queued_us=queued,
        started_us=queued + waits if (waits >= 0).all() else None,
        duration_us=durations,
        label=np.zeros(size, np.int32),
        tenant=np.full(size, -1, np.int32),
        pipeline=np.full(size, -1, np.int64),
        outcome=column("outcome").astype(np.int8),
        labels=("job",),
        tenants=(),
        has_outcomes=True,
        processors=column("processors"),
        estimate_us=column("estimate_us"),
    )
