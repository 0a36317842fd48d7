"""The offer loop with preemption: after a round, work is stopped for jobs of higher priority that found no room.

Victims are asked by inverse offers and may go on until the grace is over; the job that they make way for has a claim
on the node meanwhile, and what it will need there is given to nobody else. Victims queue again as new attempts.
"""

from collections.abc import Sequence
from itertools import islice
from typing import Any

import msgspec

from domain.scheduling.board import DECLINED
from domain.scheduling.constraints import hosts
from domain.scheduling.demand import WAITING, Demand
from domain.scheduling.inverse import InverseOffer
from domain.scheduling.ledger import READY
from domain.scheduling.nodes import Node
from domain.scheduling.offers import Assignment, Offer
from domain.scheduling.preemption import NEVER, PREEMPTED, Preemption, harm, in_turn
from domain.scheduling.recall import PREEMPTOR
from domain.scheduling.reclaim import victims
from domain.scheduling.scheduler import Scheduler
from domain.shared.ids import InverseOfferId
from domain.shared.resources import Resources

MOST_AT_ONCE = 32
"""For so many jobs of a tenant and shape is room made in one round: what is left is looked at in the next."""
Work = dict[int, list[Assignment]]
"""Per row what runs there and is not asked to leave yet."""


class Claim(msgspec.Struct, eq=False):
    """A waiting job and the node that is being emptied for it."""

    demand: Demand
    node: Node
    number: int  # of the inverse offers that make room for it
    ask: Resources


