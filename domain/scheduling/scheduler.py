"""The offer loop: one holder, exclusive offers, each step a plain call inside one moment of time.

A step is: whose turn (allocator) → which job (ordering) → which node (placement) → hold the capacity on an offer;
then claim and commit it, at once or after the time the scheduler needs to decide.
"""

from collections.abc import Callable, Sequence

import msgspec

from domain.scheduling.demand import OFFERED, PLACED, WAITING, Demand, Shape
from domain.scheduling.index import NodeChoice, NodeIndex
from domain.scheduling.ledger import READY, CapacityLedger
from domain.scheduling.nodes import Node
from domain.scheduling.offers import Assignment, Offer
from domain.scheduling.policies import Allocator, Ordering, Placement
from domain.scheduling.queue import DemandQueue
from domain.scheduling.turns import Turns
from domain.shared.events import Publish
from domain.shared.ids import AssignmentId, JobId, NodeId, OfferId, sequence
from domain.shared.refusals import Refused
from domain.shared.resources import Resources


class SchedulingPolicy(msgspec.Struct, frozen=True):
    """The three choices by which schedulers differ, and how long an offer stands (µs)."""

    allocator: Allocator
    ordering: Ordering
    placement: Placement
    offer_ttl_us: int


class Scheduler:
    """Keeps nodes, waiting demands, live offers and assignments; publishes what happens to them.

    `on_runnable` is called whenever a round might place, or a look at the demand might ask for, something new.
    `tenants` are (name, weight) pairs; their order breaks ties.
    """

    def __init__(
        self,
        policy: SchedulingPolicy,
        tenants: Sequence[tuple[str, int]],
        publish: Publish,
        on_runnable: Callable[[], None],
        choice: Callable[[CapacityLedger, Placement], NodeChoice] = NodeIndex,
    ) -> None:
        self.policy = policy
        self.ledger = CapacityLedger()
        self.queue = DemandQueue(policy.ordering, len(tenants))
        self.nodes: dict[NodeId, Node] = {}
        self.offers: dict[int, Offer] = {}
        self.assignments: dict[int, Assignment] = {}
        self.shapes: list[Shape] = []
        self.work = {"offers": 0, "rounds": 0, "parked": 0, "woken": 0}
        self._choice = choice(self.ledger, policy.placement)
        self._names = [name for name, _ in tenants]
        self._number = {name: number for number, name in enumerate(self._names)}
        self._turns = Turns(policy.allocator, tenants, self.queue)
        self._node_in: dict[int, Node] = {}
        self._demands: dict[JobId, Demand] = {}
        self._shape_number: dict[tuple[Resources, tuple[str, ...]], int] = {}
        self._publish = publish
        self._on_runnable = on_runnable
        self._offer_ids, self._assignment_ids, self._arrivals = sequence(OfferId), sequence(AssignmentId), sequence(int)

    @property
    def node_scores(self) -> int:
        """How often a node was scored for a shape: the work of finding places."""
        return self._choice.scores

    # --- nodes ---------------------------------------------------------------------------------------------------

    def announce_node(self, now: int, id: NodeId, pool: str, capacity: Resources, labels: tuple[str, ...]) -> None:
        """A node is on its way: it has a row, but nothing is offered on it yet."""
        row = self.ledger.open_row(capacity)
        node = self.nodes[id] = Node(id, self.ledger, row, pool, capacity, frozenset(labels))
        self._node_in[node.row] = node
        self._choice.describe(row, node.labels, capacity)
        self._publish(node.announce(now))

    def admit_node(self, now: int, id: NodeId) -> None:
        """The node has come, or come back, and may be offered."""
        node = self.nodes[id]
        event = node.join(now)
        self._turns.recount(node.capacity, 1)
        self._publish(event)
        self._gained(node.row)

    def retire_node(self, now: int, id: NodeId) -> Refused | None:
        """Cordon, drain and remove an empty node; refused while anything is on it or it is not ready."""
        node = self.nodes[id]
        if node.state != "READY":
            return Refused("node-not-ready", node.state)
        if not self.ledger.is_empty(node.row):
            return Refused("node-in-use")
        for move in (node.cordon, node.drain, node.leave):
            self._publish(move(now))
        self._turns.recount(node.capacity, -1)
        self._forget(node)
        return None

    def lose_node(self, now: int, id: NodeId, comes_back: bool = False) -> None:
        """A live node died: its offers are rescinded, its assignments revoked; it leaves unless it `comes_back`."""
        node = self.nodes[id]
        was_ready = node.state in ("READY", "CORDONED", "DRAINING")
        event = node.lose(now)
        self._choice.touch(node.row)
        if was_ready:
            self._turns.recount(node.capacity, -1)
        self._publish(event)
        for offer in [offer for offer in self.offers.values() if offer.node is node]:
            self.rescind(now, offer, "node-lost")
        for assignment in [one for one in self.assignments.values() if one.node is node]:
            self._end_assignment(assignment)
            self._publish(assignment.revoke(now, "node-lost"))
        if not comes_back:
            self._publish(node.leave(now))
            self._forget(node)

    # --- demand --------------------------------------------------------------------------------------------------

    def submit(
        self, now: int, job: JobId, attempt: int, tenant: str, label: str, resources: Resources,
        runs_on: tuple[str, ...], estimate_us: int,
    ) -> None:  # fmt: skip
        """One attempt of a job wants a place. Idempotent by (job, attempt) while the attempt lives.

        A newer attempt replaces an older one that has no place yet.
        """
        known = self._demands.get(job)
        if known is not None:
            if known.attempt >= attempt:
                return
            self.withdraw(now, job)
        key = (resources, runs_on)
        shape = self._shape_number.get(key)
        if shape is None:
            shape = self._add_shape(key)
        number = self._number[tenant]
        demand = Demand(job, attempt, number, shape, label, now, self._arrivals(), estimate_us)
        self._demands[job] = demand
        self.queue.push(demand)
        if shape not in self.queue.parked:
            self._turns.refresh(number)
        self._on_runnable()  # parked or not: whoever orders machines looks at demand after a round

    def withdraw(self, now: int, job: JobId) -> None:
        """The job no longer wants a place; jobs that are placed or unknown are left alone."""
        demand = self._demands.get(job)
        if demand is None or demand.stage == PLACED:
            return
        del self._demands[job]
        if demand.stage == OFFERED:
            offer = next(offer for offer in self.offers.values() if offer.demand is demand)
            self.rescind(now, offer, "job-withdrawn", requeue=False)
        else:
            self.queue.withdraw(demand)
            self._turns.refresh(demand.tenant)

    # --- the loop ------------------------------------------------------------------------------------------------

    def run_round(self, now: int) -> None:
        """Open, claim and commit offers until nothing that waits can be placed."""
        self.work["rounds"] += 1
        while (offer := self.open_offer(now)) is not None:
            self.commit(now, offer)

    def open_offer(self, now: int) -> Offer | None:
        """One step: hold capacity of the best node for the next job of the tenant whose turn it is, and claim it."""
        queue, turns = self.queue, self._turns
        while (tenant := turns.first()) >= 0:
            shape = queue.heads[tenant][2].shape  # type: ignore[index]  # whose turn it is has a head
            row = self._choice.best(shape)
            if row < 0:
                self._park(shape)
                continue
            demand = queue.take(tenant)
            demand.stage = OFFERED
            ask = self.shapes[shape].resources
            self.ledger.take(row, ask)
            self._choice.touch(row)
            self._turns.charge(tenant, ask, 1)
            node = self._node_in[row]
            offer = Offer(self._offer_ids(), node, self.ledger.epoch[row], demand, ask, now + self.policy.offer_ttl_us)
            self.offers[offer.id] = offer
            self.work["offers"] += 1
            self._publish(offer.opened(now, self._names[tenant]))
            self._publish(offer.claim(now))
            return offer
        return None

    def commit(self, now: int, offer: Offer) -> Assignment | Refused:
        """Turn a claimed offer into an assignment; refused, the job queued again, when the node is not what it was."""
        node, demand = offer.node, offer.demand
        if node.epoch != offer.epoch or node.ledger.state[node.row] != READY:
            self._publish(offer.reject(now, "stale-epoch"))
            self._return(offer, requeue=True)
            return Refused("stale-epoch", f"offer {offer.epoch}, node {node.epoch} {node.state}")
        del self.offers[offer.id]
        assignment = Assignment(self._assignment_ids(), node, demand, offer.resources)
        self.assignments[assignment.id] = assignment
        demand.stage = PLACED
        self._publish(offer.accept(now, assignment.id))
        self._publish(assignment.accept(now))
        return assignment

    def expire(self, now: int, offer: Offer) -> None:
        """The offer's time is up: its capacity is free and its job waits again, where it stood."""
        self._publish(offer.expire(now))
        self._return(offer, requeue=True)

    def rescind(self, now: int, offer: Offer, reason: str, requeue: bool = True) -> None:
        """Take the offer back because its node or its job has left."""
        self._publish(offer.rescind(now, reason))
        self._return(offer, requeue)

    def release(self, now: int, id: AssignmentId) -> None:
        """The attempt is over. Unknown assignments are fine: the node may have been lost before."""
        assignment = self.assignments.get(id)
        if assignment is None:
            return
        self._end_assignment(assignment)
        self._publish(assignment.release(now))
        self._gained(assignment.node.row)

    # --- inside --------------------------------------------------------------------------------------------------

    def _add_shape(self, key: tuple[Resources, tuple[str, ...]]) -> int:
        number = self._shape_number[key] = len(self.shapes)
        shape = Shape(*key)
        self.shapes.append(shape)
        self.queue.add_shape()
        self._choice.add_shape(shape)
        return number

    def _return(self, offer: Offer, requeue: bool) -> None:
        """Give back what a failed offer held; its demand waits again unless it was withdrawn."""
        demand, row = offer.demand, offer.node.row
        del self.offers[offer.id]
        self.ledger.give(row, offer.resources)
        self._turns.charge(demand.tenant, offer.resources, -1)
        if requeue:
            demand.stage = WAITING
            self.queue.push(demand)
            self._turns.refresh(demand.tenant)
        self._gained(row)
        self._on_runnable()

    def _end_assignment(self, assignment: Assignment) -> None:
        demand = assignment.demand
        del self.assignments[assignment.id]
        if self._demands.get(demand.job) is demand:
            del self._demands[demand.job]
        self.ledger.give(assignment.node.row, assignment.resources)
        self._turns.charge(demand.tenant, assignment.resources, -1)

    def _park(self, shape: int) -> None:
        self.work["parked"] += 1
        for tenant in self.queue.park(shape):
            self._turns.refresh(tenant)

    def _gained(self, row: int) -> None:
        """A row has more to give than before: wake the parked shapes that now fit there, and no others."""
        self._choice.touch(row)
        if not self.queue.parked:
            return
        woken = [shape for shape in self.queue.parked if self._choice.fits(shape, row)]
        for shape in woken:
            self.work["woken"] += 1
            for tenant in self.queue.wake(shape):
                self._turns.refresh(tenant)
        if woken:
            self._on_runnable()

    def _forget(self, node: Node) -> None:
        del self.nodes[node.id]
        self._node_in.pop(node.row)
        self._choice.touch(node.row)
        self.ledger.close_row(node.row)
        if self.queue.parked:
            self._on_runnable()  # its leaving may let another machine be ordered
