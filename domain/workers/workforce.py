"""The commands about workers: start one for each placed job or reuse an idle one, and end every worker once."""

from collections.abc import Mapping

from domain.contracts.workers import JobStranded
from domain.shared.events import Publish
from domain.shared.ids import AssignmentId, JobId, NodeId, WorkerId, sequence
from domain.workers.providers import PoolSpec
from domain.workers.worker import HEARD, NOT_IDLE, Worker


class Workforce:
    """Keeps the live workers; none outlives its machine, none is left behind."""

    def __init__(self, pools: Mapping[str, PoolSpec], publish: Publish) -> None:
        self.live: dict[WorkerId, Worker] = {}
        self.pools = pools
        self._idle: dict[NodeId, list[Worker]] = {}
        self._lingering: dict[NodeId, list[Worker]] = {}  # done, and not yet gone
        self._publish = publish
        self._ids = sequence(WorkerId)

    def request(self, now: int, node: NodeId, pool: str, job: JobId, attempt: int, assignment: AssignmentId) -> None:
        """A job was placed on a machine: the worker that was idle there last takes it, or a new one is started."""
        spec = self.pools[pool]
        if self._idle:
            lifetime = spec.worker_lifetime_us
            while idle := self._idle.get(node):
                worker = idle[-1]
                if lifetime and now - worker.born_at_us >= lifetime:
                    self.retire(now, worker)
                    continue
                idle.pop()
                worker.job, worker.attempt, worker.assignment = job, attempt, assignment
                self._publish(worker.acquire(now))
                return
        worker = Worker(
            self._ids(), node, pool, spec.reusable_workers, job, attempt, assignment, 0, NOT_IDLE, now
        )  # fmt: skip
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
        """The worker's execution ended: a reusable one is idle again unless it is too old, an ephemeral one goes."""
        worker = self.live.get(id)
        if worker is None or worker.state != "BUSY" or worker.assignment != assignment:
            return
        spec = self.pools[worker.pool]
        lifetime = spec.worker_lifetime_us
        if worker.reusable and not (lifetime and now - worker.born_at_us >= lifetime):
            self._idle.setdefault(worker.node, []).append(worker)
            self._publish(worker.release(now))
        elif spec.worker_ttl_us and not worker.reusable:
            self._lingering.setdefault(worker.node, []).append(worker)
            self._publish(worker.drain(now))
        else:
            self._terminate(now, worker)

    def linger_over(self, now: int, id: WorkerId) -> None:
        """The time to live after its job is over. Late news is ignored."""
        worker = self.live.get(id)
        if worker is not None and worker.state == "DRAINING":
            self._lingering[worker.node].remove(worker)
            self._end(now, worker)

    def retire(self, now: int, worker: Worker) -> None:
        """An idle worker goes."""
        self._idle[worker.node].remove(worker)
        self._terminate(now, worker)

    def crashed(self, now: int, id: WorkerId, assignment: AssignmentId, cause: str) -> None:
        """The worker died, or never came, while it had this job; news of an earlier job or a dead worker is ignored."""
        worker = self.live.get(id)
        if worker is not None and worker.assignment == assignment and worker.state in ("BOOTING", "BUSY"):
            self._strand(now, worker, cause)

    def silent(self, id: WorkerId, assignment: AssignmentId, heard_at_us: int) -> None:
        """No heartbeat came since then, while the worker has this job."""
        worker = self.live.get(id)
        if worker is not None and worker.assignment == assignment and worker.heard_at_us == HEARD:
            worker.heard_at_us = heard_at_us

    def heard(self, id: WorkerId) -> None:
        """Its heartbeats come again: the lease is renewed."""
        worker = self.live.get(id)
        if worker is not None:
            worker.heard_at_us = HEARD

    def check_lease(self, now: int, id: WorkerId) -> None:
        """A worker that has been silent for as long as its lease lasts has failed."""
        worker = self.live.get(id)
        if worker is None or worker.heard_at_us == HEARD or worker.state not in ("BOOTING", "BUSY"):
            return
        lease = self.pools[worker.pool].lease_us
        if lease and now - worker.heard_at_us >= lease:
            self._strand(now, worker, "lease")

    def job_displaced(self, now: int, assignment: AssignmentId, cause: str) -> None:
        """A job's place was lost: the worker that was started for it, or runs it, has failed."""
        for worker in [one for one in self.live.values() if one.assignment == assignment]:
            if worker.state in ("BOOTING", "BUSY"):
                self._fail(now, worker, cause)

    def machine_gone(self, now: int, node: NodeId, with_jobs: bool = False) -> None:
        """The machine has left, or crashed: its workers without a job go with it, and the others `with_jobs`.

        One that still has a job then has not heard yet that its place was lost.
        """
        for worker in [one for one in self.live.values() if with_jobs and one.node == node]:
            if worker.state in ("BOOTING", "BUSY"):
                self._fail(now, worker, "machine-gone")
        for worker in self._idle.pop(node, ()):
            self._terminate(now, worker)
        for worker in self._lingering.pop(node, ()):
            self._end(now, worker)

    def close(self, now: int) -> None:
        """The platform shuts down: every worker without a job goes."""
        for node in [*self._idle, *self._lingering]:
            self.machine_gone(now, node)

    def _strand(self, now: int, worker: Worker, cause: str) -> None:
        """Its job is told of last, when nothing of the worker is left: the machine may go in answer to that."""
        self._fail(now, worker, cause)
        self._publish(JobStranded(now, worker.assignment, worker.job, worker.id, cause))

    def _fail(self, now: int, worker: Worker, cause: str) -> None:
        self._publish(worker.fail(now, cause))
        self._end(now, worker)

    def _terminate(self, now: int, worker: Worker) -> None:
        self._publish(worker.drain(now))
        self._end(now, worker)

    def _end(self, now: int, worker: Worker) -> None:
        self.live.pop(worker.id, None)
        self._publish(worker.terminate(now))
