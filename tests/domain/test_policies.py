"""The rules and policies as formulas: shares and left-overs rounded as said, orders as their names promise."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.scheduling.demand import Demand
from domain.scheduling.estimates import History
from domain.scheduling.policies import Account, best_fit, drf, fifo, first_come, sjf, spread
from domain.scheduling.rules import NO_FIT, SCALE, dominant_share, leftover
from domain.shared.ids import JobId
from domain.shared.resources import Resources

AMOUNT = st.integers(0, 1 << 40)
VECTOR = st.tuples(AMOUNT, AMOUNT, AMOUNT, AMOUNT)
SMALL = st.tuples(*[st.integers(0, 9)] * 4)


@given(VECTOR, VECTOR, st.integers(1, 1000))
def test_the_dominant_share_is_the_largest_fraction_by_weight_rounded_down(held, total, weight) -> None:
    """Dimensions that the cluster does not have count for nothing."""
    shares = [Fraction(have, of) for have, of in zip(held, total, strict=True) if of]
    exact = max(shares, default=Fraction(0)) / weight
    assert dominant_share(*held, *total, weight) == int(exact * SCALE * SCALE)
    assert drf(Account(weight, 77, *held), total) == dominant_share(*held, *total, weight)


def test_shares_of_the_papers_example() -> None:
    """Ghodsi et al., NSDI 2011, section 4.1: ⟨3 CPU, 12 GB⟩ and ⟨6 CPU, 2 GB⟩ of 9 CPU and 18 GB are both 2/3."""
    total = (9000, 18 * 1024, 0, 0)
    assert drf(Account(1, 0, 3000, 12 * 1024), total) == drf(Account(1, 0, 6000, 2 * 1024), total)
    assert drf(Account(1, 0, 6000, 2 * 1024), total) == 2 * SCALE * SCALE // 3


@pytest.mark.parametrize("weight", [2, 3, 10])
def test_who_weighs_more_holds_more_for_the_same_turn(weight: int) -> None:
    total = (1000, 1000, 0, 0)
    assert drf(Account(weight, 0, 100 * weight), total) == drf(Account(1, 0, 100), total)
    assert drf(Account(weight, 0, 100), total) < drf(Account(1, 0, 100), total)


def test_first_come_looks_at_arrival_only() -> None:
    assert first_come(Account(1, 7, 10**6), (1, 1, 1, 1)) == 7 == first_come(Account(9, 7), (0, 0, 0, 0))


@given(SMALL, SMALL, st.tuples(*[st.integers(1, 9)] * 4))
def test_the_leftover_is_the_sum_of_free_shares(free, ask, more) -> None:
    """NO_FIT exactly where one dimension is short; else between 0 and one SCALE a dimension."""
    total = tuple(have + extra for have, extra in zip(free, more, strict=True))
    rest = leftover(*free, *ask, *total)
    if not Resources(*ask).fits_in(Resources(*free)):
        assert rest == NO_FIT
    else:
        assert rest == sum(
            int(Fraction(have - want, of) * SCALE) for have, want, of in zip(free, ask, total, strict=True)
        )
        assert 0 <= rest <= 4 * SCALE


def test_a_perfect_fit_leaves_nothing_and_missing_dimensions_do_not_count() -> None:
    assert leftover(4, 8, 0, 0, 4, 8, 0, 0, 8, 8, 0, 0) == 0
    assert leftover(8, 8, 0, 0, 0, 0, 0, 0, 8, 8, 0, 0) == 2 * SCALE
    assert leftover(8, 8, 0, 0, 1, 1, 0, 1, 8, 8, 0, 0) == NO_FIT, "no GPU here"


@given(st.integers(0, 4 * SCALE), st.integers(0, 4 * SCALE))
def test_best_fit_and_spread_are_opposites(one, two) -> None:
    assert (best_fit(one) < best_fit(two)) == (one < two) == (spread(one) > spread(two))
    assert min(best_fit(one), spread(one)) >= 0


def test_orderings_take_arrival_and_estimate() -> None:
    demands = [Demand(JobId(n), 1, 0, 0, "label", 0, n, estimate) for n, estimate in enumerate((50, 10, 0, 10))]
    assert [one.job for one in sorted(demands, key=fifo)] == [0, 1, 2, 3]
    assert [one.job for one in sorted(demands, key=lambda one: (sjf(one), one.sequence))] == [2, 1, 3, 0]


@given(st.lists(st.tuples(st.sampled_from("xy"), st.integers(0, 10**12)), max_size=30))
def test_what_a_label_is_expected_to_take_is_the_mean_of_what_it_took(runs) -> None:
    history = History()
    for number, (label, ran_us) in enumerate(runs):
        history.learn(label, ran_us)
        known = [ran for name, ran in runs[: number + 1] if name == label]
        assert history.expect(label) == sum(known) // len(known)
    assert history.expect("never seen") == 0
