"""One allocation cycle, compiled: equal pieces handed out in turn, each to whoever has the smallest dominant share.

The share is `rules.dominant_share` as it is. It multiplies by 2^40, which 64 bits hold for amounts below 2^23: so
amounts are counted in the largest unit that divides them all, which changes no share; where that is not enough the
readable turns must do.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import gcd

import numpy as np

from domain.scheduling.fastpath.book import Integers
from domain.scheduling.fastpath.jit import jit, shared
from domain.scheduling.rules import dominant_share

MOST = 1 << 23
"""Amounts in their unit stay below this."""


class TooFine(Exception):
    """Amounts have no common unit that is large enough."""


def allocate(
    held: Sequence[Sequence[int]], weights: Sequence[int], total: Sequence[int], piece: Sequence[int], turns: int,
    cache: str = "",
) -> list[int]:  # fmt: skip
    """Who gets each of so many pieces; `held` is by tenant and dimension. Ties go to the tenant named first."""
    units = [
        gcd(whole, part, *(one[dimension] for one in held)) or 1
        for dimension, (whole, part) in enumerate(zip(total, piece, strict=True))
    ]
    counted = np.array(held, np.int64) // units
    if max(int(counted.max()), *(whole // unit for whole, unit in zip(total, units, strict=True))) >= MOST:
        raise TooFine(f"{tuple(total)} in units of {tuple(units)}")
    got = np.zeros(turns, np.int64)
    loop(cache)(counted, np.array(weights, np.int64), np.array(total) // units, np.array(piece) // units, got)
    winners: list[int] = got.tolist()
    return winners


@lru_cache(maxsize=4)
def loop(cache: str = "", compiled: bool = True) -> Callable[..., None]:
    shared(dominant_share)
    return jit(hand_out, cache) if compiled else hand_out


@shared
def sink(keys: Integers, order: Integers, at: int) -> None:
    """Let the entry at a place of the heap sink to where it belongs; by key, then by tenant."""
    tenant = order[at]
    key = keys[tenant]
    while True:
        child = 2 * at + 1
        if child >= len(order):
            break
        other = child + 1
        if other < len(order) and (
            keys[order[other]] < keys[order[child]]
            or (keys[order[other]] == keys[order[child]] and order[other] < order[child])
        ):
            child = other
        if keys[order[child]] > key or (keys[order[child]] == key and order[child] > tenant):
            break
        order[at] = order[child]
        at = child
    order[at] = tenant


def hand_out(held: Integers, weights: Integers, total: Integers, piece: Integers, got: Integers) -> None:
    """A heap of tenants by share; whoever has the least takes a piece and sinks."""
    tenants = len(weights)
    keys, order = np.zeros(tenants, np.int64), np.arange(tenants)
    for one in range(tenants):
        keys[one] = dominant_share(
            held[one, 0], held[one, 1], held[one, 2], held[one, 3], total[0], total[1], total[2], total[3], weights[one]
        )
    for at in range(tenants // 2 - 1, -1, -1):
        sink(keys, order, at)
    for turn in range(len(got)):
        one = order[0]
        got[turn] = one
        for dimension in range(4):
            held[one, dimension] += piece[dimension]
        keys[one] = dominant_share(
            held[one, 0], held[one, 1], held[one, 2], held[one, 3], total[0], total[1], total[2], total[3], weights[one]
        )
        sink(keys, order, 0)
