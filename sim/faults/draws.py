"""Draws for faults: gaps and coins a block at a time from one named stream, and luck that is an attempt's own."""

from collections.abc import Callable, Iterator
from hashlib import blake2b
from math import log1p

import numpy as np

HOUR_US = 3_600_000_000
_BLOCK = 256
_LONGEST_US = 1 << 60
_STEPS = 1 << 53  # as many as a number in [0, 1) has

Luck = Callable[[int, int], float]
"""Takes a job and its attempt: their number in [0, 1)."""


def gaps_us(per_hour: float, generator: np.random.Generator) -> Callable[[], int]:
    """A source of exponential gaps ≥ 1 µs between events that come at this rate."""

    def draw() -> Iterator[int]:
        mean = HOUR_US / per_hour
        while True:
            gaps = np.minimum(generator.standard_exponential(_BLOCK) * mean, _LONGEST_US)
            yield from np.maximum(np.rint(gaps), 1).astype(np.int64).tolist()

    return draw().__next__


def coins(share: float, generator: np.random.Generator) -> Callable[[], bool]:
    """A source of coins that are true in this share of cases."""

    def draw() -> Iterator[bool]:
        while True:
            yield from (generator.random(_BLOCK) < share).tolist()

    return draw().__next__


def upto(largest: int, generator: np.random.Generator) -> Callable[[], int]:
    """A source of whole numbers from 0 to `largest`, all alike."""

    def draw() -> Iterator[int]:
        while True:
            yield from generator.integers(0, largest, _BLOCK, endpoint=True).tolist()

    return draw().__next__


def luck_of(generator: np.random.Generator) -> Luck:
    """A number for each attempt of each job, whatever the order in which they ask, and whoever else does.

    What a policy decides moves nobody's luck: common random numbers. A keyed hash of the two numbers, as random numbers
    by counter are (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011); nothing is kept.
    """
    key = generator.bytes(32)

    def luck(job: int, attempt: int) -> float:
        drawn = blake2b(b"%d %d" % (job, attempt), digest_size=8, key=key).digest()
        return (int.from_bytes(drawn, "big") >> 11) / _STEPS

    return luck


def gaps_of(per_hour: float, generator: np.random.Generator) -> Callable[[int, int], int]:
    """For each attempt of each job an exponential gap ≥ 1 µs until an event that comes at this rate."""
    luck, mean = luck_of(generator), HOUR_US / per_hour

    def gap_us(job: int, attempt: int) -> int:
        return max(1, round(min(-log1p(-luck(job, attempt)) * mean, _LONGEST_US)))

    return gap_us
