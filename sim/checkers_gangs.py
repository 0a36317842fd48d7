"""What is promised of jobs of several parts, checked from events alone: all at one moment, none without the others."""

from collections.abc import Iterable

from domain.contracts.orchestration import JobEnded, JobQueued
from domain.contracts.scheduling import AssignmentReleased, AssignmentRevoked, JobPlaced, PartPlaced
from domain.shared.events import Translation
from domain.shared.requirements import parts_of
from sim.checkers import PromiseBroken


class GangsAreWhole:
    """A job is placed with as much as its parts need together, at one moment, and its parts end at one moment."""

    def __init__(self) -> None:
        self._jobs: dict[int, JobQueued] = {}
        self._parts: dict[tuple[int, int], list[PartPlaced]] = {}  # (job, attempt) → those that wait for its own place
        self._together: dict[int, tuple[int, ...]] = {}  # assignment → all of the same job
        self._ending: tuple[int, dict[int, None]] = (0, {})  # a moment, and what has to end in it

    def subscriptions(self) -> Translation:
        return {
            JobQueued: self._queued,
            JobEnded: self._ended,
            PartPlaced: self._part,
            JobPlaced: self._placed,
            AssignmentReleased: self._left,
            AssignmentRevoked: self._left,
        }

    def at_end(self) -> Iterable[str]:
        yield from (f"job {job} has parts and no place" for job, _ in self._parts)
        yield from (f"assignment {one} outlived its job's others" for one in self._ending[1])

    def _queued(self, event: JobQueued) -> None:
        self._jobs[event.job] = event

    def _ended(self, event: JobEnded) -> None:
        self._jobs.pop(event.job, None)

    def _part(self, event: PartPlaced) -> None:
        self._parts.setdefault((event.job, event.attempt), []).append(event)

    def _placed(self, event: JobPlaced) -> None:
        job = self._jobs.get(event.job)
        parts = self._parts.pop((event.job, event.attempt), [])
        if job is None or job.attempt != event.attempt or parts_of(job.requirements) == 1:
            return
        together = event.resources
        for part in parts:
            together += part.resources
        if together != job.resources * parts_of(job.requirements) or any(one.at_us != event.at_us for one in parts):
            raise PromiseBroken(f"at {event.at_us} µs: a gang is placed whole and at one moment: {event}")
        if len({event.node, *(part.node for part in parts)}) <= len(parts):
            raise PromiseBroken(f"at {event.at_us} µs: a gang has one place per node: {event}")
        every = (event.assignment, *(part.assignment for part in parts))
        self._together.update(dict.fromkeys(every, every))

    def _left(self, event: AssignmentReleased | AssignmentRevoked) -> None:
        moment, ending = self._ending
        if ending and event.at_us > moment:
            raise PromiseBroken(f"at {event.at_us} µs: parts of a job end together, {list(ending)} did not: {event}")
        ending.pop(event.assignment, None)
        others = self._together.pop(event.assignment, None)
        if others is not None:
            for other in others:
                if other in self._together:
                    ending[other] = None
        self._ending = (event.at_us, ending)
