"""The recorder: what a report needs to know of every job and node, as integers in flat arrays."""

from array import array

import numpy as np

from domain.contracts.orchestration import JobEnded, JobQueued, JobStarted
from domain.contracts.scheduling import JobPlaced
from domain.contracts.workers import MachineOrdered, MachineReady, MachineReturned
from domain.shared.events import Translation
from domain.shared.ids import JobId, NodeId
from domain.shared.requirements import GangRequirements
from sim.results import OUTCOMES, JobTable, NodeTable
from sim.rows import Rows

JOB_FIELDS = JobTable.__slots__
NODE_FIELDS = NodeTable.__slots__


class Recorder:
    """Live jobs are small lists, ended jobs a row of 14 integers, on disk when there are many."""

    def __init__(self, tenants: tuple[str, ...], pools: tuple[str, ...]) -> None:
        self.labels: dict[str, int] = {}
        self.ended = 0
        self._tenants = {name: code for code, name in enumerate(tenants)}
        self._pools = {name: code for code, name in enumerate(pools)}
        self._outcomes = {name: code for code, name in enumerate(OUTCOMES)}
        self._live: dict[JobId, list[int]] = {}
        self._rows = Rows(len(JOB_FIELDS))
        self._node_row: dict[NodeId, int] = {}
        self._nodes = array("q")

    def subscriptions(self) -> Translation:
        return {
            JobQueued: self._queued,
            JobPlaced: self._placed,
            JobStarted: self._started,
            JobEnded: self._ended,
            MachineOrdered: self._ordered,
            MachineReady: self._ready,
            MachineReturned: self._returned,
        }

    def job_table(self) -> JobTable:
        return JobTable(*self._rows.columns())

    def node_table(self) -> NodeTable:
        return NodeTable(*np.array(self._nodes, np.int64).reshape(-1, len(NODE_FIELDS)).T.copy())

    def _queued(self, event: JobQueued) -> None:
        job = self._live.get(event.job)
        if job is None:  # queued, assigned, started, node, pool, cpu, memory
            ask = event.resources
            if type(event.requirements) is GangRequirements:
                ask *= event.requirements.parts
            self._live[event.job] = [event.at_us, -1, -1, -1, -1, ask.cpu_millis, ask.memory_mib]
        else:  # again: what the attempt before had is gone
            job[1:5] = (-1, -1, -1, -1)

    def _placed(self, event: JobPlaced) -> None:
        job = self._live.get(event.job)
        if job is None:  # it ended before its place came: the place is given back
            return
        job[1] = event.at_us
        job[3] = self._node_row[event.node]
        job[4] = self._pools[event.pool]

    def _started(self, event: JobStarted) -> None:
        self._live[event.job][2] = event.at_us

    def _ended(self, event: JobEnded) -> None:
        job = self._live.pop(event.job, None)
        queued, assigned, started, node, pool, cpu, memory = job or (-1, -1, -1, -1, -1, 0, 0)
        label = self.labels.setdefault(event.label, len(self.labels))
        self.ended += 1
        self._rows.add(
            event.job, event.pipeline, self._tenants[event.tenant], label, queued, assigned, started, event.at_us,
            self._outcomes[event.state], node, pool, event.attempts, cpu, memory,
        )  # fmt: skip

    def _ordered(self, event: MachineOrdered) -> None:
        self._node_row[event.node] = len(self._nodes) // len(NODE_FIELDS)
        self._nodes.extend((self._pools[event.pool], event.at_us, -1, -1))

    def _ready(self, event: MachineReady) -> None:
        self._nodes[self._node_row[event.node] * len(NODE_FIELDS) + 2] = event.at_us

    def _returned(self, event: MachineReturned) -> None:
        self._nodes[self._node_row.pop(event.node) * len(NODE_FIELDS) + 3] = event.at_us
