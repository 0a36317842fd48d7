"""What preemption promises, checked from events alone: only lesser work is stopped, and none of it is lost."""

from collections.abc import Iterable

from domain.contracts.orchestration import JobEnded, JobQueued
from domain.contracts.scheduling import AssignmentReleased, AssignmentRevoked, InverseOfferOpened, JobPlaced
from domain.shared.events import Translation
from sim.checkers import PromiseBroken

PREEMPTED = "preempted"


class OnlyLesserWorkIsStopped:
    """When work is stopped, somebody of higher priority waits; it queues again, or ends.

    `interruptible` where only interruptible work may be stopped; `grace_us` is what a victim is left.
    """

    def __init__(self, interruptible: bool, grace_us: int) -> None:
        self._interruptible = interruptible
        self._grace_us = grace_us
        self._waiting: dict[int, JobQueued] = {}
        self._placed: dict[int, tuple[int, JobQueued]] = {}  # assignment → node, job
        self._stopped: dict[int, int] = {}  # job → when
        self._asked: dict[int, int] = {}  # node → when somebody there was asked last

    def subscriptions(self) -> Translation:
        return {
            JobQueued: self._queued,
            JobPlaced: self._place,
            JobEnded: self._ended,
            InverseOfferOpened: self._was_asked,
            AssignmentReleased: self._left,
            AssignmentRevoked: self._revoked,
        }

    def at_end(self) -> Iterable[str]:
        yield from (f"job {job} was stopped at {at} µs and never queued again" for job, at in self._stopped.items())

    def _queued(self, event: JobQueued) -> None:
        self._waiting[event.job] = event
        self._stopped.pop(event.job, None)

    def _place(self, event: JobPlaced) -> None:
        job = self._waiting.pop(event.job, None)
        if job is not None:
            self._placed[event.assignment] = (event.node, job)

    def _ended(self, event: JobEnded) -> None:
        self._waiting.pop(event.job, None)
        self._stopped.pop(event.job, None)

    def _was_asked(self, event: InverseOfferOpened) -> None:
        if event.reason == PREEMPTED:
            self._asked[event.node] = event.at_us

    def _left(self, event: AssignmentReleased) -> None:
        self._placed.pop(event.assignment, None)

    def _revoked(self, event: AssignmentRevoked) -> None:
        node, victim = self._placed.pop(event.assignment, (0, None))
        if event.reason != PREEMPTED or victim is None:
            return
        lesser = victim.requirements.priority
        if not any(job.requirements.priority > lesser for job in self._waiting.values()):
            raise PromiseBroken(f"at {event.at_us} µs: work is stopped for higher priority only, none waits: {event}")
        if self._interruptible and not victim.requirements.interruptible:
            raise PromiseBroken(f"at {event.at_us} µs: only interruptible work is stopped: {event}")
        if event.at_us - self._asked.get(node, event.at_us) > self._grace_us:
            raise PromiseBroken(f"at {event.at_us} µs: nobody is stopped later than the grace allows: {event}")
        self._stopped[event.job] = event.at_us
