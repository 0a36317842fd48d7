"""Where a job shape fits best: a readable scan over all nodes, and an index that gives the same answer faster."""

from typing import Protocol

from domain.scheduling.demand import Shape
from domain.scheduling.ledger import READY, CapacityLedger
from domain.scheduling.policies import Placement
from domain.scheduling.rules import NO_FIT, leftover
from domain.scheduling.tournament import ABSENT, Tournament


class NodeChoice(Protocol):
    """Answers `best` and `fits` for shapes by number; must be told of new shapes and of every row that changed."""

    scores: int

    def add_shape(self, shape: Shape) -> None: ...
    def describe(self, row: int, labels: frozenset[str]) -> None: ...
    def touch(self, row: int) -> None: ...
    def best(self, shape: int) -> int: ...
    def fits(self, shape: int, row: int) -> bool: ...


class NodeScan:
    """The definition: of the rows that are ready, carry the labels and have room, the lowest score, then row."""

    def __init__(self, ledger: CapacityLedger, placement: Placement) -> None:
        self._ledger = ledger
        self._placement = placement
        self._asks: list[tuple[int, int, int, int]] = []
        self._runs_on: list[tuple[str, ...]] = []
        self._labels: list[frozenset[str]] = []
        self._welcome: list[list[bool]] = []  # per shape and row: the node carries the labels
        self.scores = 0  # how often a node was looked at for a shape

    def add_shape(self, shape: Shape) -> None:
        """The next shape, numbered from 0."""
        self._asks.append(shape.resources.as_tuple())
        self._runs_on.append(shape.runs_on)
        self._welcome.append([labels.issuperset(shape.runs_on) for labels in self._labels])

    def describe(self, row: int, labels: frozenset[str]) -> None:
        """The node that now lives in `row` carries these labels."""
        while len(self._labels) <= row:
            self._labels.append(frozenset())
            for welcome in self._welcome:
                welcome.append(False)
        self._labels[row] = labels
        for welcome, runs_on in zip(self._welcome, self._runs_on, strict=True):
            welcome[row] = labels.issuperset(runs_on)

    def touch(self, row: int) -> None:
        """The row's state or free capacity changed; a scan looks at everything anyway."""

    def score(self, shape: int, row: int) -> int:
        """The placement score of a node for a shape, or ABSENT where it cannot go."""
        self.scores += 1
        ledger = self._ledger
        if ledger.state[row] != READY or not self._welcome[shape][row]:
            return ABSENT
        cpu, memory, disk, gpu = self._asks[shape]
        rest = leftover(
            ledger.free_cpu[row], ledger.free_memory[row], ledger.free_disk[row], ledger.free_gpu[row],
            cpu, memory, disk, gpu,
            ledger.total_cpu[row], ledger.total_memory[row], ledger.total_disk[row], ledger.total_gpu[row],
        )  # fmt: skip
        return ABSENT if rest == NO_FIT else self._placement(rest)

    def best(self, shape: int) -> int:
        """The row to take, or ABSENT."""
        scored = ((self.score(shape, row), row) for row in range(len(self._ledger)))
        return min((pair for pair in scored if pair[0] != ABSENT), default=(ABSENT, ABSENT))[1]

    def fits(self, shape: int, row: int) -> bool:
        """Could this row take the shape now?"""
        return self.score(shape, row) != ABSENT


class NodeIndex(NodeScan):
    """The same answers from one tournament per shape; a changed row is scored anew when its shape is asked for."""

    def __init__(self, ledger: CapacityLedger, placement: Placement) -> None:
        super().__init__(ledger, placement)
        self._trees: list[Tournament] = []
        self._changed: list[dict[int, None]] = []

    def add_shape(self, shape: Shape) -> None:
        super().add_shape(shape)
        self._trees.append(Tournament(max(len(self._ledger), 1)))
        self._changed.append(dict.fromkeys(range(len(self._ledger))))

    def touch(self, row: int) -> None:
        for changed in self._changed:
            changed[row] = None

    def best(self, shape: int) -> int:
        tree = self._trees[shape]
        if changed := self._changed[shape]:
            for row in changed:
                tree.set(row, self.score(shape, row))
            changed.clear()
        return tree.first()
