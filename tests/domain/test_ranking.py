"""A ranking is min() over a list of scores, however long it is used and however much it leaves behind."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.scheduling.ranking import ABSENT, Ranking


class Counted(Ranking):
    """Counts how often the heap was made anew."""

    def __init__(self) -> None:
        super().__init__()
        self.made_anew = 0

    def _make_anew(self) -> None:
        self.made_anew += 1
        super()._make_anew()


def lowest(scores: list[int]) -> int:
    """The definition: the lowest score, then the lowest slot; ABSENT when there is none."""
    return min(((score, slot) for slot, score in enumerate(scores) if score != ABSENT), default=(0, ABSENT))[1]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(ABSENT, 3), st.booleans()), max_size=100))
def test_any_short_use(changes) -> None:
    """Few slots and scores, so that ties, absences and returns to an earlier score are the rule."""
    ranking, scores = Ranking(), [ABSENT] * 6
    for slot, score, ask in changes:
        ranking.set(slot, score)
        scores[slot] = score
        if ask:
            assert ranking.first() == lowest(scores)
    assert ranking.first() == lowest(scores)
    assert [ranking.score(slot) for slot in range(6)] == scores


@pytest.mark.parametrize("scores_up_to", [3, 1000, 1 << 60])
@pytest.mark.parametrize(("slots", "asked"), [(1, 0.01), (5, 0.01), (5, 1.0), (60, 0.01), (60, 0.3)])
def test_long_use(slots: int, asked: float, scores_up_to: int) -> None:
    """Left-overs pile up between questions, until the heap is made anew: many times in this test."""
    dice = random.Random(f"{slots} {asked} {scores_up_to}")
    ranking, scores = Counted(), [ABSENT] * slots
    for _ in range(6000):
        slot = dice.randrange(slots)
        scores[slot] = ABSENT if dice.random() < 0.2 else dice.randrange(scores_up_to)
        ranking.set(slot, scores[slot])
        assert ranking.score(slot) == scores[slot]
        if dice.random() < asked:
            assert ranking.first() == lowest(scores)
            assert ranking.first() == lowest(scores), "asking takes nothing out"
        assert len(ranking._heap) == len(ranking._entered) <= 4 * slots + 64
    if scores_up_to > 3 and asked < 0.1:
        assert ranking.made_anew >= 10
    for slot in dice.sample(range(slots), slots):
        ranking.set(slot, ABSENT)
    assert ranking.first() == ABSENT


def test_a_slot_that_was_never_set_is_absent() -> None:
    ranking = Ranking()
    assert ranking.first() == ranking.score(5) == ABSENT
    ranking.set(5, 0)
    assert ranking.first() == 5
    assert [ranking.score(slot) for slot in (4, 5, 6)] == [ABSENT, 0, ABSENT]


def test_ties_go_to_the_lower_slot_whoever_came_first() -> None:
    ranking = Ranking()
    for slot in (3, 1, 2):
        ranking.set(slot, 9)
    assert ranking.first() == 1
    ranking.set(1, 10)
    assert ranking.first() == 2
    ranking.set(1, 9)
    assert ranking.first() == 1
