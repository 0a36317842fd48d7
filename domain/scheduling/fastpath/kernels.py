"""Compiled loops over a book: which row is best for each of many shapes, kept up to date row by row.

A changed row finds its level by content, and scores it if it is new; then its ancestors in the tree follow.

The steps (here and in `steps`) are plain functions that compiled loops may call (`jit.shared`); only the loops that
Python calls are compiled by themselves. All take the columns that they need one by one: a whole book as one argument
takes microseconds a call.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from domain.scheduling.fastpath.book import (
    CLOSED,
    CPU,
    DISK,
    FAN,
    FAN_BITS,
    GPU,
    KIND,
    LOOKED,
    MEMORY,
    SCORED,
    TOO_WIDE,
    USED,
    Integers,
)  # fmt: skip
from domain.scheduling.fastpath.jit import jit, shared
from domain.scheduling.fastpath.steps import NOWHERE as NOWHERE
from domain.scheduling.fastpath.steps import lift, lowest, slot, sweep
from domain.scheduling.policies import LEVEL_FACTS, Placement, facts_of
from domain.scheduling.rules import NO_FIT, leftover
from domain.scheduling.scan import WORSE_THAN_ANY

Facts = tuple[int, ...]


class Kernels(NamedTuple):
    """The loops for one placement; every one takes the columns of a book, then its own arguments."""

    answer: Callable[..., int]
    column: Callable[..., None]
    turn_over: Callable[..., int]


def selecting(wanted: tuple[int, ...]) -> Callable[[Facts], Facts]:
    """A function that picks, out of all the facts, those that a placement names."""
    if not wanted:
        return shared(lambda facts: ())
    index, others = wanted[0], selecting(wanted[1:])

    def select(facts: Facts) -> Facts:
        return (facts[index],) + others(facts)  # noqa: RUF005  # the compiler knows only this form

    return shared(select)


def make(placement: Placement, cache: str = "", compiled: bool = True) -> Kernels:
    """The loops around a placement of facts of a level, compiled when they are first called, or as they are."""
    shared(leftover)
    shared(placement)
    select = selecting(tuple(LEVEL_FACTS.index(name) for name in facts_of(placement)))

    @shared
    def score(
        content: Integers, counters: Integers, asks: Integers, totals: Integers, penalties: Integers,
        level: int, shape: int, void: int,
    ) -> Any:  # fmt: skip
        kind = content[level, KIND]
        penalty = penalties[kind, shape]
        if penalty < 0:
            return void
        cpu, memory, disk, gpu = asks[shape, 0], asks[shape, 1], asks[shape, 2], asks[shape, 3]
        free = (content[level, CPU], content[level, MEMORY], content[level, DISK], content[level, GPU])
        total = (totals[kind, 0], totals[kind, 1], totals[kind, 2], totals[kind, 3])
        rest = leftover(*free, cpu, memory, disk, gpu, *total)
        if rest == NO_FIT:
            return void
        counters[SCORED] += 1
        value = placement(*select((rest, *free, cpu, memory, disk, gpu, *total, totals[kind, 4])))
        value += penalty << WORSE_THAN_ANY
        if value >= void:
            counters[TOO_WIDE] = 1
            return void
        return value

    @shared
    def put(
        content: Integers, scores: Integers, slots: Integers, counters: Integers, level_of: Integers, tree: Integers,
        steps: Integers, asks: Integers, totals: Integers, penalties: Integers, scratch: Integers,
        row: int, kind: int, cpu: int, memory: int, disk: int, gpu: int,
    ) -> None:  # fmt: skip
        """The row has this free now; a kind below 0 closes it."""
        level = CLOSED
        if kind >= 0:
            at = slot(content, slots, kind, cpu, memory, disk, gpu)
            level = slots[at]
            if level == CLOSED:
                if counters[USED] == len(content):
                    sweep(content, scores, slots, counters, level_of)
                    at = slot(content, slots, kind, cpu, memory, disk, gpu)
                level = counters[USED]
                counters[USED] = level + 1
                slots[at] = level
                content[level, KIND], content[level, CPU], content[level, MEMORY] = kind, cpu, memory
                content[level, DISK], content[level, GPU] = disk, gpu
                void = scores[CLOSED, 0]
                for shape in range(scores.shape[1]):
                    scores[level, shape] = score(content, counters, asks, totals, penalties, level, shape, void)
        if level_of[row] != level:
            level_of[row] = level
            counters[LOOKED] += lift(scores, level_of, tree, steps, scratch, row)

    def answer(
        content: Integers, scores: Integers, slots: Integers, counters: Integers, level_of: Integers, tree: Integers,
        steps: Integers, asks: Integers, totals: Integers, penalties: Integers, scratch: Integers,
        news: Integers, count: int, shape: int,
    ) -> int:  # fmt: skip
        """Take note of `count` changed rows, then say the best for a shape (below 0: no question)."""
        for at in range(count):
            put(
                content, scores, slots, counters, level_of, tree, steps, asks, totals, penalties, scratch,
                news[at, 0], news[at, 1], news[at, 2], news[at, 3], news[at, 4], news[at, 5],
            )  # fmt: skip
        return lowest(scores, level_of, tree, steps, shape) if shape >= 0 else NOWHERE

    def column(
        content: Integers, scores: Integers, slots: Integers, counters: Integers, level_of: Integers, tree: Integers,
        steps: Integers, asks: Integers, totals: Integers, penalties: Integers, scratch: Integers,
        shape: int,
    ) -> None:  # fmt: skip
        """Score every level for one shape, whatever its column said before, and its tree."""
        void = scores[CLOSED, shape]
        for level in range(1, counters[USED]):
            scores[level, shape] = score(content, counters, asks, totals, penalties, level, shape, void)
        for node in range(len(level_of) >> FAN_BITS):
            least = void
            for child in range(FAN):
                least = min(least, scores[level_of[(node << FAN_BITS) + child], shape])
            tree[node, shape] = least
        for step in range(len(steps) - 1):
            for node in range((steps[step + 1] - steps[step]) >> FAN_BITS):
                least = void
                for child in range(FAN):
                    least = min(least, tree[steps[step] + (node << FAN_BITS) + child, shape])
                tree[steps[step + 1] + node, shape] = least

    @shared
    def change(
        content: Integers, scores: Integers, slots: Integers, counters: Integers, level_of: Integers, tree: Integers,
        steps: Integers, asks: Integers, totals: Integers, penalties: Integers, scratch: Integers,
        row: int, shape: int, sign: int,
    ) -> None:  # fmt: skip
        """Take (−1) or give (+1) what a shape asks from what the row has free."""
        level = level_of[row]
        put(
            content, scores, slots, counters, level_of, tree, steps, asks, totals, penalties, scratch,
            row, content[level, KIND],
            content[level, CPU] + sign * asks[shape, 0], content[level, MEMORY] + sign * asks[shape, 1],
            content[level, DISK] + sign * asks[shape, 2], content[level, GPU] + sign * asks[shape, 3],
        )  # fmt: skip

    def turn_over(
        content: Integers, scores: Integers, slots: Integers, counters: Integers, level_of: Integers, tree: Integers,
        steps: Integers, asks: Integers, totals: Integers, penalties: Integers, scratch: Integers,
        wanted: Integers, rows: Integers, shapes: Integers, first: int, count: int,
    ) -> int:  # fmt: skip
        """Steady state, `count` times: the job at the next of `rows` ends, the next wanted shape takes its place there.

        A place of NOWHERE is empty. Returns how many were placed.
        """
        placed = 0
        for turn in range(first, first + count):
            at = turn % len(rows)
            if rows[at] != NOWHERE:
                change(
                    content, scores, slots, counters, level_of, tree, steps, asks, totals, penalties, scratch,
                    rows[at], shapes[at], 1,
                )  # fmt: skip
            shape = wanted[turn % len(wanted)]
            row = lowest(scores, level_of, tree, steps, shape)
            rows[at] = row
            if row != NOWHERE:
                shapes[at] = shape
                change(
                    content, scores, slots, counters, level_of, tree, steps, asks, totals, penalties, scratch,
                    row, shape, -1,
                )  # fmt: skip
                placed += 1
        return placed

    if not compiled:
        return Kernels(answer, column, turn_over)
    return Kernels(jit(answer, cache), jit(column, cache), jit(turn_over, cache))
