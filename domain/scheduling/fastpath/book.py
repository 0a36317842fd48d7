"""The columns that the compiled loops work on: rows point at levels, levels have scores, a tree has the lowest ones.

A level is a kind of node with certain amounts free: all that a placement may ask about, so each level is scored once
for every shape, however many rows are like it. `tree[node, column]` is the lowest score in the rows below `node`. FAN
neighbours share a parent, down to one root; `steps` says where each generation of the tree begins.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[Any]
FAN_BITS = 3
FAN = 1 << FAN_BITS
KIND, CPU, MEMORY, DISK, GPU, FACTS = range(6)
"""Columns of `content`. A row that is not to be offered is on level CLOSED, which takes nothing."""
CLOSED = 0
USED, SCORED, LOOKED, TOO_WIDE, COUNTERS = range(5)
"""Columns of `counters`: levels, scores computed, nodes of the tree looked at, and whether a score had no room."""
NARROW, WIDE = np.int32, np.int64
"""Scores are below 2^30; only taints that are not liked need more."""


class Book(NamedTuple):
    """One struct of arrays; a column per shape, padded so that neighbours in memory are handled together."""

    content: Integers  # level, fact
    scores: Integers  # level, shape
    slots: Integers  # open addressing: content → level, 0 where there is none
    counters: Integers
    level_of: Integers  # row
    tree: Integers  # node, shape
    steps: Integers  # generation → its first node
    asks: Integers  # shape, dimension
    totals: Integers  # kind, dimension and price
    penalties: Integers  # kind, shape: taints not liked, below 0 where the kind cannot host the shape
    scratch: Integers


def void(dtype: Any) -> int:
    """Above every score: what a row says that does not take a shape."""
    return int(np.iinfo(dtype).max)


def empty(rows: int, shapes: int, kinds: int, dtype: Any = NARROW) -> Book:
    """A book with room for so many; all rows closed, no shapes, no kinds."""
    steps, width = [0], -(-rows // FAN)
    while width > 1:
        width = -(-width // FAN) * FAN
        steps.append(steps[-1] + width)
        width //= FAN
    levels = 4 * rows + 16_384
    return Book(
        content=np.full((levels, FACTS), -1, np.int64),
        scores=np.full((levels, shapes), void(dtype), dtype),
        slots=np.zeros(1 << (2 * levels - 1).bit_length(), np.int32),
        counters=np.array([1, 0, 0, 0], np.int64),
        level_of=np.zeros(-(-rows // FAN) * FAN if len(steps) == 1 else steps[1] * FAN, np.int32),
        tree=np.full((steps[-1] + 1, shapes), void(dtype), dtype),
        steps=np.array(steps, np.int64),
        asks=np.zeros((shapes, 4), np.int64),
        totals=np.zeros((kinds, 5), np.int64),
        penalties=np.full((kinds, shapes), -1, np.int64),
        scratch=np.zeros(shapes, dtype),
    )
