"""Execution: one attempt of one job on one worker, guarded by a fencing token."""

from typing import ClassVar

from domain.contracts.execution import ExecutionEnded, ExecutionRunning, ExecutionStarted, ExecutionUploading
from domain.shared.events import Event
from domain.shared.ids import AssignmentId, ExecutionId, JobId, NodeId, WorkerId
from domain.shared.lifecycle import Aggregate, Table


class Execution(Aggregate, eq=False):
    """PREPARING → RUNNING → UPLOADING → COMPLETED; any live state → FAILED | CANCELLED | TIMED_OUT | LOST."""

    INITIAL: ClassVar[str] = "PREPARING"
    _ENDS: ClassVar = {"fail": "FAILED", "cancel": "CANCELLED", "time_out": "TIMED_OUT", "lose": "LOST"}
    MOVES: ClassVar[Table] = {
        "PREPARING": {"run": "RUNNING", **_ENDS},
        "RUNNING": {"upload": "UPLOADING", **_ENDS},
        "UPLOADING": {"complete": "COMPLETED", **_ENDS},
        "COMPLETED": {},
        "FAILED": {},
        "CANCELLED": {},
        "TIMED_OUT": {},
        "LOST": {},
    }

    id: ExecutionId
    job: JobId
    attempt: int
    assignment: AssignmentId
    worker: WorkerId
    node: NodeId
    started_at_us: int
    timeout_us: int
    state: str = "PREPARING"

    def started(self, now: int) -> Event:
        return ExecutionStarted(now, self.id, self.job, self.attempt, self.worker, self.node)

    def run(self, now: int) -> Event:
        self.move("run")
        return ExecutionRunning(now, self.id)

    def upload(self, now: int) -> Event:
        self.move("upload")
        return ExecutionUploading(now, self.id)

    def end(self, now: int, move: str, cause: str = "", reason: str = "") -> Event:
        """complete, fail, cancel, time_out or lose; `cause` is one of `failures.Cause`, `reason` says more."""
        self.move(move)
        return ExecutionEnded(
            now, self.id, self.job, self.attempt, self.assignment, self.worker, self.node, self.state,
            cause, now - self.started_at_us, reason,
        )  # fmt: skip
