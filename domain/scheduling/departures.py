"""Departures: when the jobs of each node are expected to have left it."""

from domain.scheduling.demand import Demand
from domain.shared.ids import JobId


class Departures:
    """Per row the expected end of every job there; a job of which nothing is known is expected to end at once."""

    __slots__ = ("_ends",)

    def __init__(self) -> None:
        self._ends: dict[int, dict[JobId, int]] = {}

    def enter(self, now: int, row: int, demand: Demand) -> None:
        self._ends.setdefault(row, {})[demand.job] = now + demand.estimate_us

    def leave(self, row: int, demand: Demand) -> None:
        ends = self._ends.get(row)
        if ends is not None and ends.pop(demand.job, None) is not None and not ends:
            del self._ends[row]

    def last(self, now: int, row: int) -> int:
        """When the last one is expected to end, not before now."""
        ends = self._ends.get(row)
        return max(now, max(ends.values())) if ends else now
