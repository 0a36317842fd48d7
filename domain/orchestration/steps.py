"""Step: one part of the work of one attempt."""

from typing import ClassVar

from domain.contracts.orchestration import StepEnded, StepStarted
from domain.orchestration.terms import StepSpec
from domain.shared.events import Event
from domain.shared.ids import JobId
from domain.shared.lifecycle import Aggregate, Table


class Step(Aggregate, eq=False):
    """PENDING → RUNNING → SUCCEEDED | FAILED | TIMED_OUT | CANCELLED; PENDING → SKIPPED."""

    INITIAL: ClassVar[str] = "PENDING"
    MOVES: ClassVar[Table] = {
        "PENDING": {"start": "RUNNING", "skip": "SKIPPED"},
        "RUNNING": {"succeed": "SUCCEEDED", "fail": "FAILED", "time_out": "TIMED_OUT", "cancel": "CANCELLED"},
        "SUCCEEDED": {},
        "FAILED": {},
        "TIMED_OUT": {},
        "CANCELLED": {},
        "SKIPPED": {},
    }

    id: int  # its position among the steps of the job
    job: JobId
    attempt: int
    spec: StepSpec
    state: str = "PENDING"

    def start(self, now: int) -> Event:
        self.move("start")
        return StepStarted(now, self.job, self.attempt, self.id, self.spec.name)

    def end(self, now: int, move: str) -> Event:
        """succeed, fail, time_out, cancel or skip."""
        self.move(move)
        return StepEnded(now, self.job, self.attempt, self.id, self.spec.name, self.state)
