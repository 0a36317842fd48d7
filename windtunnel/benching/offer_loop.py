"""The whole loop in steady state: submit, decide, offer, claim, commit, release, with events and the run's recorder."""

import gc
import resource
import sys
import time
from collections import deque
from collections.abc import Callable
from itertools import cycle
from typing import Any

import msgspec

from domain.contracts.scheduling import JobPlaced
from domain.scheduling.coordination.models import MONOLITHIC, Coordination, Desk
from domain.scheduling.fastpath.selection import choice_for, obstacle
from domain.scheduling.policies import ALLOCATORS, ORDERINGS, PLACEMENTS, Placement
from domain.scheduling.scan import NodeScan
from domain.scheduling.scheduler import Scheduler, SchedulingPolicy
from domain.shared.ids import AssignmentId, JobId, NodeId
from sim.adapters.kernel_cache import folder
from sim.bus import Bus
from sim.contexts.coordination_choice import CELLS
from sim.recorder import Recorder
from windtunnel.benching.load import NODE, order_of, shapes, standing

BATCH = 64
"""Jobs that end, and as many that come, between two rounds."""
DESKS = 4
"""Schedulers, where there are several."""
TTL_US = 30_000_000
PATHS = ("auto", "compiled", "readable", "scan")
DAY_US = 86_400_000_000


class Load(msgspec.Struct, frozen=True):
    """What the loop is put under. `policy` is allocator/ordering/placement."""

    nodes: int = 10_000
    shapes: int = 16
    pending: int = 0
    tenants: int = 10
    policy: str = "drf/fifo/best-fit"
    coordination: str = "monolithic"
    path: str = "auto"
    seconds: float = 3.0


class Measured(msgspec.Struct):
    """What came of it, per second of processor time.

    Rounds are those of BATCH jobs; in a blocked round everything pending is tried and there is no room.
    """

    load: Load
    path: str
    placements: int
    placements_per_s: float
    offers_per_s: float
    round_p50_us: float
    round_p99_us: float
    blocked_round_us: float
    peak_memory_mib: float
    work: dict[str, int]


class Loop:
    """A scheduler with a cluster in steady state."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.kinds = shapes(load.shapes)
        self._order = cycle(order_of(load.shapes))
        self._names = [f"team-{number}" for number in range(load.tenants)]
        self._turns = cycle(range(load.tenants))
        self._ids = iter(range(1, sys.maxsize))
        self._placed: deque[AssignmentId] = deque()
        self.now = 0
        bus = Bus()
        bus.subscribe({JobPlaced: lambda event: self._placed.append(event.assignment)})
        bus.subscribe(Recorder(tuple(self._names), ("pool",)).subscriptions())
        allocator, ordering, placement = load.policy.split("/")
        policy = SchedulingPolicy(ALLOCATORS[allocator], ORDERINGS[ordering], PLACEMENTS[placement], TTL_US)
        tenants = [(name, 1) for name in self._names]
        self.scheduler = scheduler_of(load, policy, tenants, bus)
        for number in range(1, load.nodes + 1):
            self.scheduler.announce_node(0, NodeId(number), "pool", NODE, ())
            self.scheduler.admit_node(0, NodeId(number))
        jobs = standing(load.nodes, self.kinds)
        while len(self._placed) < jobs:
            self.submit(min(BATCH, jobs - len(self._placed)))
            self.scheduler.run_round(self.now)
        while load.pending and sum(self.scheduler.queue.waiting) < load.pending:
            self.submit(1000)
            self.scheduler.run_round(self.now)

    def submit(self, count: int) -> None:
        """The next jobs of the next tenants; they wait for a round."""
        submit, kinds, names, now = self.scheduler.submit, self.kinds, self._names, self.now
        for _ in range(count):
            kind = kinds[next(self._order)]
            submit(now, JobId(next(self._ids)), 1, names[next(self._turns)], "job", kind.resources, (), 60_000_000)

    def turn(self) -> int:
        """BATCH jobs end, as many come, one round; returns how many were placed."""
        self.now += 1000
        release, placed, now = self.scheduler.release, self._placed, self.now
        before = self.scheduler.work["offers"]
        for _ in range(min(BATCH, len(placed))):
            release(now, placed.popleft())
        self.submit(BATCH)
        self.scheduler.run_round(now)
        return self.scheduler.work["offers"] - before


def scheduler_of(load: Load, policy: SchedulingPolicy, tenants: list[tuple[str, int]], bus: Bus) -> Scheduler:
    """One, or DESKS of them that think for no time, so that only what they cost is seen."""
    choice = choice_of(load.path, policy.placement)
    if load.coordination == MONOLITHIC:
        return Scheduler(policy, tenants, bus.publish, lambda: None, choice)
    desks = tuple(
        Desk(f"desk-{one}", tuple(range(one, len(tenants), DESKS))) for one in range(min(DESKS, len(tenants)))
    )
    return CELLS[load.coordination](
        policy, tenants, bus.publish, lambda: None, Coordination(load.coordination, desks, batch=BATCH), choice
    )


def choice_of(path: str, placement: Placement) -> Callable[..., Any]:
    return NodeScan if path == "scan" else choice_for(path, placement, folder())


def path_taken(load: Load) -> str:
    """The path that the load gets, and why it is not the compiled one where that was asked for."""
    if load.path in ("scan", "readable"):
        return load.path
    why = obstacle(PLACEMENTS[load.policy.split("/")[2]], folder())
    return f"readable: {why}" if why else "compiled"


def measure(load: Load) -> Measured:
    """Rounds for some seconds after as many as it takes to be warm."""
    loop = Loop(load)
    for _ in range(20):
        loop.turn()
    before, scored = dict(loop.scheduler.work), loop.scheduler.node_scores
    rounds: list[float] = []
    gc.collect()
    gc.disable()  # as a run does
    placements, end, began = 0, time.perf_counter() + load.seconds, time.process_time()
    while (start := time.perf_counter()) < end or not rounds:
        placements += loop.turn()
        rounds.append(time.perf_counter() - start)
    spent = time.process_time() - began
    gc.enable()
    work = {name: amount - before[name] for name, amount in loop.scheduler.work.items()}
    work["node_scores"] = loop.scheduler.node_scores - scored
    rounds.sort()
    return Measured(
        load, path_taken(load), placements, placements / spent, work["offers"] / spent,
        1e6 * rounds[len(rounds) // 2], 1e6 * rounds[int(0.99 * (len(rounds) - 1))],
        blocked_round_us(load.shapes, load.pending or 1000, load.tenants, load.path), peak_memory_mib(), work,
    )  # fmt: skip


def blocked_round_us(shape_count: int, pending: int, tenants: int, path: str = "readable") -> float:
    """How long the first round takes when so many jobs of so many shapes wait and nothing has room; best of five."""
    best = float("inf")
    for _ in range(5):
        loop = Loop(Load(nodes=1, shapes=shape_count, tenants=tenants, path=path))
        number = NodeId(2)
        loop.scheduler.drain_node(loop.now, NodeId(1), "full")
        loop.scheduler.announce_node(loop.now, number, "pool", NODE, ())
        loop.scheduler.admit_node(loop.now, number)
        loop.scheduler.submit(loop.now, JobId(1 << 40), 1, "team-0", "all", NODE, (), DAY_US)
        loop.scheduler.run_round(loop.now)
        loop.submit(pending)
        start = time.perf_counter()
        loop.scheduler.run_round(loop.now)
        best = min(best, time.perf_counter() - start)
    return 1e6 * best


def peak_memory_mib() -> float:
    """The most memory this process has had so far."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)
