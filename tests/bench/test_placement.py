"""How fast places are found: the index against the scan that defines it, in steady state with 16 job shapes."""

import itertools

import numpy as np
import pytest

from domain.scheduling.demand import Shape
from domain.scheduling.index import NodeIndex, NodeScan
from domain.scheduling.kinds import NodeKind
from domain.scheduling.ledger import READY, CapacityLedger
from domain.scheduling.policies import PLACEMENTS
from domain.shared.resources import Resources

NODE = Resources(64_000, 262_144)
SHAPES = [Shape(Resources(1000 * cpu, 1024 * cpu * memory), ()) for cpu in (1, 2, 4, 8) for memory in (1, 2, 4, 8)]


def cluster(kind, nodes: int):
    """A cluster filled to about 80 %, and a function that places and releases `count` jobs in turn."""
    ledger = CapacityLedger()
    choice = kind(ledger, PLACEMENTS["best-fit"])
    for row in range(nodes):
        assert ledger.open_row(NODE) == row
        ledger.state[row] = READY
        choice.describe(row, NodeKind(NODE, frozenset()))
        choice.touch(row)
    for shape in SHAPES:
        choice.add_shape(shape)
    order = itertools.cycle(np.random.Generator(np.random.Philox(1)).integers(len(SHAPES), size=9973).tolist())
    placed: list[tuple[int, Resources]] = []

    def place() -> None:
        shape = next(order)
        row = choice.best(shape)
        assert row >= 0
        ledger.take(row, SHAPES[shape].resources)
        choice.touch(row)
        placed.append((row, SHAPES[shape].resources))

    while sum(ask.cpu_millis for _, ask in placed) < 0.8 * nodes * NODE.cpu_millis and len(placed) < 40_000:
        place()
    oldest = itertools.count()

    def turn_over(count: int) -> None:
        for _ in range(count):
            at = next(oldest)
            row, ask = placed[at]
            ledger.give(row, ask)
            choice.touch(row)
            place()

    return turn_over


@pytest.mark.parametrize(("kind", "nodes", "jobs"), [
    pytest.param(NodeIndex, 100, 5000, id="index-100"),
    pytest.param(NodeIndex, 1000, 5000, id="index-1k"),
    pytest.param(NodeIndex, 10_000, 5000, id="index-10k"),
    pytest.param(NodeScan, 100, 500, id="scan-100"),
    pytest.param(NodeScan, 1000, 50, id="scan-1k"),
])  # fmt: skip
def test_place_and_release(benchmark, kind, nodes, jobs) -> None:
    turn_over = cluster(kind, nodes) if kind is NodeIndex or nodes <= 100 else cluster_by_index(nodes)
    benchmark.pedantic(turn_over, (jobs,), rounds=5)
    benchmark.extra_info["placements_per_s"] = round(jobs / benchmark.stats.stats.min)
    print(f"\n{benchmark.name}: {benchmark.extra_info['placements_per_s']:,} placements/s")


def cluster_by_index(nodes: int):
    """Filling a large cluster by scanning takes minutes; an index fills it, and the scan takes over."""

    class Scan(NodeIndex):
        filled = False

        def best(self, shape: int) -> int:
            return NodeScan.best(self, shape) if self.filled else super().best(shape)

        def score(self, shape: int, row: int) -> int:
            return NodeScan.score(self, shape, row)

    turn_over = cluster(Scan, nodes)
    Scan.filled = True
    return turn_over
