"""What a series holds: a counter, a gauge, or a histogram with fixed or exponential buckets; integers throughout."""

from bisect import bisect_left
from functools import cache
from math import isqrt

import msgspec


class Counter(msgspec.Struct):
    """A sum that only grows."""

    value: int = 0

    def add(self, amount: int = 1) -> None:
        """Raises ValueError for a negative amount: a counter is monotone."""
        if amount < 0:
            raise ValueError(f"a counter never falls: {amount}")
        self.value += amount


class UpDownCounter(msgspec.Struct):
    """A sum that may fall: how many there are of something."""

    value: int = 0

    def add(self, amount: int = 1) -> None:
        self.value += amount


class Gauge(msgspec.Struct):
    """The latest reading of something that does not add up."""

    value: int = 0

    def set(self, value: int) -> None:
        self.value = value


class Histogram(msgspec.Struct):
    """Counts per bucket: `counts[i]` holds values in (bounds[i−1], bounds[i]], the last one those above all bounds."""

    bounds: tuple[int, ...]
    counts: list[int] = []
    count: int = 0
    sum: int = 0
    min: int = 0
    max: int = 0

    def __post_init__(self) -> None:
        if list(self.bounds) != sorted(set(self.bounds)):
            raise ValueError(f"bounds rise: {self.bounds}")
        self.counts = self.counts or [0] * (len(self.bounds) + 1)

    def record(self, value: int) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        if not self.count or value < self.min:
            self.min = value
        if value > self.max:
            self.max = value
        self.count += 1
        self.sum += value


FINEST = 6
"""The scale a histogram starts with: 64 buckets an octave, each 1.1 % wide."""


class ExponentialHistogram(msgspec.Struct):
    """Buckets that adapt: at most `most` of them, as fine as the spread of the values allows. Values are ≥ 0.

    At scale s the bucket i holds (b^i, b^(i+1)] with b = 2^(2^−s); `counts[k]` is bucket `offset + k`. The index is
    found in integers, without logarithms, so it is the same on every machine. Source: OpenTelemetry, "Metrics Data
    Model", exponential histogram (stable since 2022).
    """

    most: int = 160
    scale: int = FINEST
    offset: int = 0
    counts: list[int] = []
    uppers: list[int] = []  # the largest whole value of each bucket
    below: int = 0  # the largest whole value that is before the first bucket
    zeros: int = 0
    count: int = 0
    sum: int = 0
    min: int = 0
    max: int = 0

    def record(self, value: int) -> None:
        """Raises ValueError for a negative value."""
        if value < 0:
            raise ValueError(f"not a duration or a size: {value}")
        if not self.count or value < self.min:
            self.min = value
        if value > self.max:
            self.max = value
        self.count += 1
        self.sum += value
        if self.uppers and self.below < value <= self.uppers[-1]:
            self.counts[bisect_left(self.uppers, value)] += 1
        elif value:
            self._extend(value)
        else:
            self.zeros += 1

    def _extend(self, value: int) -> None:
        """Make room for a value outside all buckets so far, with coarser ones where they would be too many."""
        index = index_of(value, self.scale)
        while not self._fits(index):
            self._halve()
            index = index_of(value, self.scale)
        self._grow(index)
        self.counts[index - self.offset] += 1
        self.uppers = [upper_of(self.offset + place, self.scale) for place in range(len(self.counts))]
        self.below = upper_of(self.offset - 1, self.scale)

    def _fits(self, index: int) -> bool:
        low = min(index, self.offset) if self.counts else index
        high = max(index, self.offset + len(self.counts) - 1) if self.counts else index
        return high - low < self.most

    def _grow(self, index: int) -> None:
        if not self.counts:
            self.offset, self.counts = index, [0]
        elif index < self.offset:
            self.counts[:0] = [0] * (self.offset - index)
            self.offset = index
        else:
            self.counts += [0] * (index - self.offset - len(self.counts) + 1)

    def _halve(self) -> None:
        """Two neighbours become one: half the buckets, over the same range."""
        self.scale -= 1
        offset = self.offset >> 1
        merged = [0] * (((self.offset + len(self.counts) - 1) >> 1) - offset + 1)
        for place, count in enumerate(self.counts):
            merged[((self.offset + place) >> 1) - offset] += count
        self.offset, self.counts = offset, merged


def index_of(value: int, scale: int) -> int:
    """The bucket of a whole value > 0: ⌈log₂(value)·2^scale⌉ − 1, exactly."""
    if scale >= 0:
        return int((value ** (1 << scale) - 1).bit_length()) - 1
    return ((value - 1).bit_length() - 1) >> -scale


@cache  # some thousands of them, asked for again by every series
def upper_of(index: int, scale: int) -> int:
    """The largest whole value in this bucket or before it: ⌊2^((index + 1)·2^−scale)⌋, exactly, by square roots."""
    if index < -1:
        return 0
    if scale < 0:
        return 1 << ((index + 1) << -scale)
    root = 1 << (index + 1)
    for _ in range(scale):
        root = isqrt(root)
    return root


Point = Counter | UpDownCounter | Gauge | Histogram | ExponentialHistogram
