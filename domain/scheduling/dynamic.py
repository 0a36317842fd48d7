"""Rules that depend on what runs where: affinity, anti-affinity and spread, as a readable scan over the nodes.

Only shapes that have such a rule come here. A rule is judged once, when the job is placed, and binds nobody else: a
job that wants to be alone does not keep others away.

What may help a shape that was parked: room on a node (as for every shape); a job that comes or goes and that one of
its rules counts; a node that comes, goes or changes.
"""

from collections.abc import Callable, Collection, Sequence

from msgspec.structs import replace

from domain.scheduling.constraints import hosts
from domain.scheduling.demand import Demand, Shape
from domain.scheduling.kinds import NodeKind
from domain.scheduling.ledger import READY, CapacityLedger
from domain.scheduling.nodes import Node
from domain.scheduling.ranking import ABSENT
from domain.scheduling.scan import NodeChoice
from domain.scheduling.whereabouts import Whereabouts, word_of, words_of
from domain.shared.ids import NodeId
from domain.shared.requirements import Affinity, Requirements, Spread

PREFERENCE_BITS = 30
"""Preferences decide before the placement's score (below 2^23), and after taints that are not liked (from 2^40)."""
MOST_WISHES = 1000
SOFT_SPREAD = 100
"""What one job too many costs under a soft spread, as the weight of a preference."""

HoldsCache = Callable[[NodeId, str], bool]
Place = int | str
Judge = tuple[str, int, Callable[[int], int]]


def is_dynamic(requirements: Requirements) -> bool:
    return bool(requirements.affinity or requirements.spread)


def resolved(requirements: Requirements, tenant: str) -> Requirements:
    """The same with its own `tenant` named, so that equal requirements mean the same for every job."""
    if all(rule.to != "tenant" for rule in requirements.affinity):
        return requirements
    named = tuple(
        replace(rule, to=f"tenant:{tenant}") if rule.to == "tenant" else rule for rule in requirements.affinity
    )
    return replace(requirements, affinity=named)


class DynamicRules(Whereabouts):
    """Made when the first shape with such a rule comes. `satisfied` counts, per label, places found and, of these,

    those that gave the job all it would have liked.
    """

    def __init__(
        self, ledger: CapacityLedger, choice: NodeChoice, nodes: dict[int, Node], names: Sequence[str],
        holds: HoldsCache,
    ) -> None:  # fmt: skip
        super().__init__(names)
        self.satisfied: dict[str, list[int]] = {}
        self._wishes_met = True
        self._ledger = ledger
        self._choice = choice
        self._nodes = nodes  # by row
        self._holds = holds

    def best(
        self, shape: int, one: Shape, demand: Demand, without: Collection[int] = (),
        score_of: Callable[[int], int] | None = None,
    ) -> int:  # fmt: skip
        """The row that hard rules allow and that has the lowest score, ties by row; ABSENT where there is none."""
        open_rows = (row for row in self._nodes if row not in without)
        scored = [(score, row) for row in open_rows if (score := self._choice.score(shape, row)) != ABSENT]
        if score_of is not None:  # nodes that are alike are not equal
            scored = [(score_of(row), row) for _, row in scored]
        if not scored:
            return ABSENT
        judges = self._judges(one, demand)
        best, best_cost = (ABSENT, ABSENT), 0
        for score, row in scored:
            cost = self._cost(judges, row)
            if cost is not None:
                candidate = (score + (cost << PREFERENCE_BITS), row)
                if best[1] == ABSENT or candidate < best:
                    best, best_cost = candidate, cost
        self._wishes_met = not best_cost
        return best[1]

    def claimed(self, demand: Demand) -> None:
        """The row that `best` gave last was taken."""
        if is_dynamic(demand.requirements):
            found = self.satisfied.setdefault(demand.label, [0, 0])
            found[0] += 1
            found[1] += self._wishes_met

    def refusal(self, shape: Shape, demand: Demand, row: int) -> str:
        """The hard rule that keeps the demand from this row: `affinity`, `anti-affinity`, `spread`, or ""."""
        return next((name for name, weight, suits in self._judges(shape, demand) if not weight and suits(row) > 0), "")

    @staticmethod
    def _cost(judges: list[Judge], row: int) -> int | None:
        """How much of what the demand would like the row does not give; None where a hard rule is against it."""
        cost = 0
        for _, weight, excess in judges:
            much = excess(row)
            if much > 0:
                if not weight:
                    return None
                cost += weight * much
        return min(cost, MOST_WISHES)

    # --- one judge per rule --------------------------------------------------------------------------------------

    def _judges(self, shape: Shape, demand: Demand) -> list[Judge]:
        """Per rule its name, its weight (0: hard), and by how much a row breaks it (0 or less: it does not)."""
        affinity, spread = shape.requirements.affinity, shape.requirements.spread
        return [
            *(("anti-affinity" if rule.anti else "affinity", rule.weight, self._nearness(rule, demand))
              for rule in affinity),
            *(("spread", 0 if rule.hard else SOFT_SPREAD, self._skew(rule, shape, demand)) for rule in spread),
        ]  # fmt: skip

    def _nearness(self, rule: Affinity, demand: Demand) -> Callable[[int], int]:
        """A place without the attribute is near nothing. The first of its own kind may go anywhere: it cannot be near

        what is not there yet.
        """
        word = word_of(rule, demand)
        cache = word.removeprefix("cache:") if word.startswith("cache:") else ""
        rows = [row for row, node in self._nodes.items() if self._holds(node.id, cache)] if cache else self.at(word)
        near = {self._place(row, rule.topology) for row in rows} - {None}
        own = bool(cache) or word in words_of(demand, self.names[demand.tenant])
        if rule.anti:
            return lambda row: self._place(row, rule.topology) in near
        if own and not rows:
            return lambda row: self._place(row, rule.topology) is None
        return lambda row: self._place(row, rule.topology) not in near

    def _skew(self, spread: Spread, shape: Shape, demand: Demand) -> Callable[[int], int]:
        """The places that count are those of ready nodes that could host the shape, full ones too."""
        counts: dict[Place, int] = {}
        hosting: dict[NodeKind, bool] = {}
        for row, node in self._nodes.items():
            place = self._place(row, spread.topology)
            if place is not None and place not in counts and self._ledger.state[row] == READY:
                kind = node.kind
                if kind not in hosting:
                    hosting[kind] = hosts(shape, kind)
                if hosting[kind]:
                    counts[place] = 0
        for row, jobs in self.at(f"label:{demand.label}").items():
            place = self._place(row, spread.topology)
            if place in counts:
                counts[place] += jobs
        least = min(counts.values(), default=0)

        def excess(row: int) -> int:
            place = self._place(row, spread.topology)
            return MOST_WISHES if place is None else counts.get(place, 0) + 1 - least - spread.max_skew

        return excess

    def _place(self, row: int, topology: str) -> Place | None:
        """Where a row is within a topology: itself for `node`, else the value of its attribute, None without it."""
        if topology == "node":
            return row
        return next((value for key, value in self._nodes[row].attributes if key == topology), None)