class PreemptingScheduler(Scheduler):
    """Looks for victims only while something runs that is less important than something that fits nowhere."""

    def __init__(self, preemption: Preemption, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.preemption = preemption
        self.work["preemptions"] = 0
        self._running: dict[int, int] = {}  # priority → assignments that may be stopped

    # --- what runs -----------------------------------------------------------------------------------------------

    def commit(self, now: int, offer: Offer) -> Any:
        made = super().commit(now, offer)
        if isinstance(made, Assignment) and self._stoppable(made):
            priority = made.demand.requirements.priority
            self._running[priority] = self._running.get(priority, 0) + 1
        return made

    def _end_assignment(self, now: int, assignment: Assignment) -> None:
        if self._stoppable(assignment):
            priority = assignment.demand.requirements.priority
            self._running[priority] -= 1
            if not self._running[priority]:
                del self._running[priority]
        super()._end_assignment(now, assignment)

    def _stoppable(self, assignment: Assignment) -> bool:
        return self.preemption.may_stop(assignment, assignment.demand.requirements.priority + 1)

    # --- the loop ------------------------------------------------------------------------------------------------

    def open_offer(self, now: int) -> Offer | None:
        if (offer := self._served(now)) is not None:
            return offer
        if (offer := super().open_offer(now)) is not None:
            return offer
        if self._running and self.queue.parked and self.preemption.rule != NEVER:
            self._preempt(now)
            return self._served(now)  # without grace there is room at once
        return None

    def _served(self, now: int) -> Offer | None:
        """Give a job the node that has been emptied for it."""
        for claim in list(self.claims):
            if not self._stands(claim):
                self._drop(now, claim)
                continue
            if any(one.reclaim == claim.number for one in self.inverse_offers.values()):
                continue
            self.claims.remove(claim)
            demand, row = claim.demand, claim.node.row
            if self._choice.fits(demand.shape, row) and self._allowed(demand, row):
                self.queue.pull(demand)
                self._turns.refresh(demand.tenant)
                self._look_again()
                if (offer := self._open(now, demand, row)) is not None:
                    return offer
            else:
                self._look_again()
        return None

    def _preempt(self, now: int) -> None:
        """For what waits and fits nowhere, the most important first, ask less important work to leave."""
        least = min(self._running)
        shapes, queue = self.shapes, self.queue
        wanting = [shape for shape in queue.parked if shapes[shape].requirements.priority > least]
        if not wanting:
            return
        claimed = {id(claim.demand) for claim in self.claims}
        waiting = [
            demand
            for shape in wanting
            for tenant in queue.tenants_of(shape)
            if (tenant, shape) not in queue.held
            for demand in islice(queue.leading(tenant, shape), len(self.claims) + MOST_AT_ONCE)
            if id(demand) not in claimed
        ]
        waiting.sort(key=lambda one: (-one.requirements.priority, one.sequence))
        work = self._work()
        hopeless: set[int] = set()
        for demand in waiting:
            if demand.shape not in hopeless and not self._make_way(now, demand, work):
                hopeless.add(demand.shape)

    def _work(self) -> Work:
        leaving = {one.id for inverse in self.inverse_offers.values() for one in inverse.work}
        on_row: Work = {}
        for assignment in self.assignments.values():
            if assignment.id not in leaving and self._stoppable(assignment):
                on_row.setdefault(assignment.node.row, []).append(assignment)
        return on_row

    def _make_way(self, now: int, demand: Demand, work: Work) -> bool:
        """Claim the node where the least harm is done; False where there is none."""
        one, priority = self.shapes[demand.shape], demand.requirements.priority
        best: tuple[int, ...] = ()
        chosen: list[Assignment] = []
        for row, running in work.items():
            if self.ledger.state[row] != READY or not hosts(one, self._node_in[row].kind):
                continue
            may_go = in_turn(each for each in running if self.preemption.may_stop(each, priority))
            room = self._room(row)
            if not may_go or room is None or not self._allowed(demand, row):
                continue
            found = victims(room, one.resources, may_go)
            if found and (not best or (*harm(found), row) < best):
                best, chosen = (*harm(found), row), found
        if not chosen:
            return False
        row = best[-1]
        work[row] = [each for each in work[row] if each not in chosen]
        self._stop(now, Claim(demand, self._node_in[row], self._reclaims(), one.resources), chosen)
        return True

    def _stop(self, now: int, claim: Claim, chosen: Sequence[Assignment]) -> None:
        self.work["preemptions"] += 1
        self.claims.append(claim)
        deadline_us = now + self.preemption.grace_us
        self._ask_back(now, claim.node, chosen, PREEMPTED, deadline_us, PREEMPTOR, claim.number)

    def inverse_due(self, now: int, id: InverseOfferId) -> None:
        """Nobody is stopped for a job that has found a place elsewhere, or left."""
        for claim in [one for one in self.claims if not self._stands(one)]:
            self._drop(now, claim)
        super().inverse_due(now, id)

    # --- claims --------------------------------------------------------------------------------------------------

    def _stands(self, claim: Claim) -> bool:
        """Whether the job still waits, and the node may still be offered."""
        demand, node = claim.demand, claim.node
        return (
            demand.stage == WAITING
            and self._demands.get(demand.job) is demand
            and self._node_in.get(node.row) is node
            and self.ledger.state[node.row] == READY
        )

    def _drop(self, now: int, claim: Claim) -> None:
        """There is nothing to make way for any more: who was asked to leave may stay."""
        self.claims.remove(claim)
        for inverse in self._asked(claim):
            del self.inverse_offers[inverse.id]
            if not inverse.ended:
                self._publish(inverse.rescind(now, "not-needed"))
        self._look_again()

    def _look_again(self) -> None:
        """Who was kept from claimed nodes, and from no others, waits like everybody."""
        held = self.queue.held.items()
        self._let_go([key for key, reason in held if reason == DECLINED and key not in self.windows])

    def _asked(self, claim: Claim) -> list[InverseOffer]:
        return [one for one in self.inverse_offers.values() if one.reclaim == claim.number]

    def _allowed(self, demand: Demand, row: int) -> bool:
        """Whether nothing but room is in the way."""
        one = self.shapes[demand.shape]
        if self.quotas is not None and self.quotas.refusal(demand.tenant, one.resources):
            return False
        if self.dynamic is not None and self.dynamic.refusal(one, demand, row):
            return False
        if row in self.windows.get((demand.tenant, demand.shape), ()):
            return False
        return self.admission is None or self.admission(demand, self._node_in[row]) is None

    def _room(self, row: int) -> Resources | None:
        """What is left of a row once all claims on it are served; None where that is less than nothing."""
        room = self.ledger.free(row)
        mine = [claim for claim in self.claims if claim.node.row == row]
        for claim in mine:
            for inverse in self._asked(claim):
                for assignment in inverse.work:
                    room += assignment.resources
        for claim in mine:
            if not claim.ask.fits_in(room):
                return None
            room -= claim.ask
        return room

    def _claimed_rows(self, demand: Demand) -> set[int]:
        ask = self.shapes[demand.shape].resources
        rows = {claim.node.row for claim in self.claims if claim.demand is not demand}
        return {row for row in rows if (room := self._room(row)) is None or not ask.fits_in(room)}
