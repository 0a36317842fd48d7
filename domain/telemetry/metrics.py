"""A metric: a named instrument with one series per set of tags, and a limit to how many there may be."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from domain.telemetry.points import Point
from domain.telemetry.tags import OVERFLOW, TagSet

P = TypeVar("P", bound=Point)

CARDINALITY_LIMIT = 2_000
"""Series per metric with the overflow series. Source: OpenTelemetry, "Metrics SDK", cardinality limits (2024)."""


class Metric(Generic[P]):
    """Keeps the first `limit` − 1 tag sets it meets; what comes with others is counted in the overflow series.

    Nothing is dropped and nothing counted twice, so sums over all series stay true whatever the limit.
    """

    def __init__(
        self, name: str, unit: str, description: str, make: Callable[[], P], limit: int = CARDINALITY_LIMIT
    ) -> None:
        if limit < 1:
            raise ValueError(f"metric {name}: a limit of {limit} leaves no room for the overflow series")
        self.name, self.unit, self.description = name, unit, description
        self.limit = limit
        self.overflowed = 0  # how often tags met the limit
        self._make = make
        self._series: dict[TagSet, P] = {}

    def at(self, tags: TagSet) -> P:
        """The series of these tags. What it gives may be kept: it stays the series of these tags."""
        point = self._series.get(tags)
        if point is not None:
            return point
        if len(self._series) - (OVERFLOW in self._series) >= self.limit - 1 and tags != OVERFLOW:
            self.overflowed += 1
            return self.at(OVERFLOW)
        point = self._series[tags] = self._make()
        return point

    def __iter__(self) -> Iterator[tuple[TagSet, P]]:
        return iter(self._series.items())

    def __len__(self) -> int:
        return len(self._series)
