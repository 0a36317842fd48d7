"""Replays a recording: each job arrives when it was queued, runs as long as it ran, and ends as it ended."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from domain.orchestration.specs import JobSpec, PipelineSpec
from domain.shared.requirements import in_parts
from scenarios.problems import listed
from scenarios.shapes import job_spec
from scenarios.spec import Trace
from scenarios.traces.errors import TraceError, problem
from scenarios.traces.recording import Recording
from scenarios.workload import Arrival, TraceReading

_BLOCK = 65_536
_MOST_SHAPES = 20_000


class TraceWorkload:
    """Jobs of the same pipeline and queue time arrive together, as a pipeline of jobs that wait for nothing.

    What they once waited for shows in their queue times. Jobs without a pipeline come alone. Raises TraceError when
    the trace has tenants that the scenario does not know, or when nothing arrives before `horizon_us`.
    """

    def __init__(self, recording: Recording, trace: Trace, tenants: tuple[str, ...], horizon_us: int | None) -> None:
        self._recording = recording
        self.horizon_us = int(recording.queued_us[-1]) + 1 if horizon_us is None else horizon_us
        self._kind, kinds = _kinds(recording)
        self._jobs = [_LabelJobs(label, queue, trace) for label, queue in kinds]
        self._singles = [PipelineSpec((job.named(1),)) for job in self._jobs]
        self._sized: dict[tuple[int, int], PipelineSpec] = {}  # (label, processors) → a job of so many
        self._gangs = trace.swf is not None and trace.swf.places == "gang"
        self._tenants = _tenants(recording, tenants)
        self._shapes: dict[tuple[int, ...], PipelineSpec] = {}
        self.reading: TraceReading | None = msgspec.structs.replace(recording.reading, notes=self._notes(tenants))

    def arrivals(self) -> Iterator[Arrival]:
        recording = self._recording
        last = int(np.searchsorted(recording.queued_us, self.horizon_us))
        if recording.processors is not None:
            return self._by_size(last)
        if not (recording.pipeline[:last] >= 0).any():
            return self._one_by_one(last)
        return self._by_pipeline(last)

    def _one_by_one(self, last: int) -> Iterator[Arrival]:
        r, singles, tenants = self._recording, self._singles, self._tenants
        for first in range(0, last, _BLOCK):
            block = slice(first, min(first + _BLOCK, last))
            for at, tenant, label, duration, outcome in zip(
                r.queued_us[block].tolist(), r.tenant[block].tolist(), self._kind[block].tolist(),
                np.maximum(r.duration_us[block], 1).tolist(), r.outcome[block].tolist(), strict=True,
            ):  # fmt: skip
                yield Arrival(at, tenants[tenant], singles[label], (duration,), (outcome,))

    def _by_size(self, last: int) -> Iterator[Arrival]:
        """Jobs of a supercomputer: each takes so many times what its class says, and has an estimate of its own."""
        r = self._recording
        assert r.processors is not None and r.estimate_us is not None
        for at, tenant, label, size, duration, outcome, estimate in zip(
            r.queued_us[:last].tolist(), r.tenant[:last].tolist(), self._kind[:last].tolist(),
            r.processors[:last].tolist(), np.maximum(r.duration_us[:last], 1).tolist(), r.outcome[:last].tolist(),
            r.estimate_us[:last].tolist(), strict=True,
        ):  # fmt: skip
            spec = self._of_size(label, size)
            yield Arrival(at, self._tenants[tenant], spec, (duration,), (outcome,), estimates_us=(estimate,))

    def _of_size(self, label: int, processors: int) -> PipelineSpec:
        spec = self._sized.get((label, processors))
        if spec is None:
            one = self._jobs[label].named(1)
            if self._gangs:
                wide = msgspec.structs.replace(one, requirements=in_parts(one.requirements, processors))
            else:
                wide = msgspec.structs.replace(one, resources=one.resources * processors)
            spec = self._sized[label, processors] = PipelineSpec((wide,))
        return spec

    def _by_pipeline(self, last: int) -> Iterator[Arrival]:
        """Groups in order of queue time, then of their first row in the file."""
        r = self._recording
        order, ends = _groups(r.queued_us[:last], r.pipeline[:last])
        first = 0
        for end in ends.tolist():
            rows = order[first:end]
            labels = tuple(self._kind[rows].tolist())
            yield Arrival(
                int(r.queued_us[rows[0]]),
                self._tenants[int(r.tenant[rows[0]])],
                self._shape(labels),
                tuple(np.maximum(r.duration_us[rows], 1).tolist()),
                tuple(r.outcome[rows].tolist()),
            )
            first = end

    def _shape(self, labels: tuple[int, ...]) -> PipelineSpec:
        if len(labels) == 1:
            return self._singles[labels[0]]
        shape = self._shapes.get(labels)
        if shape is None:
            shape = PipelineSpec(tuple(self._named_apart(labels)))
            if len(self._shapes) >= _MOST_SHAPES:
                self._shapes.clear()
            self._shapes[labels] = shape
        return shape

    def _named_apart(self, labels: tuple[int, ...]) -> Iterator[JobSpec]:
        """A job per label, each with a name of its own: `build`, and where that is taken `build-2`, `build-3`, …"""
        taken: set[str] = set()
        numbers = dict.fromkeys(labels, 1)
        for label in labels:
            while (job := self._jobs[label].named(numbers[label])).name in taken:
                numbers[label] += 1
            taken.add(job.name)
            yield job

    def _notes(self, tenants: tuple[str, ...]) -> tuple[str, ...]:
        r, notes = self._recording, list(self._recording.reading.notes)
        nobodys = int(np.count_nonzero(r.tenant < 0))
        if nobodys and len(tenants) > 1:
            notes.append(f"{nobodys:,} job{'' if nobodys == 1 else 's'} without a tenant: given to {tenants[0]}")
        late = len(r) - int(np.searchsorted(r.queued_us, self.horizon_us))
        if late:
            notes.append(f"{late:,} job{'' if late == 1 else 's'} queued at or after the horizon: not replayed")
        return tuple(notes)


class _LabelJobs:
    """The jobs of one label and queue, `build`, `build-2`, `build-3`, …, each made once."""

    def __init__(self, label: str, queue: str, trace: Trace) -> None:
        self._label = label
        self._class = trace.jobs.get(label, trace.jobs.get(queue, trace.default))
        self._made: list[JobSpec] = []

    def named(self, number: int) -> JobSpec:
        """The job of this number, from 1."""
        while len(self._made) < number:
            nth = len(self._made) + 1
            self._made.append(job_spec(self._label if nth == 1 else f"{self._label}-{nth}", self._label, self._class))
        return self._made[number - 1]


def arrival_order(recording: Recording, horizon_us: int) -> NDArray[np.int64]:
    """Rows in the order in which TraceWorkload submits their jobs, up to the horizon."""
    last = int(np.searchsorted(recording.queued_us, horizon_us))
    if recording.processors is not None or not (recording.pipeline[:last] >= 0).any():
        return np.arange(last, dtype=np.int64)
    return _groups(recording.queued_us[:last], recording.pipeline[:last])[0]


def _kinds(recording: Recording) -> tuple[NDArray[np.int32], list[tuple[str, str]]]:
    """Per row the code of its label and queue, and what those are; without queues, the codes of its labels."""
    r = recording
    if r.queue is None:
        return r.label, [(label, "") for label in r.labels]
    both, codes = np.unique(r.label.astype(np.int64) * len(r.queues) + r.queue, return_inverse=True)
    named = [(r.labels[one // len(r.queues)], r.queues[one % len(r.queues)]) for one in both.tolist()]
    return codes.astype(np.int32), named


def _groups(queued_us: NDArray[np.int64], pipeline: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(rows in order of group, where each group ends); rows come in order of queue time.

    A group is the rows of one pipeline and time; a row without a pipeline is a group of its own.
    """
    rows = np.arange(len(queued_us), dtype=np.int64)
    own = np.where(pipeline >= 0, pipeline, -1 - rows)
    sorted_rows = np.lexsort((rows, own, queued_us))
    starts = np.flatnonzero(np.r_[True, (np.diff(queued_us[sorted_rows]) != 0) | (np.diff(own[sorted_rows]) != 0)])
    sizes = np.diff(np.r_[starts, len(rows)])
    first_row = np.repeat(sorted_rows[starts], sizes)  # per row: the first row of its group
    order = sorted_rows[np.lexsort((sorted_rows, first_row))]
    ends = np.cumsum(sizes[np.argsort(sorted_rows[starts], kind="stable")])
    return order, ends


def _tenants(recording: Recording, known: tuple[str, ...]) -> list[str]:
    """Name per code of the trace; the last entry, which code −1 finds, is the scenario's first tenant."""
    unknown = [name for name in recording.tenants if name not in known]
    if unknown:
        raise TraceError([
            problem(
                Path(recording.reading.path), 0, ("columns", "tenant"),
                f"tenants that the scenario does not have: {listed(unknown)}", f"its `tenants`: {listed(known)}",
            )
        ])  # fmt: skip
    return [*recording.tenants, known[0]]
