"""The search for the smallest and the cheapest fleet: exact where more never harms, and sparing with questions."""

from collections.abc import Callable
from itertools import product
from math import log2

from hypothesis import given
from hypothesis import strategies as st

from windtunnel.planning.search import Answer, Counts, cheapest, neighbours, smallest


@given(st.integers(0, 50), st.integers(0, 300), st.integers(0, 400), st.one_of(st.none(), st.integers(-10, 500)))
def test_one_count_is_exact_and_takes_few_questions(low: int, size: int, least: int, guess: int | None) -> None:
    asked: list[int] = []

    def passes(count: int) -> bool:
        assert low <= count <= low + size
        asked.append(count)
        return count >= least

    found = smallest(low, low + size, guess, passes)
    assert found == (max(low, least) if least <= low + size else None)
    assert len(asked) == len(set(asked)) <= 2 * log2(size + 2) + 3


def test_a_good_guess_takes_two_questions() -> None:
    asked: list[int] = []
    assert smallest(1, 1000, 37, lambda count: asked.append(count) is None and count >= 37) == 37
    assert asked == [37, 36]


@given(st.data())
def test_several_counts_are_as_good_as_trying_all(data: st.DataObject) -> None:
    number = data.draw(st.integers(2, 3))
    lows = data.draw(st.tuples(*[st.integers(0, 3)] * number))
    highs = tuple(low + data.draw(st.integers(0, 5)) for low in lows)
    corners = data.draw(st.lists(st.tuples(*[st.integers(0, 9)] * number), min_size=1, max_size=4))
    prices = data.draw(st.tuples(*[st.integers(0, 5)] * number))

    def passes(counts: Counts) -> bool:
        return any(all(c >= k for c, k in zip(counts, corner, strict=True)) for corner in corners)

    def price(counts: Counts) -> int:
        return sum(c * p for c, p in zip(counts, prices, strict=True))

    found = cheapest(lows, highs, [None] * number, price, passes, 10_000)
    every = [counts for counts in product(*map(range, lows, (high + 1 for high in highs))) if passes(counts)]
    if not every:
        assert found == Answer(None)
    else:
        assert found.counts is not None
        assert passes(found.counts)
        assert found.exhaustive
        assert price(found.counts) == min(map(price, every))


def counted(passes: Callable[[Counts], bool], asked: list[Counts]) -> Callable[[Counts], bool]:
    def judge(counts: Counts) -> bool:
        asked.append(counts)
        return passes(counts)

    return judge


def test_independent_pools_take_hardly_more_than_one_after_the_other() -> None:
    asked: list[Counts] = []
    judge = counted(lambda counts: counts[0] >= 31 and counts[1] >= 12 and counts[2] >= 77, asked)
    found = cheapest((1, 1, 1), (200, 200, 200), (30, 12, 80), lambda counts: sum(counts), judge, 200)
    assert found == Answer((31, 12, 77))
    assert len(asked) == len(set(asked)) < 60


def test_where_the_budget_ends_the_answer_still_passes() -> None:
    asked: list[Counts] = []
    judge = counted(lambda counts: counts[0] * counts[1] >= 3000, asked)
    found = cheapest((1, 1), (200, 200), (None, None), lambda counts: 3 * counts[0] + 2 * counts[1], judge, 40)
    assert found.counts is not None
    assert found.counts[0] * found.counts[1] >= 3000
    assert not found.exhaustive
    assert len(asked) < 60


def test_neighbours_have_one_less_of_one_thing() -> None:
    assert neighbours((3, 1, 5), (1, 1, 5)) == [(2, 1, 5)]
