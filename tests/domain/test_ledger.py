"""The ledger under any sequence of calls: never more out than there is, a refusal changes nothing, rows are reused."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.scheduling.ledger import GONE, JOINING, READY, CapacityLedger, OverCommit
from domain.shared.resources import DIMENSIONS, Resources

AMOUNTS = st.builds(Resources, *(st.integers(0, 5) for _ in DIMENSIONS))
COLUMNS = ("state", "epoch", *(f"{what}_{of}" for what in ("free", "total") for of in ("cpu", "memory", "disk", "gpu")))


def columns(ledger: CapacityLedger) -> dict[str, list[int]]:
    return {name: list(getattr(ledger, name)) for name in COLUMNS}


class AnyUseOfTheLedger(RuleBasedStateMachine):
    """Beside it: per open row what it has and what of it is out; per row ever seen its epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = CapacityLedger()
        self.total: dict[int, Resources] = {}
        self.out: dict[int, Resources] = {}
        self.epochs: list[int] = []

    def attempt(self, allowed: bool, call, *args) -> bool:
        """Make a call that must succeed where it is allowed, and must raise and change nothing where it is not."""
        if allowed:
            call(*args)
            return True
        before = columns(self.ledger)
        with pytest.raises(OverCommit, match=rf"row {args[0]} "):
            call(*args)
        assert columns(self.ledger) == before
        return False

    def a_row(self, data) -> int:
        return data.draw(st.sampled_from(sorted(self.total)), label="row")

    @rule(capacity=AMOUNTS)
    def open(self, capacity) -> None:
        lowest = min(set(range(len(self.epochs))) - set(self.total), default=len(self.epochs))
        assert self.ledger.open_row(capacity) == lowest
        if lowest == len(self.epochs):
            self.epochs.append(0)
        self.total[lowest], self.out[lowest] = capacity, Resources()
        assert self.ledger.state[lowest] == JOINING

    @precondition(lambda self: self.total)
    @rule(data=st.data())
    def becomes_ready(self, data) -> None:
        row = self.a_row(data)
        self.ledger.state[row] = READY
        self.ledger.epoch[row] += 1
        self.epochs[row] += 1

    @precondition(lambda self: self.total)
    @rule(data=st.data(), ask=AMOUNTS)
    def take(self, data, ask) -> None:
        row = self.a_row(data)
        if self.attempt((self.out[row] + ask).fits_in(self.total[row]), self.ledger.take, row, ask):
            self.out[row] += ask

    @precondition(lambda self: self.total)
    @rule(data=st.data(), ask=AMOUNTS, everything=st.booleans())
    def give(self, data, ask, everything) -> None:
        row = self.a_row(data)
        ask = self.out[row] if everything else ask
        if self.attempt(ask.fits_in(self.out[row]), self.ledger.give, row, ask):
            self.out[row] -= ask

    @precondition(lambda self: self.total)
    @rule(data=st.data())
    def close(self, data) -> None:
        row = self.a_row(data)
        if self.attempt(self.out[row] == Resources(), self.ledger.close_row, row):
            del self.total[row], self.out[row]

    @invariant()
    def the_books_agree(self) -> None:
        ledger = self.ledger
        assert len(ledger) == len(self.epochs)
        assert list(ledger.epoch) == self.epochs, "an epoch outlives its node"
        for row in range(len(ledger)):
            assert ledger.free(row).fits_in(ledger.total(row))
            assert (ledger.state[row] == GONE) == (row not in self.total)
        for row, total in self.total.items():
            assert ledger.total(row) == total
            assert ledger.free(row) == total - self.out[row]
            assert ledger.is_empty(row) == (self.out[row] == Resources())


TestAnyUseOfTheLedger = AnyUseOfTheLedger.TestCase
TestAnyUseOfTheLedger.settings = settings(max_examples=150, stateful_step_count=40)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_one_dimension_too_much_takes_and_gives_nothing(dimension: str) -> None:
    """Also of the dimensions that are looked at before it."""
    ledger, had = CapacityLedger(), Resources(9, 9, 9, 9)
    row = ledger.open_row(had)
    one = Resources(1, 1, 1, 1)
    ledger.take(row, one)
    for call, wrong in ((ledger.take, 9), (ledger.give, 2)):
        with pytest.raises(OverCommit):
            call(row, Resources(**{name: wrong if name == dimension else 1 for name in DIMENSIONS}))
        assert ledger.free(row) == had - one


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_node_leaves_only_when_everything_is_back(dimension: str) -> None:
    ledger, one = CapacityLedger(), Resources(**{dimension: 1})
    row = ledger.open_row(Resources(9, 9, 9, 9))
    ledger.take(row, one)
    assert not ledger.is_empty(row)
    with pytest.raises(OverCommit, match="leaves with capacity in use"):
        ledger.close_row(row)
    ledger.give(row, one)
    ledger.close_row(row)


def test_a_refusal_says_what_there_is() -> None:
    ledger = CapacityLedger()
    row = ledger.open_row(Resources(2, 3))
    with pytest.raises(OverCommit) as refused:
        ledger.take(row, Resources(4))
    assert "row 0 has no room for" in str(refused.value)
    assert f"JOINING, free {Resources(2, 3)} of {Resources(2, 3)}" in str(refused.value)


def test_rows_of_nodes_that_left_are_used_again_lowest_first_and_remember_only_their_epoch() -> None:
    ledger = CapacityLedger()
    assert [ledger.open_row(Resources(n + 1)) for n in range(4)] == [0, 1, 2, 3]
    ledger.epoch[1] = 7
    for row in (3, 1, 2):
        ledger.close_row(row)
    assert [ledger.open_row(Resources(10, 20, 30, 40)) for _ in range(4)] == [1, 2, 3, 4]
    assert ledger.free(1) == ledger.total(1) == Resources(10, 20, 30, 40)
    assert ledger.epoch[1] == 7
