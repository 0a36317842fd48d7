"""Worker: the runner that a provider starts on a machine for jobs to execute in."""

from typing import ClassVar

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
from domain.shared.lifecycle import Aggregate, Table

NOT_IDLE = -1
HEARD = -1


class Worker(Aggregate, eq=False):
    """REQUESTED → BOOTING → IDLE → BUSY → (IDLE when reusable) → DRAINING → TERMINATED; any live → FAILED → TERMINATED.

    An ephemeral worker serves exactly one job. `idle_since_us` tells since when it is idle after a job. Its lease is
    renewed by heartbeats; one that is silent for as long as the lease lasts has failed.
    """

    INITIAL: ClassVar[str] = "REQUESTED"
    MOVES: ClassVar[Table] = {
        "REQUESTED": {"boot": "BOOTING", "fail": "FAILED"},
        "BOOTING": {"ready": "IDLE", "fail": "FAILED"},
        "IDLE": {"acquire": "BUSY", "drain": "DRAINING", "fail": "FAILED"},
        "BUSY": {"release": "IDLE", "drain": "DRAINING", "fail": "FAILED"},
        "DRAINING": {"terminate": "TERMINATED", "fail": "FAILED"},
        "FAILED": {"terminate": "TERMINATED"},
        "TERMINATED": {},
    }

    id: WorkerId
    node: NodeId
    pool: str
    reusable: bool
    job: JobId  # what it was requested for, then what it serves
    attempt: int
    assignment: AssignmentId
    jobs_served: int = 0
    idle_since_us: int = NOT_IDLE
    born_at_us: int = 0
    heard_at_us: int = HEARD  # when it was heard of last; HEARD: it sends its heartbeats
    state: str = "REQUESTED"

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
        self.idle_since_us = NOT_IDLE
        self.jobs_served += 1
        return WorkerAcquired(now, self.id, self.node, self.assignment, self.job, self.attempt)

    def release(self, now: int) -> Event:
        self.move("release")
        self.idle_since_us = now
        return WorkerReleased(now, self.id, self.pool)

    def drain(self, now: int) -> Event:
        self.move("drain")
        self.idle_since_us = NOT_IDLE
        return WorkerDraining(now, self.id)

    def fail(self, now: int, cause: str) -> Event:
        self.move("fail")
        self.idle_since_us = NOT_IDLE
        return WorkerFailed(now, self.id, cause)

    def terminate(self, now: int) -> Event:
        self.move("terminate")
        return WorkerTerminated(now, self.id, self.jobs_served)
