"""One allocation cycle on the grid of Apache Mesos' allocator benchmark: each agent to whoever has the least.

`compiled` hands the agents out in one call (`fastpath.cycle`), `turns` is what a run uses. The yardstick is the barest
thing that decides the same: a heap of (share, framework), one replacement an agent.
"""

import time
from heapq import heapify, heapreplace

import msgspec

from domain.scheduling.demand import Demand
from domain.scheduling.fastpath.cycle import allocate
from domain.scheduling.policies import ALLOCATORS, ORDERINGS
from domain.scheduling.queue import DemandQueue
from domain.scheduling.rules import dominant_share
from domain.scheduling.turns import Turns
from domain.shared.ids import JobId
from domain.shared.resources import Resources
from sim.adapters.kernel_cache import folder

AGENT = Resources(16_000, 65_536)
GRID = ((1000, 1), (1000, 200), (5000, 500), (10_000, 1000), (20_000, 3000), (50_000, 6000))


class Cycle(msgspec.Struct):
    agents: int
    frameworks: int
    compiled_ms: float
    turns_ms: float
    heap_ms: float
    same: bool


def by_turns(agents: int, frameworks: int) -> tuple[list[int], float]:
    """Who gets each agent, and how long that took (s)."""
    queue = DemandQueue(ORDERINGS["fifo"], frameworks)
    queue.add_shape()
    turns = Turns(ALLOCATORS["drf"], [(str(one), 1) for one in range(frameworks)], queue)
    for _ in range(agents):
        turns.recount(AGENT, 1)
    for one in range(frameworks):
        queue.push(Demand(JobId(one + 1), 1, one, 0, "job", 0, one + 1))
        turns.refresh(one)
    got = []
    start = time.process_time()
    first, charge = turns.first, turns.charge
    for _ in range(agents):
        one = first()
        charge(one, AGENT, 1)
        got.append(one)
    return got, time.process_time() - start


def compiled(agents: int, frameworks: int) -> tuple[list[int], float]:
    """The same in one call; numba's first call does not count."""
    total = [amount * agents for amount in AGENT.as_tuple()]
    held, weights = [[0] * 4 for _ in range(frameworks)], [1] * frameworks
    allocate(held[:2], weights[:2], total, AGENT.as_tuple(), 1, folder())
    start = time.process_time()
    got = allocate(held, weights, total, AGENT.as_tuple(), agents, folder())
    return got, time.process_time() - start


def bare(agents: int, frameworks: int) -> tuple[list[int], float]:
    """The same with a heap and the same rule, nothing else."""
    cpu, memory = AGENT.cpu_millis, AGENT.memory_mib
    total_cpu, total_memory = agents * cpu, agents * memory
    held = [0] * frameworks
    got = []
    start = time.process_time()
    heap = [(0, one) for one in range(frameworks)]
    heapify(heap)
    for _ in range(agents):
        one = heap[0][1]
        have = held[one] = held[one] + 1
        share = dominant_share(have * cpu, have * memory, 0, 0, total_cpu, total_memory, 0, 0, 1)
        heapreplace(heap, (share, one))
        got.append(one)
    return got, time.process_time() - start


def measure(agents: int, frameworks: int, rounds: int = 5) -> Cycle:
    """The best of some rounds of each, in turn."""
    best, same = [float("inf")] * 3, True
    for _ in range(rounds):
        found = [way(agents, frameworks) for way in (compiled, by_turns, bare)]
        best = [min(before, spent) for before, (_, spent) in zip(best, found, strict=True)]
        same = same and found[0][0] == found[1][0] == found[2][0]
    return Cycle(agents, frameworks, 1e3 * best[0], 1e3 * best[1], 1e3 * best[2], same)
