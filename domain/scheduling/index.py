"""Where a job shape fits best, fast: rows with the same amounts free are kept together and judged once."""

from heapq import heappop, heappush

from domain.scheduling.constraints import hosts
from domain.scheduling.demand import Shape
from domain.scheduling.kinds import NodeKind
from domain.scheduling.ledger import READY, CapacityLedger
from domain.scheduling.policies import Placement
from domain.scheduling.ranking import ABSENT
from domain.scheduling.scan import NodeChoice as NodeChoice
from domain.scheduling.scan import NodeScan as NodeScan

LEVEL_BITS = 32
LEVEL = (1 << LEVEL_BITS) - 1
Amounts = tuple[int, int, int, int]


class _Shape:
    """One shape: the score of every level it has met, and the levels that have rows, lowest score first."""

    __slots__ = ("born", "entered", "heap", "scores", "shape")

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.forget()

    def forget(self) -> None:
        self.scores: dict[int, int] = {}  # level → score, or ABSENT
        self.heap: list[int] = []  # (score, level) as single integers; empty levels are dropped when they come up
        self.entered: set[int] = set()  # levels in the heap
        self.born: dict[int, None] = {}  # levels that have rows again and are not in the heap yet


class _Kind:
    """One kind of node and the shapes that it can host."""

    __slots__ = ("hosted", "kind", "number")

    def __init__(self, number: int, kind: NodeKind, hosted: list[_Shape]) -> None:
        self.number = number
        self.kind = kind
        self.hosted = hosted


class _Level:
    """Rows of one kind with the same amounts free: for every shape they differ by their number only."""

    __slots__ = ("after", "entered", "free", "kind", "live", "number", "rows")

    def __init__(self, number: int, kind: _Kind, free: Amounts) -> None:
        self.number = number
        self.kind = kind
        self.free = free
        self.live = 0
        self.rows: list[int] = []  # a heap; rows that have left are dropped when they come up
        self.entered: set[int] = set()  # rows in the heap
        self.after: dict[int, _Level] = {}  # shape → where a row goes that it takes room on; ~shape: gives it back


