"""Checkers of what Orchestration promises about needs, conditions and groups."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from domain.contracts.orchestration import (
    JobCreated,
    JobEnded,
    JobQueued,
    PipelineCancelRequested,
    PipelineEnded,
    PipelineStarted,
)
from domain.shared.events import Event, Translation
from sim.checkers import demand

FAILURES = ("FAILED", "TIMED_OUT", "EXPIRED")


class _End(NamedTuple):
    """How a job ended, or several did, and what had happened among all that they needed."""

    failed: bool
    unsuccessful: bool


RULES: dict[str, tuple[Callable[[_End, bool], bool], str]] = {
    "success": (lambda above, stopping: not (above.unsuccessful or stopping), "everything above it succeeded"),
    "failure": (lambda above, stopping: above.failed and not stopping, "something above it failed"),
    "completed": (lambda above, stopping: not stopping, "its pipeline is not being cancelled"),
    "cancelled": (lambda above, stopping: stopping, "its pipeline is being cancelled"),
    "always": (lambda above, stopping: True, "whatever happens"),
}
"""condition → whether a job runs, given what is above it and whether its pipeline is being cancelled; in words."""


class NeedsAreMet:
    """A job queues only after all its needs have ended, and as its condition demands; it is skipped only if not."""

    def __init__(self) -> None:
        self._created: dict[int, JobCreated] = {}
        self._ends: dict[int, dict[str, _End]] = {}  # pipeline → name → end
        self._stopping: set[int] = set()  # pipelines

    def subscriptions(self) -> Translation:
        return {
            JobCreated: self._job_created,
            JobQueued: self._queued,
            JobEnded: self._ended,
            PipelineCancelRequested: self._stops,
            PipelineEnded: self._pipeline_ended,
        }

    def at_end(self) -> Iterable[str]:
        if self._created:
            yield f"{len(self._created)} created jobs never ended"

    def _job_created(self, event: JobCreated) -> None:
        demand(event.job not in self._created, event, "a job is created once")
        self._created[event.job] = event
        self._ends.setdefault(event.pipeline, {})

    def _stops(self, event: PipelineCancelRequested) -> None:
        demand(event.pipeline not in self._stopping, event, "a pipeline is cancelled once")
        self._stopping.add(event.pipeline)

    def _queued(self, event: JobQueued) -> None:
        job = self._created.get(event.job)
        if job is not None and event.attempt == 1:
            runs, words = self._judged(event, job)
            demand(runs, event, f"a job with the condition {job.condition} queues where {words}")

    def _ended(self, event: JobEnded) -> None:
        job = self._created.pop(event.job, None)
        if job is None:
            return
        if event.state == "SKIPPED":
            runs, words = self._judged(event, job)
            demand(not runs, event, f"a job with the condition {job.condition} is not skipped where {words}")
        ends = self._ends[job.pipeline]
        above = _together(ends[need] for need in job.needs if need in ends)
        excused = event.state in FAILURES and job.allow_failure
        failed = event.state in FAILURES and not excused
        ends[job.name] = _End(
            failed or above.failed,
            (event.state != "SUCCEEDED" and not excused) or above.unsuccessful,
        )

    def _judged(self, event: JobQueued | JobEnded, job: JobCreated) -> tuple[bool, str]:
        """Whether it is to run, now that all it needs has ended."""
        ends = self._ends[job.pipeline]
        over = all(need in ends for need in job.needs)
        demand(over, event, "a job queues, or is skipped, after all that it needs has ended")
        rule, words = RULES[job.condition]
        return rule(_together(ends[need] for need in job.needs), job.pipeline in self._stopping), words

    def _pipeline_ended(self, event: PipelineEnded) -> None:
        self._ends.pop(event.pipeline, None)
        self._stopping.discard(event.pipeline)


def _together(ends: Iterable[_End]) -> _End:
    known = list(ends)
    return _End(any(one.failed for one in known), any(one.unsuccessful for one in known))


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
