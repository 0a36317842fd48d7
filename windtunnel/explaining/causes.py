"""Why a job waits at a moment, and whether a place that went to another would have done for it."""

from collections.abc import Mapping
from typing import Any

from domain.scheduling.board import DECLINED
from domain.scheduling.demand import OFFERED, Demand
from domain.scheduling.dynamic import is_dynamic
from domain.scheduling.policies import ALLOCATORS
from domain.scheduling.waiting import reason
from domain.shared.requirements import parts_of
from domain.shared.resources import Resources
from windtunnel.explaining.scores import at_most
from windtunnel.explaining.turns import seat_of

FIFO = ALLOCATORS["fifo"]


def cause_of(scheduler: Any, loop: Any, demand: Demand | None, blame: str) -> str:
    """The cause from a moment on, when all that was due at it has been done; a key of `figures.CAUSES`.

    `blame` is why room went to others since the job queued, "" where none did.
    """
    if demand is None:
        return "message"
    if demand.stage == OFFERED:
        return "deciding"
    seat = seat_of(scheduler, demand.tenant)
    key, room = (demand.tenant, demand.shape), blame or "no-capacity"
    held = seat.queue.held.get(key, "")
    if held == DECLINED:
        return "declined" if key in scheduler.windows else "claimed"
    if held:
        return "quota"
    several = seat is not scheduler
    if demand.shape in seat.queue.parked:
        near = scheduler.dynamic is not None and is_dynamic(demand.requirements)
        if near and scheduler.has_room(demand.shape):
            return "neighbours"
        return "view" if several and scheduler.has_room(demand.shape) else room
    if several:
        if seat.batch is not None:
            return "scheduler-busy"
        return "view" if scheduler.has_room(demand.shape) else room
    if loop._deciding:
        return "scheduler-busy"
    if hasattr(scheduler, "backfill"):
        return "reservation" if scheduler.has_room(demand.shape) else room
    return room


def passed_by(scheduler: Any, demand: Demand, winner: Demand, given: Mapping[int, Resources], backfilled: bool) -> str:
    """The cause that places of another give to the wait of somebody for whom they would have done, "" where they

    would not have; `given` is what it got, by row.
    """
    if (demand.tenant, demand.shape) in seat_of(scheduler, demand.tenant).queue.held:
        return ""
    if not _would_do(scheduler, demand, given):
        return ""
    if backfilled and winner.sequence > demand.sequence:
        return "reservation"
    if winner.requirements.priority > demand.requirements.priority:
        return "priority"
    if winner.tenant == demand.tenant or scheduler.policy.allocator is FIFO:
        return "order"
    return "turn"


def _would_do(scheduler: Any, demand: Demand, given: Mapping[int, Resources]) -> bool:
    """Whether the job, or all its parts, would have had room had the other not got what it was given."""
    parts = parts_of(demand.requirements)
    ledger = getattr(scheduler, "truth", scheduler.ledger)
    ask = scheduler.shapes[demand.shape].resources.as_tuple()
    some = scheduler.rows() if parts > 1 else [(row, scheduler._node_in[row]) for row in given]
    for row, node in some:
        room = ledger.free(row)
        if row in given:
            room = at_most(room + given[row], node.capacity)
        if reason(scheduler, demand.shape, row, node, demand, room):
            continue
        if scheduler.admission is None or not scheduler.admission(demand, node):
            parts -= min((have // want for have, want in zip(room.as_tuple(), ask, strict=True) if want), default=parts)
    return parts <= 0
