"""Finding places alone, in steady state: a job ends, another takes its place; four ways.

`compiled` is the product's own. `branchless` is the yardstick for a scan: columns of floats, one compiled pass over all
nodes without a branch, so that it uses the vector unit (rounded otherwise, so ties may fall otherwise). `objects` is
what one would write first: node objects, labels in a dict, `min()`. `index` is the readable index.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from domain.scheduling.demand import Shape
from domain.scheduling.fastpath.book import Integers, empty
from domain.scheduling.fastpath.jit import AVAILABLE, jit
from domain.scheduling.fastpath.kernels import NOWHERE
from domain.scheduling.fastpath.selection import kernels_of
from domain.scheduling.index import NodeIndex
from domain.scheduling.kinds import NodeKind
from domain.scheduling.ledger import READY, CapacityLedger
from domain.scheduling.policies import PLACEMENTS
from domain.scheduling.rules import NO_FIT, SCALE, leftover
from sim.adapters.kernel_cache import folder
from windtunnel.benching.load import NODE, order_of, shapes, standing


class Steady(NamedTuple):
    """A cluster in steady state: `turn(count)` ends so many jobs and places as many; `where()` has every job's row."""

    turn: Callable[[int], None]
    where: Callable[[], list[int]]


def filled(nodes: int, kinds: list[Shape], placement: str) -> tuple[list[int], list[int]]:
    """(row, shape) of every job of the full cluster, in an order that is not that of the rows."""
    book, rows, held = _compiled_book(nodes, kinds, placement)
    wanted = np.array(order_of(len(kinds)), np.int64)
    kernels_of(PLACEMENTS[placement], folder()).turn_over(*book, wanted, rows, held, 0, len(rows))
    shuffled = np.random.Generator(np.random.Philox(2)).permutation(np.flatnonzero(rows != NOWHERE))
    return rows[shuffled].tolist(), held[shuffled].tolist()


def compiled(nodes: int, count: int, placement: str) -> Steady:
    kinds = shapes(count)
    kernels, wanted = kernels_of(PLACEMENTS[placement], folder()), np.array(order_of(count), np.int64)
    book, rows, held = _compiled_book(nodes, kinds, placement)
    kernels.turn_over(*book, wanted, rows, held, 0, len(rows))
    shuffled = np.random.Generator(np.random.Philox(2)).permutation(np.flatnonzero(rows != NOWHERE))
    rows, held = rows[shuffled].copy(), held[shuffled].copy()
    done = [0]

    def turn(count: int) -> None:
        kernels.turn_over(*book, wanted, rows, held, done[0], count)
        done[0] += count

    return Steady(turn, rows.tolist)


