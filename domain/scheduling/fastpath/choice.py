"""Where a job shape fits best, compiled: the answers of `NodeIndex` from columns and a tree, for thousands of nodes.

News of rows is collected and taken note of at the next question, so that a placement costs one call into compiled
code. The MOST_COLUMNS shapes asked for last have a column; another takes that of the one not asked for longest, which
costs about a scan. Loops and layout are here and in `kernels`; what decides is `rules` and the placement.
"""

from struct import Struct
from typing import Any

import numpy as np

from domain.scheduling.constraints import hosts, penalty
from domain.scheduling.demand import Shape
from domain.scheduling.fastpath.book import CLOSED, NARROW, SCORED, TOO_WIDE, WIDE, Book, empty, void
from domain.scheduling.fastpath.kernels import Kernels
from domain.scheduling.kinds import NodeKind
from domain.scheduling.ledger import READY, CapacityLedger
from domain.scheduling.ranking import ABSENT

MOST_COLUMNS = 64
NEWS = 256
"""How many changed rows are collected before they are taken note of without a question."""
ONE = Struct("=6q")
"""News of one row: its number, kind and what it has free, written in one call."""
_write, _BYTES = ONE.pack_into, ONE.size


class CompiledIndex:
    """A `NodeChoice`: of the rows that are ready, host the shape and have room, the lowest score, then row."""

    def __init__(self, ledger: CapacityLedger, kernels: Kernels) -> None:
        self._ledger = ledger
        self._kernels = kernels
        self._book = empty(rows=64, shapes=8, kinds=4)
        self._void = void(NARROW)
        self._news = np.zeros((NEWS, 6), np.int64)
        self._bytes = memoryview(self._news).cast("B")  # type: ignore[arg-type]  # written to faster than numpy is
        self._count = 0
        self._shapes: list[Shape] = []
        self._kinds: dict[NodeKind, int] = {}
        self._kind_of: list[int] = []  # per row
        self._column_of: dict[int, int] = {}  # shape → column, the one asked for last at the end
        self._latest = ABSENT  # the shape at that end
        self._crowded = False  # there are more shapes than columns, so that it matters who was asked for last

    @property
    def scores(self) -> int:
        """How often a score was computed."""
        return int(self._book.counters[SCORED])

    def add_shape(self, shape: Shape) -> None:
        """The next shape, numbered from 0."""
        self._shapes.append(shape)
        if len(self._column_of) < MOST_COLUMNS:
            self._give_column(len(self._shapes) - 1)
        else:
            self._crowded = True

    def describe(self, row: int, kind: NodeKind) -> None:
        """Another node lives in `row` now, or the one there has become of another kind. Rows come in order."""
        number = self._kinds.get(kind)
        if number is None:
            number = self._add_kind(kind)
        self._kind_of[row : row + 1] = [number]
        if row >= len(self._book.level_of):
            self._grow(rows=2 * row)
        self.touch(row)

    def touch(self, row: int) -> None:
        """The row's state or free capacity changed."""
        ledger, at = self._ledger, self._count
        kind = self._kind_of[row] if ledger.state[row] == READY else ABSENT
        _write(
            self._bytes, at * _BYTES, row, kind, ledger.free_cpu[row], ledger.free_memory[row],
            ledger.free_disk[row], ledger.free_gpu[row],
        )  # fmt: skip
        self._count = at = at + 1
        if at == NEWS:
            self._note()

    def best(self, shape: int) -> int:
        """The row to take, or ABSENT."""
        if self._crowded and shape != self._latest:
            self._turn_to(shape)
        count, self._count = self._count, 0
        book = self._book
        row: int = self._kernels.answer(*book, self._news, count, self._column_of[shape])
        if count and book.counters[TOO_WIDE] and book.scores.dtype == NARROW:
            self._grow(dtype=WIDE)
            return self.best(shape)
        return row

    def fits(self, shape: int, row: int) -> bool:
        """Could this row take the shape now?"""
        return self.score(shape, row) != ABSENT

    def score(self, shape: int, row: int) -> int:
        """The placement score of a node for a shape, or ABSENT where it cannot go."""
        if self._crowded and shape != self._latest:
            self._turn_to(shape)
        if self._count:
            self._note()
        book = self._book
        found = int(book.scores[book.level_of[row], self._column_of[shape]])
        return ABSENT if found == self._void else found

    # --- inside --------------------------------------------------------------------------------------------------

    def _note(self) -> None:
        """Take note of the news now."""
        count, self._count = self._count, 0
        self._kernels.answer(*self._book, self._news, count, ABSENT)
        if self._book.counters[TOO_WIDE] and self._book.scores.dtype == NARROW:
            self._grow(dtype=WIDE)

    def _turn_to(self, shape: int) -> None:
        """The shape was asked for last; it has a column from now on."""
        column = self._column_of.pop(shape, ABSENT)
        if column == ABSENT:
            self._give_column(shape)
        else:
            self._column_of[shape] = column
        self._latest = shape

    def _give_column(self, shape: int) -> None:
        if self._count:
            self._note()
        if len(self._column_of) < MOST_COLUMNS:
            column = len(self._column_of)
            if column == len(self._book.asks):
                self._grow(shapes=2 * column)
        else:
            column = self._column_of.pop(next(iter(self._column_of)))
        self._column_of[shape] = column
        self._book.asks[column] = self._shapes[shape].resources.as_tuple()
        for kind, number in self._kinds.items():
            self._judge(self._shapes[shape], column, kind, number)
        self._kernels.column(*self._book, column)
        if self._book.counters[TOO_WIDE] and self._book.scores.dtype == NARROW:
            self._grow(dtype=WIDE)

    def _add_kind(self, kind: NodeKind) -> int:
        number = self._kinds[kind] = len(self._kinds)
        if number == len(self._book.totals):
            self._grow(kinds=2 * number)
        self._book.totals[number] = (*kind.capacity.as_tuple(), kind.price_udollars)
        for shape, column in self._column_of.items():
            self._judge(self._shapes[shape], column, kind, number)
        return number

    def _judge(self, shape: Shape, column: int, kind: NodeKind, number: int) -> None:
        self._book.penalties[number, column] = penalty(shape, kind) if hosts(shape, kind) else ABSENT

    def _grow(self, rows: int = 0, shapes: int = 0, kinds: int = 0, dtype: Any = None) -> None:
        """The same book with more room, everything in it entered anew."""
        old = self._book
        new = self._book = empty(
            rows or len(old.level_of), shapes or len(old.asks), kinds or len(old.totals), dtype or old.scores.dtype.type
        )
        _copy(old, new)
        self._void = void(new.scores.dtype)
        known = np.column_stack([np.arange(len(old.level_of)), old.content[old.level_of]])
        self._kernels.answer(*new, known[old.level_of != CLOSED], int((old.level_of != CLOSED).sum()), ABSENT)


def _copy(old: Book, new: Book) -> None:
    """What was counted and what shapes and kinds there are."""
    new.counters[SCORED:] = old.counters[SCORED:]
    for before, after in ((old.asks, new.asks), (old.totals, new.totals)):
        after[: len(before)] = before
    new.penalties[: old.penalties.shape[0], : old.penalties.shape[1]] = old.penalties
