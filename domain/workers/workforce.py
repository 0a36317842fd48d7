"""The commands about workers: start one for each placed job or reuse an idle one, and end every worker once."""

from collections.abc import Mapping

from domain.shared.events import Publish
from domain.shared.ids import AssignmentId, JobId, NodeId, WorkerId, sequence
from domain.workers.providers import PoolSpec
from domain.workers.worker import Worker


class Workforce:
    """Keeps the live workers; none outlives its machine, none is left behind."""

    def __init__(self, pools: Mapping[str, PoolSpec], publish: Publish) -> None:
        self.live: dict[WorkerId, Worker] = {}
        self.pools = pools
        self._idle: dict[NodeId, list[Worker]] = {}
        self._publish = publish
        self._ids = sequence(WorkerId)

    def request(self, now: int, node: NodeId, pool: str, job: JobId, attempt: int, assignment: AssignmentId) -> None:
        """A job was placed on a machine: the worker that was idle there last takes it, or a new one is started."""
        idle = self._idle.get(node)
        if idle:
            worker = idle.pop()
            worker.job, worker.attempt, worker.assignment = job, attempt, assignment
            self._publish(worker.acquire(now))
            return
        reusable = self.pools[pool].reusable_workers
        worker = Worker(self._ids(), node, pool, reusable, job, attempt, assignment)
        self.live[worker.id] = worker
        self._publish(worker.requested(now))
        self._publish(worker.boot(now))

    def ready(self, now: int, id: WorkerId) -> None:
        """The worker registered, and takes the job it was started for. Late news of a dead worker is ignored."""
        worker = self.live.get(id)
        if worker is None or worker.state != "BOOTING":
            return
        self._publish(worker.ready(now))
        self._publish(worker.acquire(now))

    def job_done(self, now: int, id: WorkerId, assignment: AssignmentId) -> None:
        """The worker's execution ended: a reusable one is idle again, an ephemeral one goes."""
        worker = self.live.get(id)
        if worker is None or worker.state != "BUSY" or worker.assignment != assignment:
            return
        if worker.reusable:
            self._idle.setdefault(worker.node, []).append(worker)
            self._publish(worker.release(now))
        else:
            self._terminate(now, worker)

    def retire(self, now: int, worker: Worker) -> None:
        """An idle worker goes."""
        self._idle[worker.node].remove(worker)
        self._terminate(now, worker)

    def job_displaced(self, now: int, assignment: AssignmentId, cause: str) -> None:
        """A job's place was lost: the worker that was started for it, or runs it, has failed."""
        for worker in [one for one in self.live.values() if one.assignment == assignment]:
            if worker.state != "IDLE":
                self._publish(worker.fail(now, cause))
                del self.live[worker.id]
                self._publish(worker.terminate(now))

    def machine_gone(self, now: int, node: NodeId) -> None:
        """The machine has left, or crashed: its idle workers go with it."""
        for worker in self._idle.pop(node, ()):
            self._terminate(now, worker)

    def close(self, now: int) -> None:
        """The platform shuts down: every idle worker goes."""
        for node in list(self._idle):
            self.machine_gone(now, node)

    def _terminate(self, now: int, worker: Worker) -> None:
        del self.live[worker.id]
        self._publish(worker.drain(now))
        self._publish(worker.terminate(now))
