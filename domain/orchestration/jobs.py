"""Job: one unit of demand, from blocked on its needs to exactly one terminal state."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from domain.contracts.orchestration import (
    CancelRequested,
    JobAssigned,
    JobCreated,
    JobEnded,
    JobHeld,
    JobQueued,
    JobRetried,
    JobStarted,
)
from domain.orchestration.specs import JobSpec
from domain.orchestration.terms import resolve
from domain.shared.events import Event
from domain.shared.ids import AssignmentId, JobId
from domain.shared.lifecycle import Aggregate, Table

if TYPE_CHECKING:
    from domain.orchestration.pipelines import Pipeline

PREEMPTED = "preempted"
"""The cause of an attempt that had to make way for others."""


class Job(Aggregate, eq=False):
    """Counts attempts, and failures of the user's work, of the infrastructure, and by running too long apart."""

    INITIAL: ClassVar[str] = "BLOCKED"
    MOVES: ClassVar[Table] = {
        "BLOCKED": {"queue": "QUEUED", "skip": "SKIPPED", "cancel": "CANCELLED"},
        "QUEUED": {"assign": "ASSIGNED", "cancel": "CANCELLED", "expire": "EXPIRED"},
        "ASSIGNED": {"start": "RUNNING", "requeue": "QUEUED", "cancel": "CANCELLED"},
        "RUNNING": {
            "succeed": "SUCCEEDED",
            "fail": "FAILED",
            "time_out": "TIMED_OUT",
            "cancel": "CANCELLED",
            "back_off": "BACKOFF",
        },
        "BACKOFF": {"queue": "QUEUED", "cancel": "CANCELLED"},
        "SUCCEEDED": {},
        "FAILED": {},
        "TIMED_OUT": {},
        "CANCELLED": {},
        "EXPIRED": {},
        "SKIPPED": {},
    }

    id: JobId
    pipeline: Pipeline
    spec: JobSpec
    missing: int  # needs that have not ended yet
    attempt: int = 0
    user_failures: int = 0
    infra_failures: int = 0
    timeouts: int = 0
    assignment: AssignmentId = AssignmentId(0)  # the latest
    above: int = 0  # trouble among what it needs, see `domain.orchestration.conditions`
    cause: str = ""  # why it is cancelled, or to be cancelled
    state: str = "BLOCKED"

    def created(self, now: int) -> Event:
        spec, pipeline = self.spec, self.pipeline
        groups = (self.group(spec.concurrency.group),) if spec.concurrency else ()
        if spec.resource_group:  # of another kind: a concurrency group of the same name is another
            groups = (f"resource {self.group(spec.resource_group.group)}",)
        return JobCreated(
            now, self.id, pipeline.id, pipeline.tenant, spec.label, spec.name, spec.needs, spec.condition,
            int(spec.allow_failure), groups,
        )  # fmt: skip

    def held(self, now: int, gate: str) -> Event:
        pipeline = self.pipeline
        return JobHeld(now, self.id, pipeline.id, pipeline.tenant, self.spec.label, gate)

    def queue(self, now: int) -> Event:
        self.move("queue")
        self.attempt += 1
        return self._queued(now)

    def requeue(self, now: int) -> Event:
        """Its worker never came: another attempt, and no fault of the user's."""
        self.move("requeue")
        self.attempt += 1
        return self._queued(now)

    def assign(self, now: int, assignment: AssignmentId) -> Event:
        self.move("assign")
        self.assignment = assignment
        return JobAssigned(now, self.id, assignment)

    def start(self, now: int) -> Event:
        self.move("start")
        return JobStarted(now, self.id, self.attempt)

    def back_off(self, now: int, cause: str) -> Event:
        self.move("back_off")
        failures = self.user_failures + self.infra_failures + self.timeouts
        after = 0 if cause == PREEMPTED else self.spec.retry.backoff_us(failures)
        return JobRetried(now, self.id, self.attempt, cause, after)

    def ask_to_stop(self, now: int) -> Event:
        """It holds a place, and ends when that has been given back."""
        return CancelRequested(now, self.id, self.attempt, self.assignment, self.cause)

    def end(self, now: int, move: str) -> Event:
        """Take a move into a terminal state: succeed, fail, time_out, cancel, expire or skip."""
        self.move(move)
        spec, pipeline = self.spec, self.pipeline
        cause = (self.cause or pipeline.cancelling) if move == "cancel" else ""
        return JobEnded(now, self.id, pipeline.id, pipeline.tenant, spec.label, self.state, self.attempt, cause)

    def failed(self, cause: str) -> bool:
        """Count one more failure by `user`, `infra` or `timeout`: whether the spec allows another attempt after it.

        Who was `preempted` has not failed, and may always try again.
        """
        if cause == PREEMPTED:
            return True
        retry = self.spec.retry
        if cause == "infra":
            self.infra_failures += 1
            return self.infra_failures <= retry.infra
        if cause == "timeout":
            self.timeouts += 1
            return self.timeouts <= retry.timeout
        self.user_failures += 1
        return self.user_failures <= retry.user

    def group(self, template: str) -> str:
        pipeline = self.pipeline
        why = pipeline.trigger
        return resolve(template, pipeline.tenant, why.ref, why.event, why.actor, pipeline.id, self.spec.name)

    def _queued(self, now: int) -> Event:
        spec, pipeline = self.spec, self.pipeline
        expires = now + spec.max_queue_us if spec.max_queue_us else 0
        return JobQueued(
            now, self.id, pipeline.id, pipeline.tenant, spec.label, spec.resources, spec.runs_on,
            self.attempt, expires, spec.requirements,
        )  # fmt: skip
