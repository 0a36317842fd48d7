"""In which order nodes are looked at, and how many with room are enough: candidate sampling without starvation."""

from collections.abc import Iterator
from typing import Literal

import msgspec

MASK = (1 << 64) - 1
ADAPTIVE = -1
LEAST_PERCENT = 5
NODES_PER_PERCENT = 125


class Sampling(msgspec.Struct, frozen=True):
    """How many nodes with room are scored for one job: `percent` of all nodes, and `at_least` so many.

    ADAPTIVE: 50 % less 1 % for every 125 nodes, never below 5 % (Kubernetes, percentageOfNodesToScore, kubernetes.io,
    "Scheduler performance tuning", v1.31; there `at_least` is 100). `rotation` begins each time behind the node that
    was looked at last, so that every node is looked at again and again; `random` draws nodes one by one.
    """

    percent: int = ADAPTIVE
    at_least: int = 100
    order: Literal["rotation", "random"] = "rotation"

    def enough(self, nodes: int) -> int:
        """So many nodes with room are enough, of a cluster of `nodes`."""
        percent = self.percent
        if percent == ADAPTIVE:
            percent = max(50 - nodes // NODES_PER_PERCENT, LEAST_PERCENT)
        return max(self.at_least, nodes * percent // 100, 1)


EVERYTHING = Sampling(percent=100)


def drawn(seed: int, turn: int, rows: int) -> Iterator[int]:
    """The rows in random order, drawn one by one: Fisher and Yates' shuffle, no more of it than is asked for."""
    moved: dict[int, int] = {}
    for place in range(rows):
        other = place + mixed(seed, turn, place) % (rows - place)
        yield moved.get(other, other)
        moved[other] = moved.get(place, place)


def rotated(first: int, rows: int) -> Iterator[int]:
    """The rows from `first` on, and round."""
    yield from range(first, rows)
    yield from range(min(first, rows))


def mixed(seed: int, turn: int, place: int) -> int:
    """64 bits that look random, from three integers: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) over their sum."""
    word = (seed + turn * 0x9E3779B97F4A7C15 + place * 0xD1B54A32D192ED03) & MASK
    word = ((word ^ word >> 30) * 0xBF58476D1CE4E5B9) & MASK
    word = ((word ^ word >> 27) * 0x94D049BB133111EB) & MASK
    return word ^ word >> 31
