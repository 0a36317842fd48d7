"""Tenure: how room on a node is let go, by offers that fail and by assignments that end, and what follows."""

from domain.scheduling.demand import WAITING, Demand
from domain.scheduling.ledger import DRAINING
from domain.scheduling.lobby import Lobby
from domain.scheduling.nodes import Node
from domain.scheduling.offers import Assignment, Offer
from domain.shared.resources import Resources


class Tenure(Lobby):
    """Whatever goes is given back to the ledger, the turns and the quotas, and wakes what may use it."""

    def _came(self, now: int, row: int, demand: Demand, ask: Resources) -> None:
        """A job took room: whoever counts that does."""
        if self.quotas is not None:
            self.quotas.take(now, demand.tenant, ask)
        if self.dynamic is not None:
            self._wake(self.dynamic.enter(row, demand))

    def _went(self, now: int, row: int, demand: Demand, ask: Resources) -> None:
        """And gave it back."""
        if self.quotas is not None:
            self.quotas.give(now, demand.tenant, ask)
            self._recheck_quotas()
        if self.dynamic is not None:
            self._wake(self.dynamic.leave(row, demand))

    def rescind(self, now: int, offer: Offer, reason: str, requeue: bool = True) -> None:
        """Take the offer back because its node or its job has left."""
        self._publish(offer.rescind(now, reason))
        self._return(now, offer, requeue)

    def _return(self, now: int, offer: Offer, requeue: bool, more: bool = True) -> None:
        """Give back what a failed offer held; its demand waits again unless it was withdrawn.

        `more` says whether the node has more now than when it was refused last: not after a refusal.
        """
        demand, row = offer.demand, offer.node.row
        del self.offers[offer.id]
        self.ledger.give(row, offer.resources)
        self._choice.gave(row, demand.shape)
        self._turns.charge(demand.tenant, offer.resources, -1)
        if self._counting:
            self._went(now, row, demand, offer.resources)
        if requeue:
            demand.stage = WAITING
            self.queue.push(demand)
            self._turns.refresh(demand.tenant)
        self._gained(row, more)
        self._on_runnable()

    def _end_assignment(self, now: int, assignment: Assignment) -> None:
        demand = assignment.demand
        del self.assignments[assignment.id]
        if self._demands.get(demand.job) is demand:
            del self._demands[demand.job]
        if self._passing:
            self._pass(demand)
        row = assignment.node.row
        self.ledger.give(row, assignment.resources)
        self._choice.gave(row, demand.shape)
        self._turns.charge(demand.tenant, assignment.resources, -1)
        if self._counting:
            self._went(now, row, demand, assignment.resources)
        if self.inverse_offers:
            for inverse in [one for one in self.inverse_offers.values() if assignment in one.work]:
                inverse.work.remove(assignment)
                if not inverse.work:
                    del self.inverse_offers[inverse.id]
                    if not inverse.ended:
                        self._publish(inverse.rescind(now, "work-ended"))

    def _revoke(self, now: int, assignment: Assignment, reason: str) -> None:
        if assignment.id in self.assignments:
            self._end_assignment(now, assignment)
            self._publish(assignment.revoke(now, reason))
            self._emptied(now, assignment.node)

    def _emptied(self, now: int, node: Node) -> None:
        """Something has left the node: it has more to give, or, being drained, may go."""
        row = node.row
        if self.ledger.state[row] != DRAINING:
            self._gained(row)
        elif self.ledger.is_empty(row):
            self._drained(now, node)

    def _drained(self, now: int, node: Node) -> None:
        self._publish(node.leave(now))
        self._turns.recount(node.capacity, -1)
        self._forget(node)

    def _forget(self, node: Node) -> None:
        del self.nodes[node.id]
        self._node_in.pop(node.row)
        self._choice.touch(node.row)
        self.ledger.close_row(node.row)
        self._end_windows(node.row)
        self._nodes_changed()
        if self.queue.parked:
            self._on_runnable()  # its leaving may let another machine be ordered
