"""The decision: which nodes would have taken a job, what each scored, and what the score is made of."""

from collections.abc import Iterator
from typing import Any

from domain.scheduling.constraints import penalty
from domain.scheduling.demand import Demand
from domain.scheduling.nodes import Node
from domain.scheduling.policies import LEVEL_FACTS, facts_of
from domain.scheduling.rules import leftover
from domain.scheduling.scan import WORSE_THAN_ANY
from domain.scheduling.waiting import reason
from domain.shared.resources import Resources
from windtunnel.explaining.figures import Candidate

PREFERENCE_BITS = 30


def judged(
    scheduler: Any, now: int, demand: Demand, taken: tuple[int, Resources] | None, last: int
) -> tuple[dict[str, int], list[Candidate]]:
    """Why nodes did not take the job, and those that did, the best first; `taken` (row, amounts) counts as free.

    `last` is the row that was taken before. Computed from the ledger as the scheduler sees it, by the readable rules.
    """
    rejections: dict[str, int] = {}
    found: list[Candidate] = []
    for row, node, free, why in looked_at(scheduler, demand, taken):
        if why:
            rejections[why] = rejections.get(why, 0) + 1
        else:
            found.append(_candidate(scheduler, now, demand, row, node, free, last))
    found.sort(key=lambda one: (one.score, one.row))
    return rejections, found


def looked_at(
    scheduler: Any, demand: Demand, taken: tuple[int, Resources] | None = None
) -> Iterator[tuple[int, Node, Resources, str]]:
    """Every live node: its row, itself, what is free there, and why it does not take the job ("": it would)."""
    admission = scheduler.admission
    for row, node in scheduler.rows():
        own = taken is not None and row == taken[0]
        free = scheduler.ledger.free(row)
        if own and taken is not None:
            free = at_most(free + taken[1], node.capacity)
        why = reason(scheduler, demand.shape, row, node, demand, free)
        if own and why == "declined":
            why = ""
        if not why and admission is not None and (refused := admission(demand, node)):
            why = refused.reason
        if not why and not own and scheduler.claims and row in scheduler._claimed_rows(demand):
            why = "kept-for-another"
        yield row, node, free, why


def at_most(room: Resources, most: Resources) -> Resources:
    return Resources(*map(min, room.as_tuple(), most.as_tuple()))


def _candidate(scheduler: Any, now: int, demand: Demand, row: int, node: Node, free: Resources, last: int) -> Candidate:
    placement, one, kind = scheduler.policy.placement, scheduler.shapes[demand.shape], node.kind
    amounts, ask, total = free.as_tuple(), one.resources.as_tuple(), kind.capacity.as_tuple()
    values = (leftover(*amounts, *ask, *total), *amounts, *ask, *total, kind.price_udollars)  # type: ignore[call-arg]
    known = dict(zip(LEVEL_FACTS, values, strict=True))
    rows = scheduler.row_choice
    if rows is not None:
        known |= rows._about(now, row, demand) | {"last": last}
    facts = {name: known[name] for name in facts_of(placement)}
    score = placement(*facts.values())
    disliked, wishes = penalty(one, kind), 0
    if scheduler.dynamic is not None:
        wishes = scheduler.dynamic._cost(scheduler.dynamic._judges(one, demand), row) or 0
    whole = score + (wishes << PREFERENCE_BITS) + (disliked << WORSE_THAN_ANY)
    return Candidate(int(node.id), node.pool, row, whole, score, disliked, wishes, facts)