def _compiled_book(nodes: int, kinds: list[Shape], placement: str) -> tuple[tuple[Integers, ...], Integers, Integers]:
    book = empty(nodes, -(-len(kinds) // 8) * 8, 1)
    book.totals[0], book.penalties[0, : len(kinds)] = (*NODE.as_tuple(), 0), 0
    book.asks[: len(kinds)] = [one.resources.as_tuple() for one in kinds]
    news = np.zeros((nodes, 6), np.int64)
    news[:, 0] = np.arange(nodes)
    news[:, 2:] = NODE.as_tuple()
    kernels_of(PLACEMENTS[placement], folder()).answer(*book, news, nodes, -1)
    jobs = standing(nodes, kinds)
    return book, np.full(jobs, NOWHERE, np.int64), np.zeros(jobs, np.int64)


def branchless(nodes: int, count: int, placement: str) -> Steady:
    kinds, sign = shapes(count), 1 if placement == "best-fit" else -1
    rows, held = (np.array(one, np.int64) for one in filled(nodes, kinds, placement))
    asks = np.array([one.resources.as_tuple()[:3] for one in kinds], np.int64)
    free = np.tile(np.array(NODE.as_tuple()[:3], np.float64), (nodes, 1)).T.copy()
    for row, shape in zip(rows, held, strict=True):
        free[:, row] -= asks[shape]
    mask, wanted, done = np.zeros(nodes), np.array(order_of(count), np.int64), [0]

    def turn(count: int) -> None:
        _scan(free, mask, asks, NODE.cpu_millis, NODE.memory_mib, sign, wanted, rows, held, done[0], count, SCORE)
        done[0] += count

    return Steady(turn, rows.tolist)


SCORE = np.zeros(1 << 20)
NEVER = 1e18


def _scan_loop(
    free: Integers, mask: Integers, asks: Integers, total_cpu: int, total_memory: int, sign: int, wanted: Integers,
    rows: Integers, held: Integers, first: int, count: int, score: Integers,
) -> None:  # fmt: skip
    """Two passes without a branch: scores of all nodes, then the lowest. Shares as floats, which is quicker still."""
    nodes = free.shape[1]
    of_cpu, of_memory = sign * SCALE / total_cpu, sign * SCALE / total_memory
    for turn in range(first, first + count):
        at = turn % len(rows)
        for dimension in range(3):
            free[dimension, rows[at]] += asks[held[at], dimension]
        shape = wanted[turn % len(wanted)]
        cpu, memory, disk = float(asks[shape, 0]), float(asks[shape, 1]), float(asks[shape, 2])
        least = NEVER
        for row in range(nodes):
            left, room, space = free[0, row] - cpu, free[1, row] - memory, free[2, row] - disk
            fits = (left >= 0) & (room >= 0) & (space >= 0) & (mask[row] == 0)
            value = left * of_cpu + room * of_memory if fits else NEVER
            score[row] = value
            least = min(least, value)
        best = 0
        while score[best] != least:
            best += 1
        rows[at], held[at] = best, shape
        for dimension in range(3):
            free[dimension, best] -= asks[shape, dimension]


_scan = jit(_scan_loop, folder(), loose=True) if AVAILABLE else _scan_loop


class _Node:
    __slots__ = ("cpu", "labels", "memory", "total_cpu", "total_memory")

    def __init__(self) -> None:
        self.cpu, self.memory = self.total_cpu, self.total_memory = NODE.cpu_millis, NODE.memory_mib
        self.labels = {"os": "linux", "arch": "x86_64", "zone": "a"}


def objects(nodes: int, count: int, placement: str) -> Steady:
    kinds, score = shapes(count), PLACEMENTS[placement]
    rows, held = filled(nodes, kinds, placement)
    asks = [one.resources.as_tuple() for one in kinds]
    all_nodes = [_Node() for _ in range(nodes)]
    for row, shape in zip(rows, held, strict=True):
        all_nodes[row].cpu -= asks[shape][0]
        all_nodes[row].memory -= asks[shape][1]
    wanted, done = order_of(count), [0]
    needs = {"os": "linux"}

    def rank(row: int, ask: tuple[int, int, int, int]) -> tuple[int, int]:
        node = all_nodes[row]
        if any(node.labels.get(key) != value for key, value in needs.items()):
            return (1 << 62, row)
        rest = leftover(node.cpu, node.memory, 0, 0, *ask, node.total_cpu, node.total_memory, 0, 0)
        return (1 << 62 if rest == NO_FIT else score(rest), row)

    def turn(count: int) -> None:
        for _ in range(count):
            at = done[0] % len(rows)
            node, ask = all_nodes[rows[at]], asks[held[at]]
            node.cpu, node.memory = node.cpu + ask[0], node.memory + ask[1]
            shape = wanted[done[0] % len(wanted)]
            ask = asks[shape]
            row = min(rank(row, ask) for row in range(nodes))[1]
            node = all_nodes[row]
            node.cpu, node.memory = node.cpu - ask[0], node.memory - ask[1]
            rows[at], held[at] = row, shape
            done[0] += 1

    return Steady(turn, lambda: rows)


def index(nodes: int, count: int, placement: str) -> Steady:
    kinds = shapes(count)
    rows, held = filled(nodes, kinds, placement)
    ledger = CapacityLedger()
    choice = NodeIndex(ledger, PLACEMENTS[placement])
    for row in range(nodes):
        ledger.open_row(NODE)
        ledger.state[row] = READY
        choice.describe(row, NodeKind(NODE, frozenset()))
    for one in kinds:
        choice.add_shape(one)
    for row, shape in zip(rows, held, strict=True):
        ledger.take(row, kinds[shape].resources)
        choice.touch(row)
    wanted, done = order_of(count), [0]

    def turn(count: int) -> None:
        for _ in range(count):
            at = done[0] % len(rows)
            ledger.give(rows[at], kinds[held[at]].resources)
            choice.touch(rows[at])
            shape = wanted[done[0] % len(wanted)]
            row = rows[at] = choice.best(shape)
            held[at] = shape
            ledger.take(row, kinds[shape].resources)
            choice.touch(row)
            done[0] += 1

    return Steady(turn, lambda: rows)


WAYS: dict[str, Callable[[int, int, str], Steady]] = {
    "compiled": compiled, "branchless": branchless, "index": index, "objects": objects,
}  # fmt: skip
JOBS = {"compiled": 200_000, "branchless": 10_000_000, "index": 10_000, "objects": 200_000}
"""How many jobs a round of measuring has; scans that look at every node: node visits."""


def rate(way: str, steady: Steady, nodes: int, rounds: int = 5) -> float:
    """Placements per second of processor time, the best of some rounds; the first is not counted."""
    jobs = JOBS[way] if way in ("compiled", "index") else max(2, JOBS[way] // nodes)
    steady.turn(jobs)
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        steady.turn(jobs)
        best = min(best, time.process_time() - start)
    return jobs / best
