"""Worker: the runner that a provider starts on a machine for jobs to execute in."""

from domain.contracts.workers import (
    WorkerAcquired,
    WorkerBooted,
    WorkerDraining,
    WorkerFailed,
    WorkerReady,
    WorkerReleased,
    WorkerRequested,
    WorkerTerminated,
)
from domain.shared.events import Event
from domain.shared.ids import AssignmentId, JobId, NodeId, WorkerId
from domain.shared.lifecycle import Aggregate


class Worker(Aggregate):
    """REQUESTED → BOOTING → IDLE → BUSY → (IDLE when reusable) → DRAINING → TERMINATED; any live → FAILED → TERMINATED.

    An ephemeral worker serves exactly one job. `idle_since_us` tells when it last became idle, `watched` that
    somebody will look again whether it still is.
    """

    __slots__ = ("assignment", "attempt", "idle_since_us", "job", "jobs_served", "node", "pool", "reusable", "watched")

    id: WorkerId
    INITIAL = "REQUESTED"
    MOVES = {
        "REQUESTED": {"boot": "BOOTING", "fail": "FAILED"},
        "BOOTING": {"ready": "IDLE", "fail": "FAILED"},
        "IDLE": {"acquire": "BUSY", "drain": "DRAINING", "fail": "FAILED"},
        "BUSY": {"release": "IDLE", "drain": "DRAINING", "fail": "FAILED"},
        "DRAINING": {"terminate": "TERMINATED", "fail": "FAILED"},
        "FAILED": {"terminate": "TERMINATED"},
        "TERMINATED": {},
    }

    def __init__(
        self, id: WorkerId, node: NodeId, pool: str, reusable: bool, job: JobId, attempt: int, assignment: AssignmentId
    ) -> None:
        self.id = id
        self.state = "REQUESTED"
        self.node = node
        self.pool = pool
        self.reusable = reusable
        self.job = job  # what it was requested for, then what it serves
        self.attempt = attempt
        self.assignment = assignment
        self.jobs_served = 0
        self.idle_since_us = 0
        self.watched = False

    def requested(self, now: int) -> Event:
        return WorkerRequested(now, self.id, self.node, self.pool, self.job)

    def boot(self, now: int) -> Event:
        self.move("boot")
        return WorkerBooted(now, self.id, self.pool)

    def ready(self, now: int) -> Event:
        self.move("ready")
        return WorkerReady(now, self.id)

    def acquire(self, now: int) -> Event:
        """Take the job that `job`, `attempt` and `assignment` name."""
        self.move("acquire")
        self.jobs_served += 1
        return WorkerAcquired(now, self.id, self.node, self.assignment, self.job, self.attempt)

    def release(self, now: int) -> Event:
        self.move("release")
        self.idle_since_us = now
        return WorkerReleased(now, self.id, self.pool)

    def drain(self, now: int) -> Event:
        self.move("drain")
        return WorkerDraining(now, self.id)

    def fail(self, now: int, cause: str) -> Event:
        self.move("fail")
        return WorkerFailed(now, self.id, cause)

    def terminate(self, now: int) -> Event:
        self.move("terminate")
        return WorkerTerminated(now, self.id, self.jobs_served)
