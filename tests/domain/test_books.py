"""The books of the scheduler: the ranking is min() over a list, the ledger gives back exactly what it gave out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.scheduling.ledger import CapacityLedger, OverCommit
from domain.scheduling.ranking import ABSENT, Ranking
from domain.shared.resources import Resources

AMOUNTS = st.builds(Resources, *(st.integers(0, 4) for _ in range(4)))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(-1, 4)), max_size=400))
def test_a_ranking_is_min_over_a_list(changes) -> None:
    """Also after so many changes that the heap is made anew several times."""
    ranking, scores = Ranking(), {}
    for slot, score in changes:
        ranking.set(slot, score)
        scores[slot] = score
        assert ranking.score(slot) == score
        lowest = min(((score, slot) for slot, score in scores.items() if score >= 0), default=(0, ABSENT))
        assert ranking.first() == lowest[1]
        assert len(ranking._heap) <= 4 * len(ranking._now) + 65


@given(st.lists(st.tuples(st.sampled_from(["open", "close", "take", "give"]), st.integers(0, 3), AMOUNTS), max_size=80))
def test_the_ledger_conserves_and_refuses_whole(moves) -> None:
    """total = free + taken; a refusal changes nothing; the lowest vacant row is used again."""
    ledger, taken, total = CapacityLedger(), {}, {}
    for move, row, amount in moves:
        free = {one: ledger.free(one) for one in total}
        try:
            if move == "open":
                expected = min(set(range(len(ledger))) - set(total), default=len(ledger))
                capacity = amount + Resources(1)
                assert ledger.open_row(capacity) == expected
                taken[expected], total[expected] = [], capacity
                free[expected] = capacity
            elif row not in total:
                continue
            elif move == "close":
                epoch = ledger.epoch[row]
                ledger.close_row(row)
                assert taken.pop(row) == []
                del total[row], free[row]
                assert ledger.epoch[row] == epoch
            elif move == "take":
                ledger.take(row, amount)
                free[row] -= amount
                if amount != Resources():
                    taken[row].append(amount)
            elif taken[row]:
                back = taken[row].pop()
                ledger.give(row, back)
                free[row] += back
            else:
                ledger.give(row, amount)  # never taken: only nothing may come back
                assert amount == Resources()
        except OverCommit:
            pass
        for one in total:
            assert ledger.free(one) == free[one]
            assert sum(taken[one], free[one]) == total[one]


def test_resources_are_closed_under_their_arithmetic() -> None:
    one, two = Resources(1, 2, 3, 4), Resources(4, 3, 2, 1)
    assert one + two == Resources(5, 5, 5, 5)
    assert (one + two) - two == one
    assert one * 3 == one + one + one
    assert one.fits_in(one)
    assert not one.fits_in(two)
    with pytest.raises(ValueError, match="never negative"):
        one - two
    with pytest.raises(ValueError, match="never negative"):
        Resources(-1)
