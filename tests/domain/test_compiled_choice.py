"""The compiled path decides what the readable scan decides, for every placement, whatever happened to the nodes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.scheduling.demand import Shape
from domain.scheduling.index import NodeIndex
from domain.scheduling.kinds import NodeKind
from domain.scheduling.ledger import GONE, READY, CapacityLedger
from domain.scheduling.policies import PLACEMENTS, is_per_row
from domain.scheduling.scan import NodeScan
from domain.shared.requirements import Taint
from domain.shared.resources import Resources

pytest.importorskip("numba", exc_type=ImportError, reason="the compiled path needs the extra `fast`")

from domain.scheduling.fastpath import choice as compiled
from domain.scheduling.fastpath.book import NARROW, WIDE
from domain.scheduling.fastpath.jit import is_interpreted
from domain.scheduling.fastpath.kernels import make
from domain.scheduling.fastpath.selection import choice_for, kernels_of, obstacle
from sim.adapters.kernel_cache import folder

DISLIKED = (Taint("old", "", "PreferNoSchedule"),)
KINDS = [
    NodeKind(Resources(8, 16), frozenset({"linux"}), price_udollars=2),
    NodeKind(Resources(8, 16, 8), frozenset({"linux", "big"}), price_udollars=1),
    NodeKind(Resources(16, 16, 8, 2), frozenset({"linux", "big"}), price_udollars=2),
    NodeKind(Resources(4, 4, 0, 2), frozenset()),
    NodeKind(Resources(0, 4), frozenset({"linux"})),
]
GRIM = NodeKind(Resources(8, 16), frozenset({"linux"}), (), DISLIKED)
SHAPES = [
    Shape(Resources(cpu, memory, disk, gpu), labels)
    for labels in ((), ("linux",), ("big",))
    for cpu, memory, disk, gpu in (
        (1, 1, 0, 0),
        (1, 2, 0, 0),
        (2, 1, 0, 0),
        (2, 2, 1, 0),
        (1, 0, 0, 1),
        (0, 1, 0, 0),
        (0, 0, 0, 0),
    )
]
RULES = {name: one for name, one in PLACEMENTS.items() if not is_per_row(one)}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["node", "node", "grim", "leave", "shape", "take", "take", "take", "give", "state", "ask"]),
        st.integers(0, 30), st.integers(0, 30),
    ),
    max_size=80,
)  # fmt: skip


class Pair:
    """A ledger with the readable scan and the compiled index over it."""

    def __init__(self, placement, compiling: bool = False) -> None:
        self.ledger = CapacityLedger()
        self.scan = NodeScan(self.ledger, placement)
        kernels = kernels_of(placement, folder()) if compiling else make(placement, compiled=False)
        self.index = compiled.CompiledIndex(self.ledger, kernels)
        self.shapes: list[Shape] = []
        self.taken: dict[int, list[Resources]] = {}

    def tell(self, name: str, *what) -> None:
        getattr(self.scan, name)(*what)
        getattr(self.index, name)(*what)

    def shape(self, shape: Shape) -> None:
        self.shapes.append(shape)
        self.tell("add_shape", shape)

    def node(self, kind: NodeKind) -> None:
        row = self.ledger.open_row(kind.capacity)
        self.taken[row] = []
        self.tell("describe", row, kind)
        self.state(row, READY)

    def state(self, row: int, state: int) -> None:
        self.ledger.state[row] = state
        self.tell("touch", row)

    def take(self, row: int, ask: Resources) -> None:
        if ask.fits_in(self.ledger.free(row)):
            self.ledger.take(row, ask)
            self.taken[row].append(ask)
            self.tell("touch", row)

    def give(self, row: int) -> None:
        if self.taken[row]:
            self.ledger.give(row, self.taken[row].pop())
            self.tell("touch", row)

    def leave(self, row: int) -> None:
        while self.taken[row]:
            self.give(row)
        self.state(row, GONE)
        self.ledger.close_row(row)
        del self.taken[row]

    def same(self, shape: int) -> int:
        """Both have the same answer, and the same score for every row."""
        row = self.scan.best(shape)
        assert self.index.best(shape) == row
        for other in range(len(self.ledger)):
            assert self.index.score(shape, other) == self.scan.score(shape, other)
            assert self.index.fits(shape, other) == self.scan.fits(shape, other)
        return row

    def step(self, step: str, one: int, two: int) -> None:
        rows = sorted(self.taken)
        row = rows[one % len(rows)] if rows else None
        if step == "node":
            self.node(KINDS[one % len(KINDS)])
        elif step == "grim":
            self.node(GRIM)
        elif step == "shape" and len(self.shapes) < len(SHAPES):
            self.shape(SHAPES[len(self.shapes)])
        elif step == "ask" and self.shapes:
            self.same(one % len(self.shapes))
        elif step == "take" and self.shapes:
            chosen = self.same(two % len(self.shapes))
            if chosen >= 0:
                self.take(chosen, self.shapes[two % len(self.shapes)].resources)
        elif row is None:
            return
        elif step == "give":
            self.give(row)
        elif step == "state":
            self.state(row, 1 + two % 5)
        elif step == "leave":
            self.leave(row)


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=20, deadline=None)
@given(steps=STEPS)
def test_the_loops_decide_the_same_for_every_placement(rule: str, steps) -> None:
    """As plain Python, which takes no time to compile."""
    run(Pair(RULES[rule]), steps)


@pytest.mark.parametrize("rule", ["best-fit", "spread", "dot-product"])
@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_the_loops_decide_the_same_compiled(rule: str, steps) -> None:
    run(Pair(RULES[rule], compiling=True), steps)


def run(pair: Pair, steps) -> None:
    for step, one, two in steps:
        pair.step(step, one, two)
    for number in range(len(pair.shapes)):
        pair.same(number)


def test_a_node_that_is_not_liked_comes_after_all_others() -> None:
    pair = Pair(PLACEMENTS["best-fit"])
    pair.shape(SHAPES[0])
    pair.node(GRIM)
    assert pair.same(0) == 0
    assert pair.index._book.scores.dtype == WIDE
    pair.node(KINDS[0])
    assert pair.same(0) == 1


def test_more_shapes_than_columns_take_turns(monkeypatch) -> None:
    monkeypatch.setattr(compiled, "MOST_COLUMNS", 4)
    pair = Pair(PLACEMENTS["spread"])
    for shape in SHAPES:
        pair.shape(shape)
    for number in range(40):
        pair.node(KINDS[number % len(KINDS)])
    for turn in range(60):
        row = pair.same(turn * 7 % len(SHAPES))
        if row >= 0:
            pair.take(row, SHAPES[turn * 7 % len(SHAPES)].resources)
    assert len(pair.index._column_of) == 4


def test_levels_that_no_row_is_on_are_forgotten() -> None:
    pair = Pair(PLACEMENTS["best-fit"])
    pair.shape(Shape(Resources(1), ()))
    for _ in range(3):
        pair.node(NodeKind(Resources(20_000, 20_000), frozenset()))
    most = len(pair.index._book.content)
    for turn in range(3 * most):
        pair.take(turn % 3, Resources(1, turn % 5))
        if turn % 3 == 0:
            pair.index.best(0)
    assert pair.index._book.counters[0] <= most
    pair.same(0)


def test_thousands_of_rows_and_ties_go_to_the_lowest() -> None:
    pair = Pair(PLACEMENTS["spread"])
    pair.shape(SHAPES[0])
    for _ in range(700):
        pair.node(KINDS[0])
    assert [pair.same(0)] == [0]
    pair.take(0, Resources(1))
    assert pair.same(0) == 1
    for row in range(600):
        pair.state(row, 3)
    assert pair.same(0) == 600


def big(leftover: int) -> int:
    return 1 << 29 | leftover


def huge(leftover: int) -> int:
    return (1 << 31) + leftover


def overflowing(leftover: int) -> int:
    return leftover * leftover * leftover * leftover


def test_a_score_that_needs_more_room_gets_it() -> None:
    for placement, room in ((big, NARROW), (huge, WIDE)):
        pair = Pair(placement)
        pair.shape(SHAPES[0])
        pair.node(KINDS[0])
        pair.node(KINDS[1])
        pair.same(0)
        assert pair.index._book.scores.dtype == room


class WithState:
    def __call__(self, leftover: int) -> int:
        return leftover


@pytest.mark.skipif(is_interpreted(), reason="NUMBA_DISABLE_JIT compiles nothing")
def test_what_cannot_be_compiled_or_would_decide_otherwise_stays_readable() -> None:
    table = {1: 2}
    cases = {
        "numba cannot compile it": lambda leftover: table.get(str(leftover), 1),
        "compiled it says": overflowing,
        "it is no plain function": WithState(),
        "it looks at nodes one by one": PLACEMENTS["next-fit"],
    }
    for reason, placement in cases.items():
        assert reason in obstacle(placement)
        assert choice_for("compiled", placement) is NodeIndex
    assert not obstacle(big)
    assert isinstance(choice_for("auto", big)(CapacityLedger(), big), compiled.CompiledIndex)
    assert choice_for("readable", big) is NodeIndex
