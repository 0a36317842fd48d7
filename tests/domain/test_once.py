"""What is heard twice is recognised, in memory that stays bounded."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.scheduling.asked import Asked
from domain.shared.once import Once
from domain.workers.places import Places

NUMBERS = st.integers(1, 30)


@given(st.lists(NUMBERS))
def test_each_key_is_first_once(numbers: list[int]) -> None:
    once, seen = Once(), set()
    for number in numbers:
        assert once.first(number) == (number not in seen)
        seen.add(number)
        assert number in once


def test_above_a_number_that_never_comes_it_remembers_a_window_and_no_more_than_two() -> None:
    once = Once(window=10)
    for number in range(2, 1000):
        assert once.first(number)
        assert sum(each in once for each in range(1, number + 1)) <= 20
        assert all(each in once for each in range(max(number - 9, 2), number + 1))
    assert once.first(2), "what is longer ago is not recognised"
    assert once.first(1), "what never came is not taken for heard"


def test_in_order_it_remembers_everything_and_keeps_nothing() -> None:
    once = Once(window=10)
    assert all(once.first(number) for number in range(1, 1000))
    assert not any(once.first(number) for number in range(1, 1000))
    assert not once._new
    assert not once._old


class AnyPlaces(RuleBasedStateMachine):
    """Places against a book that says of each whether it has begun and ended."""

    def __init__(self) -> None:
        super().__init__()
        self.places = Places()
        self.book: dict[int, str] = {}

    @rule(number=NUMBERS)
    def begins(self, number: int) -> None:
        assert self.places.begin(number) == (number not in self.book)
        self.book.setdefault(number, "held")

    @rule(number=NUMBERS)
    def ends(self, number: int) -> None:
        assert self.places.end(number) == (self.book.get(number) == "held")
        self.book[number] = "over"

    @invariant()
    def only_what_is_held_is_remembered_as_held(self) -> None:
        assert self.places._live == {number for number, state in self.book.items() if state == "held"}


class AnyAsking(RuleBasedStateMachine):
    """An attempt asks once, later ones after it, and none after the end."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = Asked()
        self.latest: dict[int, int] = {}
        self.over: set[int] = set()

    @rule(job=st.integers(1, 5), attempt=st.integers(1, 5))
    def asks(self, job: int, attempt: int) -> None:
        news = job not in self.over and attempt > self.latest.get(job, 0)
        assert self.asked.first(job, attempt) == news
        if news:
            self.latest[job] = attempt

    @rule(job=st.integers(1, 5))
    def ends(self, job: int) -> None:
        self.asked.end(job)
        self.over.add(job)


TestAnyPlaces = AnyPlaces.TestCase
TestAnyAsking = AnyAsking.TestCase
