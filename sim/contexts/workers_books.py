"""The books of Worker Management: per pool and provider, from events, what machines did and what was lost on them."""

from array import array
from collections import Counter
from dataclasses import dataclass, field

from domain.contracts.execution import ExecutionEnded
from domain.contracts.orchestration import JobEnded
from domain.contracts.scheduling import AssignmentRevoked, JobPlaced
from domain.contracts.workers import (
    CircuitChanged,
    MachineFailed,
    MachineLeaving,
    MachineOrdered,
    MachineReady,
    MachineReturned,
    OrderFailed,
)
from domain.orchestration.orchestrator import Orchestrator
from domain.scheduling.scheduler import Scheduler
from domain.shared.events import Translation
from domain.shared.ids import JobId, NodeId
from domain.workers.machines import Machines
from domain.workers.ports import Cost

CAUSES = ("crash", "spot", "scale-down", "maintenance", "worker-crash", "lease", "start-timeout")
"""Why jobs lose their place through machines and workers; other losses are no fault of theirs."""


@dataclass(slots=True)
class PoolBook:
    """Counts of one pool. Times in µs."""

    ordered: int = 0
    resumed: int = 0
    failed: int = 0
    returned: int = 0
    interrupted: int = 0  # spot machines that got notice
    boots_us: "array[int]" = field(default_factory=lambda: array("q"))
    idle_us: int = 0
    booting_wait_us: int = 0  # jobs × time that they waited for the machine that took them to boot
    warm_hits: int = 0
    warm_misses: int = 0
    jobs_lost: Counter[str] = field(default_factory=Counter)  # by cause
    cpu_lost_us: Counter[str] = field(default_factory=Counter)  # CPU time of work lost, by cause
    machine_us: int = 0
    paid_udollars: int = 0
    on_demand_udollars: int = 0


@dataclass(slots=True)
class ProviderBook:
    put_off: Counter[str] = field(default_factory=Counter)  # by reason
    openings: int = 0


class Books:
    """Listens before everybody else. `prices` are (what is paid, what on-demand machines would cost)."""

    def __init__(
        self, machines: Machines, scheduler: Scheduler, orchestrator: Orchestrator, prices: tuple[Cost, Cost],
    ) -> None:  # fmt: skip
        self.pools = {name: PoolBook() for name in machines.pools}
        self.providers = {name: ProviderBook() for name in machines.providers}
        self._machines, self._scheduler, self._orchestrator = machines, scheduler, orchestrator
        self._paid, self._on_demand = prices
        self.closed_at_us = 0
        self._ordered: dict[NodeId, tuple[str, int]] = {}
        self._ready_us: dict[NodeId, int] = {}  # of machines that have booted, not of those that stood at the start
        self._warm = frozenset(name for name, pool in machines.pools.items() if pool.scaling.spare)
        self._why: dict[JobId, tuple[str, str]] = {}

    def subscriptions(self) -> Translation:
        return {
            MachineOrdered: self._on_ordered,
            MachineReady: self._on_ready,
            MachineFailed: self._on_failed,
            MachineLeaving: self._on_leaving,
            MachineReturned: self._on_returned,
            OrderFailed: self._on_order_failed,
            CircuitChanged: self._on_circuit,
            JobPlaced: self._on_placed,
            AssignmentRevoked: self._on_revoked,
            ExecutionEnded: self._on_ended,
            JobEnded: self._on_job_ended,
        }

    def close(self, now: int) -> None:
        """The run is over: machines that are still there are counted until now."""
        self.closed_at_us = now
        for node in list(self._ordered):
            self._used(node, now)
        for name, book in self._machines.books.items():
            self.pools[name].idle_us = book.idle_us
        for machine in self._machines.live.values():
            if machine.idle_since_us >= 0:
                self.pools[machine.pool.name].idle_us += now - machine.idle_since_us

    def total(self, what: str) -> int:
        """A count over all pools."""
        counts = (getattr(book, what) for book in self.pools.values())
        return sum(one.total() if isinstance(one, Counter) else one for one in counts)

    # --- machines ------------------------------------------------------------------------------------------------

    def _on_ordered(self, event: MachineOrdered) -> None:
        book = self.pools[event.pool]
        book.ordered += 1
        book.resumed += self._machines.live[event.node].resumed
        self._ordered[event.node] = (event.pool, event.at_us)

    def _on_ready(self, event: MachineReady) -> None:
        ordered = self._ordered[event.node][1]
        if event.at_us > ordered:
            self.pools[event.pool].boots_us.append(event.at_us - ordered)
            self._ready_us[event.node] = event.at_us

    def _on_failed(self, event: MachineFailed) -> None:
        self.pools[event.pool].failed += 1

    def _on_leaving(self, event: MachineLeaving) -> None:
        self.pools[event.pool].interrupted += event.cause == "spot"

    def _on_returned(self, event: MachineReturned) -> None:
        self.pools[event.pool].returned += 1
        self._ready_us.pop(event.node, None)
        self._used(event.node, event.at_us)

    def _used(self, node: NodeId, until: int) -> None:
        pool, since = self._ordered.pop(node)
        book, used = self.pools[pool], until - since
        book.machine_us += used
        book.paid_udollars += self._paid.charge_udollars(pool, used)
        book.on_demand_udollars += self._on_demand.charge_udollars(pool, used)

    def _on_order_failed(self, event: OrderFailed) -> None:
        self.providers[event.provider].put_off[event.reason] += 1

    def _on_circuit(self, event: CircuitChanged) -> None:
        self.providers[event.provider].openings += event.state == "OPEN"

    # --- jobs ----------------------------------------------------------------------------------------------------

    def _on_placed(self, event: JobPlaced) -> None:
        ready = self._ready_us.get(event.node)
        warm = event.pool in self._warm
        if ready is None and not warm:
            return
        queued = self._scheduler.assignments[event.assignment].demand.queued_at_us
        book = self.pools[event.pool]
        waited = ready is not None and ready > queued
        if waited:
            assert ready is not None
            book.booting_wait_us += ready - max(queued, self._ordered[event.node][1])
        if warm:
            book.warm_misses += waited
            book.warm_hits += not waited

    def _on_revoked(self, event: AssignmentRevoked) -> None:
        if event.reason in CAUSES:
            pool = self._ordered[event.node][0]
            self.pools[pool].jobs_lost[event.reason] += 1
            self._why[event.job] = (pool, event.reason)

    def _on_job_ended(self, event: JobEnded) -> None:
        self._why.pop(event.job, None)  # its place was lost before an execution had begun

    def _on_ended(self, event: ExecutionEnded) -> None:
        if event.state == "LOST" and event.job in self._why:
            pool, why = self._why.pop(event.job)
            job = self._orchestrator.jobs.get(event.job)
            if job is not None:  # it may have ended meanwhile, where messages come late
                self.pools[pool].cpu_lost_us[why] += event.ran_us * job.spec.resources.cpu_millis // 1000
