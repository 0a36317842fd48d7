"""Four ways for several schedulers to share one ledger, tried with real processes over shared memory.

`single-lock`: look and take under one lock. `sharded`: a lock for each part of the nodes. `snapshot`: plan on a copy
of one's own, taken now and then; commit under the lock, refused where there is no room any more. `optimistic`: look at
the live ledger without a lock; commit under the lock of the part, refused where the node's epoch is another.

Python has no atomic integers over processes: where another language would compare and swap, a lock is held for just
that.
"""

import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import msgspec

CORES = 64
ASKS = (1, 2, 4, 8)
LOOKS = 16
"""How many nodes a scheduler looks at before it decides."""
SHARDS = 16
REFRESH = 64
"""Jobs planned on one snapshot."""
FILL = 0.8


class Shared(msgspec.Struct):
    """What came of it: places taken by all workers, and the part of the commits that was refused."""

    strategy: str
    workers: int
    placements: int
    placements_per_s: float
    conflicts: int
    conflict_percent: float


class Ledger:
    """`free` and `epoch` of every node, in memory that all workers see."""

    def __init__(self, memory: Any, nodes: int, locks: Sequence[Any]) -> None:
        cells = memory.cast("q")
        self.free = cells[:nodes]
        self.epoch = cells[nodes : 2 * nodes]
        self.locks = locks

    def take(self, node: int, ask: int) -> bool:
        """Only under the lock of the node."""
        if self.free[node] < ask:
            return False
        self.free[node] -= ask
        self.epoch[node] += 1
        return True

    def lock_of(self, node: int) -> Any:
        return self.locks[node % len(self.locks)]

    def close(self) -> None:
        self.free.release()
        self.epoch.release()


Choose = Callable[[Sequence[int], int, int, int], int]


def choose(free: Sequence[int], first: int, step: int, ask: int) -> int:
    """Best fit among LOOKS nodes from `first` on; −1 where none has room."""
    best, least = -1, CORES + 1
    nodes, node = len(free), first
    for _ in range(LOOKS):
        left = free[node] - ask
        if 0 <= left < least:
            best, least = node, left
        node = (node + step) % nodes
    return best


def locked(ledger: Ledger, draw: int, ask: int, mine: dict[str, Any]) -> tuple[int, bool]:
    """`single-lock` and `sharded`: nothing changes between looking and taking. Looks within one part of the nodes."""
    parts, nodes = len(ledger.locks), len(ledger.free)
    first = draw % nodes
    step = parts if nodes % parts == 0 else nodes
    with ledger.lock_of(first):
        node = choose(ledger.free, first, step if parts > 1 else 1, ask)
        return node, node >= 0 and ledger.take(node, ask)


def snapshot(ledger: Ledger, draw: int, ask: int, mine: dict[str, Any]) -> tuple[int, bool]:
    if mine.get("left", 0) == 0:
        with ledger.locks[0]:
            mine["copy"] = ledger.free.tolist()
        mine["left"] = REFRESH
    mine["left"] -= 1
    copy = mine["copy"]
    node = choose(copy, draw % len(copy), 1, ask)
    if node < 0:
        return node, False
    with ledger.locks[0]:
        took = ledger.take(node, ask)
        copy[node] = ledger.free[node]
    return node, took


def optimistic(ledger: Ledger, draw: int, ask: int, mine: dict[str, Any]) -> tuple[int, bool]:
    node = choose(ledger.free, draw % len(ledger.free), 1, ask)
    if node < 0:
        return node, False
    epoch = ledger.epoch[node]
    if ledger.free[node] < ask:  # since it was looked at
        return node, False
    with ledger.lock_of(node):
        return node, ledger.epoch[node] == epoch and ledger.take(node, ask)


STRATEGIES: dict[str, tuple[Callable[[Ledger, int, int, dict[str, Any]], tuple[int, bool]], int]] = {
    "single-lock": (locked, 1),
    "sharded": (locked, SHARDS),
    "snapshot": (snapshot, 1),
    "optimistic": (optimistic, SHARDS),
}
"""Name → how a worker places one job, and how many locks there are."""


def work(
    strategy: str, memory: str, nodes: int, locks: Sequence[Any], number: int, workers: int, seconds: float,
    start: Any, answers: Any,
) -> None:  # fmt: skip
    """One scheduler: places its own jobs, the oldest ending when its part of the cluster is as full as it is to be."""
    block = SharedMemory(memory)
    ledger = Ledger(block.buf, nodes, locks)
    place = STRATEGIES[strategy][0]
    held: deque[tuple[int, int]] = deque()
    most = int(FILL * nodes * CORES * len(ASKS) / sum(ASKS) / workers)
    mine: dict[str, Any] = {}
    placed = conflicts = turn = 0
    draw = 2 * number + 1
    start.wait()
    end = time.perf_counter() + seconds
    while turn % 64 or time.perf_counter() < end:
        turn += 1
        draw = (draw * 6364136223846793005 + 1442695040888963407) & ((1 << 63) - 1)
        ask = ASKS[(draw >> 40) % len(ASKS)]
        node, took = place(ledger, draw >> 20, ask, mine)
        if took:
            placed += 1
            held.append((node, ask))
        elif node >= 0:
            conflicts += 1
        if len(held) > most:
            node, ask = held.popleft()
            with ledger.lock_of(node):
                ledger.free[node] += ask
                ledger.epoch[node] += 1
    spent = time.perf_counter() - end + seconds
    answers.put((placed, conflicts, spent, sum(ask for _, ask in held)))
    ledger.close()
    block.close()


class Lost(Exception):
    """Our own bug: what workers hold and what is free is not all there is."""


def measure(strategy: str, workers: int, nodes: int = 4096, seconds: float = 1.0) -> Shared:
    """So many processes for so long, over one ledger; raises Lost when capacity was lost or given twice."""
    context = multiprocessing.get_context()
    locks = [context.Lock() for _ in range(STRATEGIES[strategy][1])]
    block = SharedMemory(create=True, size=16 * nodes)
    try:
        ledger = Ledger(block.buf, nodes, locks)
        for node in range(nodes):
            ledger.free[node], ledger.epoch[node] = CORES, 0
        start, answers = context.Barrier(workers), context.Queue()
        processes = [
            context.Process(
                target=work, args=(strategy, block.name, nodes, locks, number, workers, seconds, start, answers)
            )
            for number in range(workers)
        ]
        for process in processes:
            process.start()
        found = [answers.get(timeout=60 + seconds) for _ in processes]
        for process in processes:
            process.join()
        free = sum(ledger.free)
        ledger.close()
    finally:
        block.close()
        block.unlink()
    placed, conflicts, held = (sum(one[index] for one in found) for index in (0, 1, 3))
    if free + held != nodes * CORES:
        raise Lost(f"{free} free and {held} held of {nodes * CORES}")
    rate = sum(one[0] / one[2] for one in found)
    return Shared(strategy, workers, placed, rate, conflicts, 100 * conflicts / max(1, placed + conflicts))
