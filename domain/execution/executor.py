"""The commands of Execution: start an attempt, and end it once."""

from domain.execution.executions import Execution
from domain.execution.failures import USUAL, cause_of
from domain.shared.events import Publish
from domain.shared.ids import AssignmentId, ExecutionId, JobId, NodeId, WorkerId, sequence
from domain.shared.once import Once
from domain.shared.refusals import Refused


class Executor:
    """Keeps the live executions. An execution's id grows with time and is its fencing token.

    Whoever speaks of an execution shows the token; one that has ended is not live, so a stale token changes nothing.
    Where messages come `at_least_once`, it is remembered which assignments have had their execution.
    """

    def __init__(self, publish: Publish, at_least_once: bool = True) -> None:
        self.live: dict[ExecutionId, Execution] = {}
        self._by_job: dict[JobId, ExecutionId] = {}
        self._begun = Once() if at_least_once else None  # assignments that had their execution, or never will
        self._publish = publish
        self._ids = sequence(ExecutionId)

    def start(
        self, now: int, job: JobId, attempt: int, assignment: AssignmentId, worker: WorkerId, node: NodeId,
        timeout_us: int,
    ) -> Execution | Refused:  # fmt: skip
        """Begin to prepare an attempt, once for each assignment; refused while it, or a newer one, lives.

        A newer attempt replaces an older one: that one's place was lost, which may not have been heard here yet.
        """
        older = self.live[self._by_job[job]] if job in self._by_job else None
        if older is not None and older.attempt >= attempt:
            return Refused("already-executing", f"job {job}")
        if self._begun is not None and not self._begun.first(assignment):
            return Refused("already-begun", f"assignment {assignment}")
        if older is not None:
            self.finish(now, older.id, "lose")
        execution = Execution(self._ids(), job, attempt, assignment, worker, node, now, timeout_us)
        self.live[execution.id] = execution
        self._by_job[job] = execution.id
        self._publish(execution.started(now))
        return execution

    def run(self, now: int, token: ExecutionId) -> Execution | Refused:
        """Everything is prepared: the user's work begins. Refused when the token is stale, or it runs already."""
        execution = self.live.get(token)
        if execution is None:
            return Refused("stale-token", f"execution {token}")
        if execution.state != "PREPARING":
            return Refused("already-running", f"execution {token} is {execution.state}")
        self._publish(execution.run(now))
        return execution

    def upload(self, now: int, token: ExecutionId) -> Execution | Refused:
        """The user's work is done: its results are stored. Refused when the token is stale, or it does not run."""
        execution = self.live.get(token)
        if execution is None:
            return Refused("stale-token", f"execution {token}")
        if execution.state != "RUNNING":
            return Refused("not-running", f"execution {token} is {execution.state}")
        self._publish(execution.upload(now))
        return execution

    def finish(self, now: int, token: ExecutionId, move: str, reason: str = "") -> Refused | None:
        """The attempt is over by `move`: complete, fail, cancel, time_out or lose. Refused when the token is stale.

        `reason` is why (`failures.REASONS`), where the move does not say it by itself. An attempt that completes while
        it still runs has nothing to store: it uploads and completes in one moment.
        """
        execution = self.live.pop(token, None)
        if execution is None:
            return Refused("stale-token", f"execution {token}")
        del self._by_job[execution.job]
        if move == "complete" and execution.state == "RUNNING":
            self._publish(execution.upload(now))
        reason = reason or USUAL[move]
        self._publish(execution.end(now, move, cause_of(reason), reason))
        return None

    def lose(self, now: int, job: JobId, assignment: AssignmentId, reason: str = "") -> None:
        """The job's place is gone: what executes there is lost, what would have begun there never will."""
        self._stop(now, job, assignment, "lose", reason)

    def cancel(self, now: int, job: JobId, assignment: AssignmentId) -> None:
        """The job is to stop: what executes there is cancelled, what would have begun there never will."""
        self._stop(now, job, assignment, "cancel")

    def _stop(self, now: int, job: JobId, assignment: AssignmentId, move: str, reason: str = "") -> None:
        token = self._by_job.get(job)
        if token is not None and self.live[token].assignment == assignment:
            self.finish(now, token, move, reason)
        elif self._begun is not None:
            self._begun.first(assignment)
