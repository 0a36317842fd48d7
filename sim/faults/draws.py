"""Draws for faults: gaps between events of a rate, and coins, a block at a time from one named stream."""

from collections.abc import Callable, Iterator

import numpy as np

HOUR_US = 3_600_000_000
_BLOCK = 256
_LONGEST_US = 1 << 60


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
