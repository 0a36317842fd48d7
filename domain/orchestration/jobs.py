"""Job: one unit of demand, from blocked on its needs to exactly one terminal state."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from domain.contracts.orchestration import JobAssigned, JobEnded, JobQueued, JobRetried, JobStarted
from domain.orchestration.specs import JobSpec
from domain.shared.events import Event
from domain.shared.ids import AssignmentId, JobId
from domain.shared.lifecycle import Aggregate, Table

if TYPE_CHECKING:
    from domain.orchestration.pipelines import Pipeline

FIRST_BACKOFF_US = 10_000_000
LONGEST_BACKOFF_US = 600_000_000


def backoff_us(failures: int) -> int:
    """How long to wait before the next attempt: 10 s, doubled with each failure, at most 10 min."""
    return min(FIRST_BACKOFF_US << min(failures - 1, 16), LONGEST_BACKOFF_US)


class Job(Aggregate, eq=False):
    """Counts attempts, and failures of the user's work and of the infrastructure apart."""

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
    missing: int  # needs that have not succeeded yet
    attempt: int = 0
    user_failures: int = 0
    infra_failures: int = 0
    assignment: AssignmentId = AssignmentId(0)  # the latest
    state: str = "BLOCKED"

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
        after = backoff_us(self.user_failures + self.infra_failures)
        return JobRetried(now, self.id, self.attempt, cause, after)

    def end(self, now: int, move: str) -> Event:
        """Take a move into a terminal state: succeed, fail, time_out, cancel, expire or skip."""
        self.move(move)
        spec, pipeline = self.spec, self.pipeline
        return JobEnded(now, self.id, pipeline.id, pipeline.tenant, spec.label, self.state, self.attempt)

    def may_retry(self, cause: str) -> bool:
        """Whether the spec allows another attempt after one more failure of this cause (`user` or `infra`)."""
        if cause == "infra":
            return self.infra_failures <= self.spec.infra_retries
        return self.user_failures <= self.spec.user_retries

    def _queued(self, now: int) -> Event:
        spec, pipeline = self.spec, self.pipeline
        expires = now + spec.max_queue_us if spec.max_queue_us else 0
        return JobQueued(
            now, self.id, pipeline.id, pipeline.tenant, spec.label, spec.resources, spec.runs_on,
            self.attempt, expires,
        )  # fmt: skip
