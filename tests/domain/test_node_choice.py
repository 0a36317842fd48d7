"""Where a shape goes: index and scan give the answer of the definition, whatever happened to the nodes before."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.scheduling.demand import Shape
from domain.scheduling.index import NodeIndex, NodeScan
from domain.scheduling.kinds import NodeKind
from domain.scheduling.ledger import GONE, READY, STATES, CapacityLedger
from domain.scheduling.policies import PLACEMENTS, facts_of, is_per_row
from domain.scheduling.ranking import ABSENT
from domain.scheduling.rules import SCALE
from domain.shared.resources import Resources

SHAPES = [
    Shape(Resources(1, 1), ()),
    Shape(Resources(1), ("linux",)),
    Shape(Resources(2, 2, 1), ("linux", "big")),
    Shape(Resources(1, 0, 0, 1), ()),
    Shape(Resources(99), ()),
    Shape(Resources(), ()),
    Shape(Resources(0, 1), ()),
]
KINDS = [
    (frozenset({"linux"}), Resources(4, 8)),
    (frozenset({"linux", "big"}), Resources(8, 8, 8)),
    (frozenset({"linux", "big"}), Resources(8, 8, 8, 2)),
    (frozenset[str](), Resources(2, 2, 0, 2)),
    (frozenset({"linux"}), Resources(0, 4)),
]
RULES: dict[str, Callable[..., int]] = {
    **{name: placement for name, placement in PLACEMENTS.items() if not is_per_row(placement)},
    "no preference": lambda leftover: 5,
}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["node", "node", "leave", "shape", "take", "take", "give", "state", "ask", "fits"]),
        st.integers(0, 9), st.integers(0, 9),
    ),
    max_size=60,
)  # fmt: skip


DIMENSIONS = ("cpu", "memory", "disk", "gpu")


class Forgetful(NodeIndex):
    """Makes its levels anew whenever there is a new one."""

    MOST_LEVELS_PER_ROW = 0
    SPARE_LEVELS = 0


class Nodes:
    """A ledger, both choices over it, and what is needed to say the right answer without either."""

    def __init__(self, placement: Callable[..., int]) -> None:
        self.ledger = CapacityLedger()
        self.placement = placement
        self.all = tuple(kind(self.ledger, placement) for kind in (NodeIndex, NodeScan, Forgetful))
        self.shapes: list[Shape] = []
        self.labels: list[frozenset[str]] = []
        self.taken: list[list[Resources]] = []
        self.prices: list[int] = []

    def tell(self, name: str, *args) -> None:
        for one in self.all:
            getattr(one, name)(*args)

    def node(self, labels: frozenset[str], capacity: Resources, state: int = READY, price: int = 0) -> None:
        row = self.ledger.open_row(capacity)
        self.labels[row:] = [labels, *self.labels[row + 1 :]]
        self.taken[row:] = [[], *self.taken[row + 1 :]]
        self.prices[row:] = [price, *self.prices[row + 1 :]]
        self.tell("describe", row, NodeKind(capacity, labels, price_udollars=price))
        self.set_state(row, state)

    def set_state(self, row: int, state: int) -> None:
        self.ledger.state[row] = state
        self.tell("touch", row)

    def shape(self, shape: Shape) -> None:
        self.shapes.append(shape)
        self.tell("add_shape", shape)

    def take(self, row: int, ask: Resources) -> None:
        if ask.fits_in(self.ledger.free(row)):
            self.ledger.take(row, ask)
            self.taken[row].append(ask)
            self.tell("touch", row)

    def give(self, row: int) -> None:
        self.ledger.give(row, self.taken[row].pop())
        self.tell("touch", row)

    def leave(self, row: int) -> None:
        while self.taken[row]:
            self.give(row)
        self.set_state(row, GONE)
        self.ledger.close_row(row)

    def fits(self, shape: Shape, row: int) -> bool:
        """The definition, in words: ready, all labels, room in every dimension."""
        ready = self.ledger.state[row] == READY
        return ready and set(shape.runs_on) <= self.labels[row] and shape.resources.fits_in(self.ledger.free(row))

    def score(self, shape: Shape, row: int) -> int:
        """The definition: what the placement says to the facts that it names."""
        free, ask, total = self.ledger.free(row), shape.resources, self.ledger.total(row)
        rest = (free - ask).as_tuple()
        known = {"leftover": sum(left * SCALE // of for left, of in zip(rest, total.as_tuple(), strict=True) if of)}
        for prefix, amounts in (("free_", free), ("", ask), ("total_", total)):
            known |= {f"{prefix}{name}": one for name, one in zip(DIMENSIONS, amounts.as_tuple(), strict=True)}
        known["price"] = self.prices[row]
        return self.placement(**{name: known[name] for name in facts_of(self.placement)})

    def check_best(self, number: int) -> None:
        shape = self.shapes[number]
        ranked = [(self.score(shape, row), row) for row in range(len(self.ledger)) if self.fits(shape, row)]
        best = min(ranked, default=(0, ABSENT))[1]
        assert [one.best(number) for one in self.all] == [best] * 3

    def check_fits(self, number: int, row: int) -> None:
        assert [one.fits(number, row) for one in self.all] == [self.fits(self.shapes[number], row)] * 3


@pytest.mark.parametrize("rule", RULES)
@given(steps=STEPS)
def test_index_and_scan_say_what_the_definition_says(rule: str, steps) -> None:
    """Rows change many times between questions, are reused by other kinds, and shapes come late."""
    nodes = Nodes(RULES[rule])
    for step, one, two in steps:
        live = [row for row in range(len(nodes.ledger)) if nodes.ledger.state[row] != GONE]
        row = live[one % len(live)] if live else None
        if step == "node":
            nodes.node(*KINDS[one % len(KINDS)], READY if two else STATES.index("JOINING"), price=two % 3)
        elif step == "shape" and len(nodes.shapes) < len(SHAPES):
            nodes.shape(SHAPES[len(nodes.shapes)])
        elif step == "ask" and nodes.shapes:
            nodes.check_best(one % len(nodes.shapes))
        elif row is None:
            continue
        elif step == "fits" and nodes.shapes:
            nodes.check_fits(two % len(nodes.shapes), row)
        elif step == "take":
            nodes.take(row, SHAPES[two % len(SHAPES)].resources)
        elif step == "give" and nodes.taken[row]:
            nodes.give(row)
        elif step == "state":
            nodes.set_state(row, 1 + two % 5)  # any but GONE
        elif step == "leave":
            nodes.leave(row)
    for number in range(len(nodes.shapes)):
        nodes.check_best(number)
        for row in range(len(nodes.ledger)):
            nodes.check_fits(number, row)


def test_a_row_that_another_kind_moves_into_forgets_what_it_could_host() -> None:
    nodes = Nodes(PLACEMENTS["best-fit"])
    nodes.shape(SHAPES[1])
    nodes.node(*KINDS[0])
    nodes.check_best(0)
    nodes.leave(0)
    nodes.node(*KINDS[3])
    assert nodes.all[0].best(0) == ABSENT
    nodes.check_fits(0, 0)
    nodes.node(*KINDS[1])
    assert nodes.all[0].best(0) == 1


def test_the_index_scores_only_what_changed() -> None:
    nodes = Nodes(PLACEMENTS["best-fit"])
    nodes.shape(SHAPES[0])
    for _ in range(10):
        nodes.node(*KINDS[0])
    index = nodes.all[0]
    index.best(0)
    scored = index.scores
    index.best(0)
    assert index.scores == scored, "nothing changed"
    nodes.take(3, Resources(1))
    nodes.take(3, Resources(1))
    index.best(0)
    assert index.scores == scored + 1, "one row changed, twice, and was asked for once"
    nodes.take(4, Resources(2))
    nodes.give(3)
    nodes.give(3)
    assert index.best(0) == 4
    assert index.scores == scored + 1, "what has been like that before is known"


def test_what_no_node_is_like_any_more_is_forgotten() -> None:
    nodes = Nodes(PLACEMENTS["best-fit"])
    nodes.shape(Shape(Resources(1), ()))
    for _ in range(3):
        nodes.node(frozenset(), Resources(10_000, 10_000))
    for turn in range(6000):
        row = turn % 3
        nodes.take(row, Resources(1, turn % 7))
        if turn % 5 == 0:
            nodes.give(row)
        nodes.all[0].best(0)
    assert len(nodes.all[0]._levels) <= 4 * 3 + 1024 + 1
    nodes.check_best(0)


def test_a_node_without_cpu_takes_no_job_that_asks_for_some() -> None:
    nodes = Nodes(PLACEMENTS["best-fit"])
    nodes.shape(SHAPES[0])
    nodes.node(frozenset(), Resources(0, 8))
    assert [one.best(0) for one in nodes.all] == [ABSENT] * 3


@pytest.mark.parametrize("rule", RULES)
def test_a_node_without_cpu_takes_jobs_that_ask_for_none(rule: str) -> None:
    """Nothing is divided by what the node has none of."""
    nodes = Nodes(RULES[rule])
    nodes.shape(Shape(Resources(0, 1), ()))
    nodes.node(frozenset(), Resources(0, 8))
    nodes.check_best(0)
    assert [one.best(0) for one in nodes.all] == [0] * len(nodes.all)
