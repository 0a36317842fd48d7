"""The commands of Execution: start an attempt, and end it once."""

from domain.execution.executions import Execution
from domain.shared.events import Publish
from domain.shared.ids import AssignmentId, ExecutionId, JobId, NodeId, WorkerId, sequence
from domain.shared.refusals import Refused

CAUSES = {"complete": "", "cancel": "", "time_out": "user", "fail": "user", "lose": "infra"}


class Executor:
    """Keeps the live executions. An execution's id grows with time and is its fencing token.

    Whoever speaks of an execution shows the token; one that has ended is not live, so a stale token changes nothing.
    """

    def __init__(self, publish: Publish) -> None:
        self.live: dict[ExecutionId, Execution] = {}
        self._by_job: dict[JobId, ExecutionId] = {}
        self._publish = publish
        self._ids = sequence(ExecutionId)

    def start(
        self, now: int, job: JobId, attempt: int, assignment: AssignmentId, worker: WorkerId, node: NodeId,
        timeout_us: int,
    ) -> Execution | Refused:  # fmt: skip
        """Begin to prepare an attempt; refused while another attempt of the job lives."""
        if job in self._by_job:
            return Refused("already-executing", f"job {job}")
        execution = Execution(self._ids(), job, attempt, assignment, worker, node, now, timeout_us)
        self.live[execution.id] = execution
        self._by_job[job] = execution.id
        self._publish(execution.started(now))
        return execution

    def run(self, now: int, token: ExecutionId) -> Execution | Refused:
        """Everything is prepared: the user's work begins. Refused when the token is stale."""
        execution = self.live.get(token)
        if execution is None:
            return Refused("stale-token", f"execution {token}")
        self._publish(execution.run(now))
        return execution

    def upload(self, now: int, token: ExecutionId) -> Execution | Refused:
        """The user's work is done: its results are stored. Refused when the token is stale."""
        execution = self.live.get(token)
        if execution is None:
            return Refused("stale-token", f"execution {token}")
        self._publish(execution.upload(now))
        return execution

    def finish(self, now: int, token: ExecutionId, move: str, cause: str = "") -> Refused | None:
        """The attempt is over by `move`: complete, fail, cancel, time_out or lose. Refused when the token is stale.

        `cause` says who failed, `user` or `infra`, where the move does not say it by itself. An attempt that completes while it still runs has nothing to store: it uploads and completes in one moment.
        """
        execution = self.live.pop(token, None)
        if execution is None:
            return Refused("stale-token", f"execution {token}")
        del self._by_job[execution.job]
        if move == "complete" and execution.state == "RUNNING":
            self._publish(execution.upload(now))
        self._publish(execution.end(now, move, cause or CAUSES[move]))
        return None

    def lose(self, now: int, job: JobId, assignment: AssignmentId) -> None:
        """The job's place is gone; nothing to do when the job is not executing there."""
        token = self._by_job.get(job)
        if token is not None and self.live[token].assignment == assignment:
            self.finish(now, token, "lose")
