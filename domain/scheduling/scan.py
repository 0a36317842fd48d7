"""Where a job shape fits best, as a readable scan over all nodes: the definition that everything faster must equal."""

from collections.abc import Callable
from typing import Protocol

from domain.scheduling.constraints import hosts, penalty
from domain.scheduling.demand import Shape
from domain.scheduling.kinds import NodeKind
from domain.scheduling.ledger import READY, CapacityLedger
from domain.scheduling.policies import LEVEL_FACTS, Placement, facts_of
from domain.scheduling.ranking import ABSENT
from domain.scheduling.rules import NO_FIT, leftover

WORSE_THAN_ANY = 40
"""Bits above every placement score: a penalty decides first."""


Amounts = tuple[int, int, int, int]


def judged(placement: Placement) -> Callable[[int, Amounts, Amounts, Amounts, int], int]:
    """A placement as a function of (leftover, free, ask, total, price), whichever facts of a level it names."""
    wanted = tuple(LEVEL_FACTS.index(name) for name in facts_of(placement))

    def judge(rest: int, free: Amounts, ask: Amounts, total: Amounts, price: int) -> int:
        facts = (rest, *free, *ask, *total, price)
        return placement(*[facts[index] for index in wanted])

    return judge


class NodeChoice(Protocol):
    """Answers `best` and `fits` for shapes by number; must be told of new shapes and of every row that changed."""

    scores: int

    def add_shape(self, shape: Shape) -> None: ...
    def describe(self, row: int, kind: NodeKind) -> None: ...
    def touch(self, row: int) -> None: ...
    def best(self, shape: int) -> int: ...
    def fits(self, shape: int, row: int) -> bool: ...
    def score(self, shape: int, row: int) -> int: ...


class NodeScan:
    """Of the rows that are ready, of a kind that hosts the shape, and have room: the lowest score, then row."""

    def __init__(self, ledger: CapacityLedger, placement: Placement) -> None:
        self.scores = 0  # how often a score was computed
        self._ledger = ledger
        self._simple = placement if facts_of(placement) == ("leftover",) else None  # most are
        self._judge = judged(placement)
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

    def _score(self, shape: Shape, free: Amounts, kind: NodeKind) -> int:
        self.scores += 1
        ask, total = shape.resources.as_tuple(), kind.capacity.as_tuple()
        rest = leftover(*free, *ask, *total)
        if rest == NO_FIT:
            return ABSENT
        score = self._simple(rest) if self._simple else self._judge(rest, free, ask, total, kind.price_udollars)
        return score + (penalty(shape, kind) << WORSE_THAN_ANY)
