"""What can be said of a shape that waits: why no node takes it, and how many of its jobs machines would help."""

from domain.scheduling.board import Board
from domain.scheduling.constraints import refusal
from domain.scheduling.demand import Demand
from domain.scheduling.ledger import READY, STATES
from domain.scheduling.nodes import Node
from domain.scheduling.quotas import QuotaLedger, one_job, within
from domain.shared.resources import Resources

ROOM = "room"
"""The reason of a node that could take the shape, were not so much of it in use."""


def why_not(scheduler: Board, shape: int) -> dict[str, int]:
    """Reason → how many live nodes do not take the shape for it: see `reason`.

    Nodes that would take it count for the quota (`quota-…`) that holds its first job, and otherwise not at all.
    """
    reasons: dict[str, int] = {}
    demand = _first(scheduler, shape)
    for row, node in scheduler.rows():
        why = reason(scheduler, shape, row, node, demand, scheduler.ledger.free(row))
        if not why and demand is not None:
            why = scheduler.queue.held.get((demand.tenant, shape), "")
        if why:
            reasons[why] = reasons.get(why, 0) + 1
    return reasons


def reason(scheduler: Board, shape: int, row: int, node: Node, demand: Demand | None, free: Resources) -> str:
    """Why a node with so much free does not take the shape, "" where it would; the first that applies.

    `label:<name>`, `constraint:<key>`, `taint:<key>`, `resources` (too large for the node), `node-<state>`, `room`,
    `declined`, `affinity`, `anti-affinity`, `spread`.
    """
    one = scheduler.shapes[shape]
    if never := refusal(one, node.kind):
        return never
    state = scheduler.ledger.state[row]
    if state != READY:
        return f"node-{STATES[state].lower()}"
    if not one.resources.fits_in(free):
        return ROOM
    if demand is not None:
        if row in scheduler.windows.get((demand.tenant, shape), ()):
            return "declined"
        if scheduler.dynamic is not None:
            return scheduler.dynamic.refusal(one, demand, row)
    return ""


def _first(scheduler: Board, shape: int) -> Demand | None:
    """The first job of the shape that waits, over all tenants."""
    queue = scheduler.queue
    waiting = [demand for tenant in queue.tenants_of(shape) for demand in queue.of(tenant, shape)]
    return min(waiting, key=lambda demand: demand.sequence, default=None)


def wanted(scheduler: Board, shape: int) -> int:
    """For how many waiting jobs of a parked shape another machine could help.

    Not for what a quota would keep waiting all the same, and not where there is room and a job only wants to be near
    something that is not there.
    """
    waiting = scheduler.queue.waiting[shape]
    requirements = scheduler.shapes[shape].requirements
    if any(not rule.anti and not rule.weight for rule in requirements.affinity) and scheduler.has_room(shape):
        return 0
    if scheduler.quotas is None or not waiting:
        return waiting
    return sum(_allowed(scheduler, scheduler.quotas, tenant, shape) for tenant in scheduler.queue.tenants_of(shape))


def _allowed(scheduler: Board, quotas: QuotaLedger, tenant: int, shape: int) -> int:
    """How many of the tenant's waiting jobs its quota would let start."""
    if (tenant, shape) in scheduler.queue.held:
        return 0
    quota = quotas.quotas[tenant]
    held, want = quotas.held[tenant], one_job(scheduler.shapes[shape].resources)
    waiting = len(scheduler.queue.of(tenant, shape))
    for limit in (quota.hard,) if quota.borrow else (quota.hard, quota.guarantee):
        if not within(held, want, limit):
            return 0
        pairs = zip(held, want, limit, strict=True)
        waiting = min(waiting, *((most - have) // more for have, more, most in pairs if more))
    return waiting
