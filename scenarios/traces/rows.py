"""Turns rows of raw values into a recording: what can be used into columns, the rest into counts by reason."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from scenarios.problems import listed, show
from scenarios.traces.errors import refuse
from scenarios.traces.recording import Recording
from scenarios.traces.values import OUTCOMES, Unusable, text
from scenarios.workload import SUCCEEDED, RefusedRows, TraceReading

FIELDS = ("queued", "started", "finished", "duration", "label", "tenant", "pipeline", "outcome", "queue")
"""What a row may have, in this order; a field that is not mapped is None in every row."""

Row = tuple[int, Sequence[object] | str]
"""Line (from 1), and the values of FIELDS or the reason why there are none."""

Reader = Callable[[object], int]

UNKNOWN = object()
"""Stands for a time of queueing that is not recorded: the job arrives as it started, and its wait is not known."""

DAY_US = 86_400_000_000
REVERSED = "finished before started"
UNLABELLED = "unlabelled"


def collect(
    path: Path,
    rows: Iterable[Row],
    mapped: frozenset[str],
    time: Reader | None,
    duration: Reader | None,
    keep_reversed: bool = False,
    places: Sequence[str] = (),
) -> Recording:
    """Read all `rows` of the file at `path`; raises TraceError when not one of them can be used.

    `keep_reversed` keeps jobs that finished before they started, with a duration of 0. `places` says of each row where
    it stands, where lines do not.
    """
    columns = _Columns(mapped, time, duration, keep_reversed)
    refused: dict[str, RefusedRows] = {}
    read = 0
    for line, values in rows:
        read += 1
        reason = values if isinstance(values, str) else columns.add(values)
        if reason:
            seen = refused.get(reason)
            if seen:
                refused[reason] = RefusedRows(reason, seen.count + 1, seen.first_line, seen.first_place)
            else:
                refused[reason] = RefusedRows(reason, 1, line, places[line - 1] if places else "")
    reasons = tuple(sorted(refused.values(), key=lambda rows: (-rows.count, rows.reason)))
    if not len(columns.queued):
        why = "; ".join(
            f"{rows.reason}: {rows.count:,} (first {rows.first_place or f'line {rows.first_line}'})" for rows in reasons
        )
        found = f"no usable row among {read:,} ({why})" if read else "no rows"
        raise refuse(path, found, "at least one job")
    return columns.recording(path, read, reasons)


class _Columns:
    """Growing columns; `add` says why a row cannot be used, or nothing."""

    def __init__(
        self, mapped: frozenset[str], time: Reader | None, duration: Reader | None, keep_reversed: bool
    ) -> None:
        self.queued, self.started, self.durations = array("q"), array("q"), array("q")
        self.label, self.tenant, self.pipeline, self.outcome = array("i"), array("i"), array("q"), array("b")
        self.labels: dict[str, int] = {}
        self.tenants: dict[str, int] = {}
        self.pipelines: dict[str, int] = {}
        self.queue, self.queues = array("i"), dict[str, int]()
        self.known = array("b")
        self.unknown_outcomes: Counter[str] = Counter()
        self._mapped = mapped
        self._keep_reversed = keep_reversed
        self._time, self._duration = time, duration

    def add(self, values: Sequence[object]) -> str:
        queued, started, finished, duration, label, tenant, pipeline, outcome, queue = values
        mapped, time, length = self._mapped, self._time, self._duration
        field = "queued"
        begun = ran = 0
        try:
            at = time(queued) if time and queued is not UNKNOWN else 0
            if "started" in mapped and time:
                field = "started"
                begun = time(started)
                at = begun if queued is UNKNOWN else at
            if "finished" in mapped and time:
                field = "finished"
                ended = time(finished)
                if "started" in mapped and ended < begun and not self._keep_reversed:
                    return REVERSED
                ran = max(ended - begun, 0)
            if "duration" in mapped and length:
                field = "duration"
                ran = length(duration)
        except Unusable as why:
            return f"{field} is {why}"
        self.queued.append(at)
        self.started.append(begun)
        self.durations.append(ran)
        name = (text(label) or UNLABELLED) if "label" in mapped else "job"
        self.label.append(self.labels.setdefault(name, len(self.labels)))
        self.tenant.append(_code(self.tenants, tenant))
        self.pipeline.append(_code(self.pipelines, pipeline))
        self.outcome.append(self._ending(outcome) if "outcome" in mapped else SUCCEEDED)
        self.known.append(queued is not UNKNOWN)
        if "queue" in mapped:
            self.queue.append(self.queues.setdefault(text(queue) or UNLABELLED, len(self.queues)))
        return ""

    def recording(self, path: Path, read: int, refused: tuple[RefusedRows, ...]) -> Recording:
        queued = np.frombuffer(self.queued, np.int64)
        order = np.argsort(queued, kind="stable")
        queued = queued[order]
        origin = int(queued[0])
        known = np.frombuffer(self.known, np.int8)[order].astype(np.bool_)
        waits = "started" in self._mapped and bool(known.any())
        started = np.frombuffer(self.started, np.int64)[order] - origin if waits else None
        duration = np.frombuffer(self.durations, np.int64)[order]
        recording = Recording(
            reading=TraceReading(str(path), read, len(queued), refused, ()),
            origin_us=origin,
            queued_us=queued - origin,
            started_us=started,
            duration_us=duration,
            label=np.frombuffer(self.label, np.int32)[order],
            tenant=np.frombuffer(self.tenant, np.int32)[order],
            pipeline=np.frombuffer(self.pipeline, np.int64)[order],
            outcome=np.frombuffer(self.outcome, np.int8)[order],
            labels=tuple(self.labels),
            tenants=tuple(self.tenants),
            has_outcomes="outcome" in self._mapped,
            queue=np.frombuffer(self.queue, np.int32)[order] if "queue" in self._mapped else None,
            queues=tuple(self.queues),
            wait_known=None if known.all() else known,
        )
        return _noted(recording, self.unknown_outcomes)

    def _ending(self, value: object) -> int:
        word = text(value).lower()
        known = OUTCOMES.get(word)
        if known is None:
            self.unknown_outcomes[word] += 1
            return SUCCEEDED
        return known


def zero_durations(duration_us: NDArray[np.int64]) -> tuple[str, ...]:
    zeros = int(np.count_nonzero(duration_us == 0))
    return (f"{_jobs(zeros)} recorded with a duration of 0: replayed as 1 µs",) if zeros else ()


def _noted(recording: Recording, unknown: Counter[str]) -> Recording:
    """The same recording with notes on what was read in a way that one might question."""
    notes = [*zero_durations(recording.duration_us)]
    if recording.wait_known is not None:
        without = int(np.count_nonzero(~recording.wait_known))
        notes.append(
            f"{_jobs(without)} without a time of queueing: taken to arrive as they started, their waits are not known"
        )
    if recording.started_us is not None:
        early = int(np.count_nonzero(recording.started_us < recording.queued_us))
        if early:
            notes.append(f"{_jobs(early)} started before being queued: their recorded wait counts as 0")
    for word, times in sorted(unknown.items(), key=lambda one: (-one[1], one[0]))[:5]:
        what = f"outcome {show(word)}, a word not known here" if word else "no outcome"
        notes.append(f"{_jobs(times)} with {what}: taken as succeeded")
    if len(unknown) > 5:
        notes.append(f"and {len(unknown) - 5} more unknown words for outcomes: {listed(sorted(unknown), 5)}")
    gaps = np.diff(recording.queued_us)
    if len(gaps) and (widest := int(gaps.max())) > max(7 * DAY_US, int(recording.queued_us[-1]) // 2):
        notes.append(f"nothing arrives for {widest // DAY_US:,} days, most of the trace: is one of its times wrong?")
    return replace(recording, reading=msgspec.structs.replace(recording.reading, notes=tuple(notes)))


def _code(codes: dict[str, int], value: object) -> int:
    name = text(value)
    return codes.setdefault(name, len(codes)) if name else -1


def _jobs(count: int) -> str:
    return f"{count:,} job{'' if count == 1 else 's'}"