class NodeIndex(NodeScan):
    """The same answers from levels: a changed row moves from one to another, however many shapes there are.

    Each shape has the levels that host it in a heap by score, a score being computed once per level; among the rows
    of the best levels the lowest wins. Empty levels are forgotten, all together, when there are too many: so the
    memory follows the rows and shapes, and forgetting costs each new level a constant.
    """

    MOST_LEVELS_PER_ROW = 4
    SPARE_LEVELS = 1024

    def __init__(self, ledger: CapacityLedger, placement: Placement) -> None:
        super().__init__(ledger, placement)
        self._ranked: list[_Shape] = []
        self._known: dict[NodeKind, _Kind] = {}
        self._kind_of: list[_Kind] = []  # per row
        self._level_of: list[_Level | None] = []  # per row; None: not to be offered
        self._levels: list[_Level] = []
        self._by_content: dict[tuple[int, int, int, int, int], _Level] = {}

    def add_shape(self, shape: Shape) -> None:
        super().add_shape(shape)
        one = _Shape(shape)
        self._ranked.append(one)
        for known in self._known.values():
            if hosts(shape, known.kind):
                known.hosted.append(one)
                one.born.update((level.number, None) for level in self._levels if level.kind is known and level.live)

    def describe(self, row: int, kind: NodeKind) -> None:
        super().describe(row, kind)
        known = self._known.get(kind)
        if known is None:
            pairs = zip(self._ranked, self._shapes, strict=True)
            hosted = [one for one, shape in pairs if hosts(shape, kind)]
            known = self._known[kind] = _Kind(len(self._known), kind, hosted)
        self._kind_of[row : row + 1] = [known]
        if row == len(self._level_of):
            self._level_of.append(None)
        self.touch(row)

    def touch(self, row: int) -> None:
        ledger, before = self._ledger, self._level_of[row]
        level = None
        if ledger.state[row] == READY:
            content = (
                self._kind_of[row].number, ledger.free_cpu[row], ledger.free_memory[row], ledger.free_disk[row],
                ledger.free_gpu[row],
            )  # fmt: skip
            level = self._by_content.get(content)
            if level is None:
                level = self._add_level(self._kind_of[row], content)
                before = self._level_of[row]  # all may have been made anew
        if level is before:
            return
        if before is not None:
            before.live -= 1
        self._level_of[row] = level
        if level is not None:
            self._enter_level(row, level)

    def took(self, row: int, shape: int) -> None:
        self._step(row, shape)

    def gave(self, row: int, shape: int) -> None:
        self._step(row, ~shape)

    def _step(self, row: int, step: int) -> None:
        """As `touch`, where the same has happened before to a row of the same level: then it is known where it goes."""
        before = self._level_of[row]
        if before is None:
            self.touch(row)
            return
        level = before.after.get(step)
        if level is None:
            self.touch(row)
            level = self._level_of[row]
            if level is not None:
                before.after[step] = level
            return
        before.live -= 1
        self._level_of[row] = level
        self._enter_level(row, level)

    def _enter_level(self, row: int, level: _Level) -> None:
        if not level.live:
            number = level.number
            for one in level.kind.hosted:
                if number not in one.entered:
                    one.born[number] = None
        level.live += 1
        if row not in level.entered:
            level.entered.add(row)
            heappush(level.rows, row)

    def best(self, shape: int) -> int:
        one, levels = self._ranked[shape], self._levels
        if one.born:
            self._enter(one)
        heap = one.heap
        while heap:
            level = levels[heap[0] & LEVEL]
            if level.live:
                worse = ((heap[0] >> LEVEL_BITS) + 1) << LEVEL_BITS  # the second best stands in one of two places
                if (len(heap) > 1 and heap[1] < worse) or (len(heap) > 2 and heap[2] < worse):
                    return self._lowest_of_equals(one, worse)
                return self._lowest(level)
            one.entered.remove(heappop(heap) & LEVEL)
        return ABSENT

    def score(self, shape: int, row: int) -> int:
        level, one = self._level_of[row], self._ranked[shape]
        if level is None:
            return ABSENT
        score = one.scores.get(level.number)
        if score is None:
            score = self._score_of(one, level) if one in level.kind.hosted else ABSENT
            one.scores[level.number] = score
        return score

    def _enter(self, one: _Shape) -> None:
        """Put into the shape's heap the levels that have rows again and can take it."""
        for number in one.born:
            level = self._levels[number]
            if level.live and (score := self._score_of(one, level)) != ABSENT:
                one.entered.add(number)
                heappush(one.heap, score << LEVEL_BITS | number)
        one.born.clear()

    def _score_of(self, one: _Shape, level: _Level) -> int:
        score = one.scores.get(level.number)
        if score is None:
            score = one.scores[level.number] = self._score(one.shape, level.free, level.kind.kind)
        return score

    def _lowest(self, level: _Level) -> int:
        """The lowest row of a level that has some."""
        rows, level_of = level.rows, self._level_of
        while level_of[rows[0]] is not level:
            level.entered.remove(heappop(rows))
        return rows[0]

    def _lowest_of_equals(self, one: _Shape, worse: int) -> int:
        """The lowest row of all levels whose entries are below `worse`: those of the best score."""
        equals, lowest = [], LEVEL
        while one.heap and one.heap[0] < worse:
            entry = heappop(one.heap)
            level = self._levels[entry & LEVEL]
            if level.live:
                equals.append(entry)
                lowest = min(lowest, self._lowest(level))
            else:
                one.entered.remove(level.number)
        for entry in equals:
            heappush(one.heap, entry)
        return lowest

    def _add_level(self, kind: _Kind, content: tuple[int, int, int, int, int]) -> _Level:
        if len(self._levels) > self.MOST_LEVELS_PER_ROW * len(self._level_of) + self.SPARE_LEVELS:
            self._make_anew()
        level = _Level(len(self._levels), kind, content[1:])
        self._levels.append(level)
        self._by_content[content] = level
        return level

    def _make_anew(self) -> None:
        """Forget the levels without rows, and number the others from 0."""
        self._levels = [level for level in self._levels if level.live]
        self._by_content = {(level.kind.number, *level.free): level for level in self._levels}
        for one in self._ranked:
            one.forget()
        for number, level in enumerate(self._levels):
            level.number = number
            level.after = {}
            for one in level.kind.hosted:
                one.born[number] = None
