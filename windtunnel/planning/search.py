"""The search itself, over counts alone: what a fleet does is asked of a judge, and asked once.

It takes for granted that more nodes never make a fleet that passes fail, and checks that only around its answer.

One count: from the first guess outwards in steps that double, then by bisection, until c passes and c − 1 does not.
Several: the least of each count with all others at their most is a lower bound. Counts are taken down in turn for a
first answer; then fleets above the bounds are tried in order of price until one passes, or none is cheaper than that
answer. Whatever is smaller than a fleet that failed has failed. The first that passes is the cheapest there is.
"""

from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

Counts = tuple[int, ...]
Passes = Callable[[Counts], bool]
Price = Callable[[Counts], int]


class Answer(NamedTuple):
    """`counts` is None where not even the largest fleet passes; `exhaustive` is False where the budget ended first."""

    counts: Counts | None
    exhaustive: bool = True


def smallest(low: int, high: int, guess: int | None, passes: Callable[[int], bool]) -> int | None:
    """The smallest number from `low` to `high` that passes while the one below does not; None where `high` does not."""
    bottom, top = low - 1, high + 1  # what does not pass, and what does, as far as is known
    step, at = 1, min(max(guess if guess is not None else (low + high) // 2, low), high)
    while bottom < top - 1:
        if passes(at):
            top = at
            at = max(low, top - step) if bottom < low else (bottom + top) // 2
        else:
            bottom = at
            at = min(high, bottom + step) if top > high else (bottom + top) // 2
        step *= 2
    return top if top <= high else None


def cheapest(
    lows: Sequence[int], highs: Sequence[int], guess: Sequence[int | None], price: Price, passes: Passes, budget: int
) -> Answer:
    """The cheapest fleet that passes, after at most about `budget` questions."""
    known: dict[Counts, bool] = {}

    def asked(counts: Counts) -> bool:
        if counts not in known:
            known[counts] = passes(counts)
        return known[counts]

    if len(lows) == 1:
        found = smallest(lows[0], highs[0], guess[0], lambda count: asked((count,)))
        return Answer(None if found is None else (found,))
    most = tuple(highs)
    if not asked(most):
        return Answer(None)
    bounds = tuple(_least(most, axis, lows[axis], guess[axis], asked) for axis in range(len(lows)))
    best = _descended(most, bounds, price, asked)
    heap = [(price(bounds), bounds)]
    seen = {bounds}
    while heap:
        cost, counts = heappop(heap)
        if cost >= price(best):
            break
        failed = known.get(counts) is False or any(
            not passed and all(mine <= theirs for mine, theirs in zip(counts, other, strict=True))
            for other, passed in known.items()
        )
        if not failed:
            if len(known) >= budget:
                return Answer(best, False)
            if asked(counts):
                return Answer(counts)
        for axis in range(len(counts)):
            more = (*counts[:axis], counts[axis] + 1, *counts[axis + 1 :])
            if more[axis] <= highs[axis] and more not in seen:
                seen.add(more)
                heappush(heap, (price(more), more))
    return Answer(best)


def _least(most: Counts, axis: int, low: int, guess: int | None, passes: Passes) -> int:
    found = smallest(low, most[axis], guess, lambda count: passes((*most[:axis], count, *most[axis + 1 :])))
    return most[axis] if found is None else found


def _descended(most: Counts, bounds: Counts, price: Price, passes: Passes) -> Counts:
    """Every count taken down as far as it goes, the dearest first, until none can be."""
    counts = most
    order = sorted(range(len(most)), key=lambda axis: price(bounds) - price(_one_more(bounds, axis)))
    while True:
        before = counts
        for axis in order:
            if counts[axis] > bounds[axis]:
                found = _least(counts, axis, bounds[axis], None, passes)
                counts = (*counts[:axis], found, *counts[axis + 1 :])
        if counts == before:
            return counts


def _one_more(counts: Counts, axis: int) -> Counts:
    return (*counts[:axis], counts[axis] + 1, *counts[axis + 1 :])


def neighbours(counts: Counts, lows: Sequence[int]) -> list[Counts]:
    """One less of each count, where that is in range."""
    return [(*counts[:axis], count - 1, *counts[axis + 1 :]) for axis, count in enumerate(counts) if count > lows[axis]]
