"""The jobs that wait, for orderings that move with time: keys are those of the moment that the queue was last told.

Within a shape and estimate such an ordering never lets a job pass one that came before it, for its score grows with
the wait alone. So per shape and estimate the jobs stand in order of arrival, and only the first of each is asked
anew, once a moment: exactly the order that asking every job would give, at the cost of as many questions as there are
estimates, and of one for every job that is taken.
"""

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from operator import itemgetter

from domain.scheduling.demand import WITHDRAWN, Demand
from domain.scheduling.policies.orderings import MovingOrdering, Ordering, moving
from domain.scheduling.queue import DemandQueue, Entry


class Lines:
    """The jobs of one tenant and shape: per estimate a heap of (arrival sequence, demand).

    `ranked` is a heap of the firsts as they were asked `at` a moment; those that are first no more are left behind.
    """

    __slots__ = ("at", "lines", "ranked")

    def __init__(self) -> None:
        self.lines: dict[int, list[tuple[int, Demand]]] = {}
        self.ranked: list[Entry] = []
        self.at = -1

    def __iter__(self) -> Iterator[Demand]:
        return (demand for line in self.lines.values() for _, demand in line if demand.stage != WITHDRAWN)

    def first_of(self, estimate_us: int) -> Demand | None:
        """The first live job of an estimate; an estimate that has none left is dropped."""
        line = self.lines.get(estimate_us)
        while line and line[0][1].stage == WITHDRAWN:
            heappop(line)
        if line:
            return line[0][1]
        self.lines.pop(estimate_us, None)
        return None


class MovingQueue(DemandQueue):
    """`at` must be told the time before heads are looked at; in between they are of the last moment told."""

    _by_tenant: list[dict[int, Lines]]  # type: ignore[assignment]

    def __init__(self, ordering: MovingOrdering, tenants: int) -> None:
        super().__init__(lambda demand: ordering(demand, self.now), tenants)
        self.now = 0

    def at(self, now: int) -> list[int]:
        """Time has passed; returns the tenants whose head may have changed."""
        if now == self.now:
            return []
        self.now = now
        busy = [tenant for tenant, shapes in enumerate(self._by_tenant) if shapes]
        for tenant in busy:
            self._find_head(tenant)
        return busy

    def push(self, demand: Demand) -> None:
        tenant, shape = demand.tenant, demand.shape
        lines = self._by_tenant[tenant].get(shape)
        if lines is None:
            lines = self._by_tenant[tenant][shape] = Lines()
        heappush(lines.lines.setdefault(demand.estimate_us, []), (demand.sequence, demand))
        self._rank(lines, demand)
        self.waiting[shape] += 1
        if shape not in self.parked and (not self.held or (tenant, shape) not in self.held):
            entry, head = self._entry(demand), self.heads[tenant]
            if head is None or entry < head:
                self.heads[tenant] = entry

    def _forget_withdrawn(self, tenant: int, shape: int) -> None:
        """They are dropped when they come to be first of their estimate."""

    def take(self, tenant: int) -> Demand:
        demand: Demand = self.heads[tenant][2]  # type: ignore[index]  # it has one
        self.pull(demand)
        return demand

    def pull(self, demand: Demand) -> None:
        lines = self._by_tenant[demand.tenant][demand.shape]
        line = lines.lines[demand.estimate_us]
        if line[0][1] is demand:
            heappop(line)
        else:
            line.remove((demand.sequence, demand))
            heapify(line)
        self.waiting[demand.shape] -= 1
        follower = lines.first_of(demand.estimate_us)
        if follower is not None:
            self._rank(lines, follower)
        self._find_head(demand.tenant)

    def in_order(self) -> list[Demand]:
        return self._sorted(demand for shapes in self._by_tenant for lines in shapes.values() for demand in lines)

    def waits(self, tenant: int, shape: int) -> bool:
        return any(True for _ in self._by_tenant[tenant].get(shape, ()))

    def of(self, tenant: int, shape: int) -> list[Demand]:
        return self._sorted(self._by_tenant[tenant].get(shape, ()))

    def _sorted(self, demands: Iterable[Demand]) -> list[Demand]:
        return [demand for _, _, demand in sorted(map(self._entry, demands), key=itemgetter(0, 1))]

    def _entry(self, demand: Demand) -> Entry:
        return self._ordering(demand), demand.sequence, demand

    def _rank(self, lines: Lines, demand: Demand) -> None:
        """A job that may be the first of its estimate; all are asked anyway when a moment begins."""
        if lines.at == self.now and lines.lines[demand.estimate_us][0][1] is demand:
            heappush(lines.ranked, self._entry(demand))

    def _find_head(self, tenant: int) -> None:
        best: Entry | None = None
        shapes = self._by_tenant[tenant]
        for shape in tuple(shapes):
            if shape not in self.parked and (tenant, shape) not in self.held:
                entry = self._first(shapes, shape)
                if entry is not None and (best is None or entry < best):
                    best = entry
        self.heads[tenant] = best

    def _first(self, shapes: dict[int, Lines], shape: int) -> Entry | None:  # type: ignore[override]
        lines = shapes[shape]
        if lines.at != self.now:
            firsts = [first for estimate in list(lines.lines) if (first := lines.first_of(estimate)) is not None]
            lines.ranked = [self._entry(first) for first in firsts]
            heapify(lines.ranked)
            lines.at = self.now
        ranked = lines.ranked
        while ranked:
            estimate = ranked[0][2].estimate_us
            first = lines.first_of(estimate)
            if first is ranked[0][2]:
                return ranked[0]
            heappop(ranked)
            if first is not None:
                heappush(ranked, self._entry(first))
        del shapes[shape]
        return None


def queue_of(ordering: Ordering, tenants: int) -> DemandQueue:
    """The queue that an ordering wants."""
    moves = moving(ordering)
    return MovingQueue(moves, tenants) if moves else DemandQueue(ordering, tenants)
