"""Where a job shape fits best, as a readable scan over all nodes: the definition that everything faster must equal."""

from typing import Protocol

from domain.scheduling.constraints import hosts, penalty
from domain.scheduling.demand import Shape
from domain.scheduling.kinds import NodeKind
from domain.scheduling.ledger import READY, CapacityLedger
from domain.scheduling.policies import Placement
from domain.scheduling.ranking import ABSENT
from domain.scheduling.rules import NO_FIT, leftover

WORSE_THAN_ANY = 40
"""Bits above every placement score: a penalty decides first."""


class NodeChoice(Protocol):
    """Answers `best` and `fits` for shapes by number; must be told of new shapes and of every row that changed."""

    scores: int

    def add_shape(self, shape: Shape) -> None: ...
    def describe(self, row: int, kind: NodeKind) -> None: ...
    def touch(self, row: int) -> None: ...
    def took(self, row: int, shape: int) -> None: ...
    def gave(self, row: int, shape: int) -> None: ...
    def best(self, shape: int) -> int: ...
    def fits(self, shape: int, row: int) -> bool: ...
    def score(self, shape: int, row: int) -> int: ...


class NodeScan:
    """Of the rows that are ready, of a kind that hosts the shape, and have room: the lowest score, then row."""

    def __init__(self, ledger: CapacityLedger, placement: Placement) -> None:
        self.scores = 0  # how often a score was computed
        self._ledger = ledger
        self._placement = placement
        self._shapes: list[Shape] = []
        self._kinds: list[NodeKind] = []  # per row

    def add_shape(self, shape: Shape) -> None:
        """The next shape, numbered from 0."""
        self._shapes.append(shape)

    def describe(self, row: int, kind: NodeKind) -> None:
        """Another node lives in `row` now, or the one there has become of another kind. Rows come in order."""
        self._kinds[row : row + 1] = [kind]

    def touch(self, row: int) -> None:
        """The row's state or free capacity changed; a scan looks at everything anyway."""

    def took(self, row: int, shape: int) -> None:
        """A job of the shape has just taken its room on the row, and nothing else has changed there."""

    def gave(self, row: int, shape: int) -> None:
        """A job of the shape has just given its room back, and nothing else has changed there."""

    def score(self, shape: int, row: int) -> int:
        """The placement score of a node for a shape, or ABSENT where it cannot go."""
        one, kind, ledger = self._shapes[shape], self._kinds[row], self._ledger
        if ledger.state[row] != READY or not hosts(one, kind):
            return ABSENT
        return self._score(one, ledger.free(row).as_tuple(), kind)

    def best(self, shape: int) -> int:
        """The row to take, or ABSENT."""
        scored = ((self.score(shape, row), row) for row in range(len(self._kinds)))
        return min((pair for pair in scored if pair[0] != ABSENT), default=(ABSENT, ABSENT))[1]

    def fits(self, shape: int, row: int) -> bool:
        """Could this row take the shape now?"""
        return self.score(shape, row) != ABSENT

    def _score(self, shape: Shape, free: tuple[int, int, int, int], kind: NodeKind) -> int:
        self.scores += 1
        rest = leftover(*free, *shape.resources.as_tuple(), *kind.capacity.as_tuple())
        return ABSENT if rest == NO_FIT else self._placement(rest) + (penalty(shape, kind) << WORSE_THAN_ANY)
