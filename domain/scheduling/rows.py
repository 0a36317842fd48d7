"""Where a job goes when nodes that are alike are not equal: judged node by node, over all or a sample of them.

For placements that ask about the row itself or its history, and for any placement under candidate sampling. What
fits is still asked of the node choice, so that waking and parking stay as they are.
"""

from collections.abc import Callable, Collection, Iterator
from itertools import islice

from domain.scheduling.constraints import penalty
from domain.scheduling.demand import Demand, Shape
from domain.scheduling.departures import Departures
from domain.scheduling.ledger import CapacityLedger
from domain.scheduling.nodes import Node
from domain.scheduling.policies import ROW_FACTS, Placement, facts_of, looks_at
from domain.scheduling.policies.facts import LEVEL_FACTS
from domain.scheduling.ranking import ABSENT
from domain.scheduling.rules import leftover
from domain.scheduling.sampling import Sampling, drawn, rotated
from domain.scheduling.scan import WORSE_THAN_ANY, NodeChoice
from domain.shared.ids import NodeId

DEPARTURE_FACTS = ("departs_us", "ends_us")
Wants = Callable[[str], tuple[str, ...]]
"""Label → the names of the caches and images that its jobs use."""


class RowChoice:
    """The lowest score of the rows with room that are looked at; ties go to the lower row.

    `seed` is an integer of the run's own random stream: with the number of the turn it decides every draw, so that
    equal runs draw alike. `wants` says what lies near is worth something to whom.
    """

    def __init__(
        self, placement: Placement, sampling: Sampling | None, ledger: CapacityLedger, choice: NodeChoice,
        nodes: dict[int, Node],
    ) -> None:  # fmt: skip
        few = looks_at(placement)
        self.sampling = Sampling(0, few, "random") if few else sampling
        self.seed = 0
        self.scores = 0
        self.wants: Wants = lambda label: ()
        self.holds: Callable[[NodeId, str], bool] = lambda node, key: False
        self.departures = Departures() if set(DEPARTURE_FACTS) & set(facts_of(placement)) else None
        self._placement = placement
        self._facts = facts_of(placement)
        self._simple = not set(self._facts) & set(ROW_FACTS)
        self._ledger = ledger
        self._choice = choice
        self._nodes = nodes  # by row
        self._first = 0  # where the next rotation begins
        self._last = 0  # the row that was taken last
        self._turn = 0

    def best(self, now: int, shape: int, one: Shape, demand: Demand, without: Collection[int]) -> int:
        """The row to take, or ABSENT where none has room."""
        best = min(
            ((self.score(now, row, one, demand), row) for row in self.candidates(shape, without)),
            default=(ABSENT, ABSENT),
        )[1]
        self._turn += 1
        return best

    def candidates(self, shape: int, without: Collection[int]) -> list[int]:
        """The rows with room that are looked at, in that order; the next turn looks at others."""
        rows, sampling = len(self._ledger), self.sampling
        if sampling is None:
            return list(self._open(iter(range(rows)), shape, without))
        enough = sampling.enough(len(self._nodes))
        if sampling.order == "random":
            return list(islice(self._open(drawn(self.seed, self._turn, rows), shape, without), enough))
        found: list[int] = []
        first = self._first if self._first < rows else 0
        for row in self._open(rotated(first, rows), shape, without):
            found.append(row)
            if len(found) == enough:
                self._first = row + 1
                break
        return found

    def score(self, now: int, row: int, one: Shape, demand: Demand) -> int:
        """The score of a row with room, a taint that is not tolerated above all."""
        self.scores += 1
        kind = self._nodes[row].kind
        free, ask, total = self._ledger.free(row).as_tuple(), one.resources.as_tuple(), kind.capacity.as_tuple()
        known = dict(zip(LEVEL_FACTS, (leftover(*free, *ask, *total), *free, *ask, *total, kind.price_udollars),
                         strict=True))  # fmt: skip
        if not self._simple:
            known |= self._about(now, row, demand)
        return self._placement(*[known[name] for name in self._facts]) + (penalty(one, kind) << WORSE_THAN_ANY)

    def took(self, row: int) -> None:
        self._last = row

    def _about(self, now: int, row: int, demand: Demand) -> dict[str, int]:
        """The facts of the row itself."""
        departures, node = self.departures, self._nodes[row].id
        return {
            "row": row,
            "rows": len(self._ledger),
            "last": self._last,
            "departs_us": departures.last(now, row) if departures else now,
            "ends_us": now + demand.estimate_us,
            "missing": sum(not self.holds(node, name) for name in self.wants(demand.label)),
        }

    def _open(self, order: Iterator[int], shape: int, without: Collection[int]) -> Iterator[int]:
        fits, nodes = self._choice.fits, self._nodes
        return (row for row in order if row in nodes and row not in without and fits(shape, row))
