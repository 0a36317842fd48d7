"""The checker of executions: no job executes twice at a time, no attempt twice at all, and success has been earned."""

from collections.abc import Iterable

from domain.contracts.execution import ExecutionEnded, ExecutionRunning, ExecutionStarted, ExecutionUploading
from domain.contracts.orchestration import JobEnded
from domain.shared.events import Translation
from sim.checkers import demand


class NothingExecutesTwice:
    """Keeps its own books from the events of Execution and the ends of jobs."""

    def __init__(self) -> None:
        self._state: dict[int, str] = {}  # execution → what it does
        self._of_job: dict[int, int] = {}  # job → its live execution
        self._attempt: dict[int, int] = {}  # job → its latest attempt that executed
        self._completed: dict[int, int] = {}  # job → its latest attempt that completed

    def subscriptions(self) -> Translation:
        return {
            ExecutionStarted: self._started,
            ExecutionRunning: self._running,
            ExecutionUploading: self._uploading,
            ExecutionEnded: self._ended,
            JobEnded: self._job_ended,
        }

    def at_end(self) -> Iterable[str]:
        if self._state:
            yield f"{len(self._state)} executions never ended"

    def _started(self, event: ExecutionStarted) -> None:
        demand(event.job not in self._of_job, event, "a job executes once at a time")
        demand(event.attempt > self._attempt.get(event.job, 0), event, "an attempt executes once, in order")
        self._state[event.execution] = "PREPARING"
        self._of_job[event.job] = event.execution
        self._attempt[event.job] = event.attempt

    def _running(self, event: ExecutionRunning) -> None:
        demand(self._state.get(event.execution) == "PREPARING", event, "work begins once, after it was prepared")
        self._state[event.execution] = "RUNNING"

    def _uploading(self, event: ExecutionUploading) -> None:
        demand(self._state.get(event.execution) == "RUNNING", event, "results are stored once, after the work")
        self._state[event.execution] = "UPLOADING"

    def _ended(self, event: ExecutionEnded) -> None:
        state = self._state.pop(event.execution, "")
        demand(state != "" and self._of_job.get(event.job) == event.execution, event, "an execution ends once")
        demand(event.state != "COMPLETED" or state == "UPLOADING", event, "what completes has stored its results")
        del self._of_job[event.job]
        if event.state == "COMPLETED":
            self._completed[event.job] = event.attempt

    def _job_ended(self, event: JobEnded) -> None:
        completed = self._completed.pop(event.job, 0)
        demand(event.state != "SUCCEEDED" or completed > 0, event, "a job succeeds by an attempt that completed")
        if event.job not in self._of_job:
            self._attempt.pop(event.job, None)
