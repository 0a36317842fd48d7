"""Checkers of what Orchestration promises about needs, conditions and groups."""

from collections.abc import Iterable
from typing import NamedTuple

from domain.contracts.orchestration import JobCreated, JobEnded, JobQueued, PipelineEnded, PipelineStarted
from domain.shared.events import Event, Translation
from sim.checkers import demand

FAILURES = ("FAILED", "TIMED_OUT", "EXPIRED")


class _End(NamedTuple):
    """How a job ended, and what had happened among all that it needed."""

    failed: bool
    unsuccessful: bool


class NeedsAreMet:
    """A job queues only after all its needs have ended, and as its condition demands of everything above it."""

    def __init__(self) -> None:
        self._created: dict[int, JobCreated] = {}
        self._ends: dict[int, dict[str, _End]] = {}  # pipeline → name → end

    def subscriptions(self) -> Translation:
        return {
            JobCreated: self._job_created,
            JobQueued: self._queued,
            JobEnded: self._ended,
            PipelineEnded: self._pipeline_ended,
        }

    def at_end(self) -> Iterable[str]:
        if self._created:
            yield f"{len(self._created)} created jobs never ended"

    def _job_created(self, event: JobCreated) -> None:
        demand(event.job not in self._created, event, "a job is created once")
        self._created[event.job] = event
        self._ends.setdefault(event.pipeline, {})

    def _queued(self, event: JobQueued) -> None:
        job = self._created.get(event.job)
        if job is None or event.attempt > 1:
            return
        ends = self._ends[job.pipeline]
        demand(all(need in ends for need in job.needs), event, "a job queues after all that it needs has ended")
        if job.condition == "success":
            demand(not any(ends[need].unsuccessful for need in job.needs), event, "everything above it succeeded")
        elif job.condition == "failure":
            demand(any(ends[need].failed for need in job.needs), event, "something above it failed")

    def _ended(self, event: JobEnded) -> None:
        job = self._created.pop(event.job, None)
        if job is None:
            return
        ends = self._ends[job.pipeline]
        above = [ends[need] for need in job.needs if need in ends]
        excused = event.state in FAILURES and job.allow_failure
        failed = event.state in FAILURES and not excused
        ends[job.name] = _End(
            failed or any(one.failed for one in above),
            (event.state != "SUCCEEDED" and not excused) or any(one.unsuccessful for one in above),
        )

    def _pipeline_ended(self, event: PipelineEnded) -> None:
        self._ends.pop(event.pipeline, None)


class GroupsAreExclusive:
    """Of one group, one member at a time is queued or runs: a job from its first queueing to its end, or a pipeline."""

    def __init__(self) -> None:
        self._groups: dict[int, tuple[str, ...]] = {}  # job → its groups
        self._inside: dict[str, tuple[str, int]] = {}  # group → who is in it
        self._held_by: dict[tuple[str, int], tuple[str, ...]] = {}

    def subscriptions(self) -> Translation:
        return {
            JobCreated: self._created,
            JobQueued: self._queued,
            JobEnded: lambda event: self._leave(("job", event.job)),
            PipelineStarted: self._started,
            PipelineEnded: lambda event: self._leave(("pipeline", event.pipeline)),
        }

    def at_end(self) -> Iterable[str]:
        if self._inside:
            yield f"groups that nobody left: {', '.join(sorted(self._inside))}"

    def _created(self, event: JobCreated) -> None:
        if event.exclusive:
            self._groups[event.job] = event.exclusive

    def _queued(self, event: JobQueued) -> None:
        self._enter(event, ("job", event.job), self._groups.get(event.job, ()))

    def _started(self, event: PipelineStarted) -> None:
        self._enter(event, ("pipeline", event.pipeline), (f"pipelines {event.group}",) if event.group else ())

    def _enter(self, event: Event, member: tuple[str, int], groups: tuple[str, ...]) -> None:
        for group in groups:
            inside = self._inside.setdefault(group, member)
            demand(inside == member, event, f"one at a time in {group}, where {inside[0]} {inside[1]} is")
        if groups:
            self._held_by[member] = groups

    def _leave(self, member: tuple[str, int]) -> None:
        for group in self._held_by.pop(member, ()):
            del self._inside[group]
        if member[0] == "job":
            self._groups.pop(member[1], None)
