"""Where a job shape fits best: a readable scan over all nodes, and an index that gives the same answer faster."""

from typing import Protocol

from domain.scheduling.demand import Shape
from domain.scheduling.ledger import READY, CapacityLedger
from domain.scheduling.policies import Placement
from domain.scheduling.ranking import ABSENT, Ranking
from domain.scheduling.rules import NO_FIT, leftover
from domain.shared.resources import Resources


class NodeChoice(Protocol):
    """Answers `best` and `fits` for shapes by number; must be told of new shapes and of every row that changed."""

    scores: int

    def add_shape(self, shape: Shape) -> None: ...
    def describe(self, row: int, labels: frozenset[str], capacity: Resources) -> None: ...
    def touch(self, row: int) -> None: ...
    def best(self, shape: int) -> int: ...
    def fits(self, shape: int, row: int) -> bool: ...


class NodeScan:
    """The definition: of the rows that are ready, carry the labels and have room, the lowest score, then row."""

    def __init__(self, ledger: CapacityLedger, placement: Placement) -> None:
        self.scores = 0  # how often a node was scored for a shape
        self._ledger = ledger
        self._placement = placement
        self._shapes: list[Shape] = []
        self._labels: list[frozenset[str]] = []

    def add_shape(self, shape: Shape) -> None:
        """The next shape, numbered from 0."""
        self._shapes.append(shape)

    def describe(self, row: int, labels: frozenset[str], capacity: Resources) -> None:
        """Another node lives in `row` now."""
        self._labels.extend(frozenset() for _ in range(len(self._labels), row + 1))
        self._labels[row] = labels

    def touch(self, row: int) -> None:
        """The row's state or free capacity changed; a scan looks at everything anyway."""

    def score(self, shape: int, row: int) -> int:
        """The placement score of a node for a shape, or ABSENT where it cannot go."""
        if not self._labels[row].issuperset(self._shapes[shape].runs_on):
            return ABSENT
        return self._score(row, self._shapes[shape].resources.as_tuple())

    def best(self, shape: int) -> int:
        """The row to take, or ABSENT."""
        scored = ((self.score(shape, row), row) for row in range(len(self._labels)))
        return min((pair for pair in scored if pair[0] != ABSENT), default=(ABSENT, ABSENT))[1]

    def fits(self, shape: int, row: int) -> bool:
        """Could this row take the shape now?"""
        return self.score(shape, row) != ABSENT

    def _score(self, row: int, ask: tuple[int, int, int, int]) -> int:
        self.scores += 1
        ledger = self._ledger
        if ledger.state[row] != READY:
            return ABSENT
        cpu, memory, disk, gpu = ask
        rest = leftover(
            ledger.free_cpu[row], ledger.free_memory[row], ledger.free_disk[row], ledger.free_gpu[row],
            cpu, memory, disk, gpu,
            ledger.total_cpu[row], ledger.total_memory[row], ledger.total_disk[row], ledger.total_gpu[row],
        )  # fmt: skip
        return ABSENT if rest == NO_FIT else self._placement(rest)


class _ShapeRanking:
    """One shape: what it asks for, its ranking of rows, and the rows that changed since it was last asked for."""

    __slots__ = ("ask", "changed", "ranking")

    def __init__(self, ask: tuple[int, int, int, int]) -> None:
        self.ask = ask
        self.ranking = Ranking()
        self.changed: dict[int, None] = {}


class NodeIndex(NodeScan):
    """The same answers from one ranking per shape; a changed row is scored anew when its shape is asked for.

    Nodes with the same labels and capacity are of one kind, and can host the same shapes; other rows never enter a
    shape's ranking.
    """

    def __init__(self, ledger: CapacityLedger, placement: Placement) -> None:
        super().__init__(ledger, placement)
        self._rankings: list[_ShapeRanking] = []
        self._kinds: dict[tuple[frozenset[str], Resources], list[_ShapeRanking]] = {}
        self._hosted: list[list[_ShapeRanking]] = []  # per row: the list of its kind

    def add_shape(self, shape: Shape) -> None:
        super().add_shape(shape)
        one = _ShapeRanking(shape.resources.as_tuple())
        self._rankings.append(one)
        for (labels, capacity), hosted in self._kinds.items():
            if labels.issuperset(shape.runs_on) and shape.resources.fits_in(capacity):
                hosted.append(one)
                one.changed.update((row, None) for row, list_of in enumerate(self._hosted) if list_of is hosted)

    def describe(self, row: int, labels: frozenset[str], capacity: Resources) -> None:
        super().describe(row, labels, capacity)
        kind = (labels, capacity)
        hosted = self._kinds.get(kind)
        if hosted is None:
            pairs = zip(self._rankings, self._shapes, strict=True)
            hosted = self._kinds[kind] = [
                one for one, shape in pairs if labels.issuperset(shape.runs_on) and shape.resources.fits_in(capacity)
            ]
        if row == len(self._hosted):
            self._hosted.append(hosted)
        elif self._hosted[row] is not hosted:
            for one in self._hosted[row]:
                one.ranking.set(row, ABSENT)
                one.changed.pop(row, None)
            self._hosted[row] = hosted
        self.touch(row)

    def touch(self, row: int) -> None:
        for one in self._hosted[row]:
            one.changed[row] = None

    def best(self, shape: int) -> int:
        one = self._rankings[shape]
        if one.changed:
            ask, put = one.ask, one.ranking.set
            for row in one.changed:
                put(row, self._score(row, ask))
            one.changed.clear()
        return one.ranking.first()

    def fits(self, shape: int, row: int) -> bool:
        one = self._rankings[shape]
        if one not in self._hosted[row]:
            return False
        score = self._score(row, one.ask)
        one.ranking.set(row, score)
        one.changed.pop(row, None)
        return score != ABSENT
