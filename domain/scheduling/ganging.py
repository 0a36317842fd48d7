"""The offer loop with gangs: jobs that need several places at one moment, and get all of them or none.

One offer per node, all claimed, committed, expired or taken back together; one place is where the job's worker
starts, the others are its parts. When one of them is lost or released, all are. Parts of a job are alike, so taking
the best node for one after the other finds room for all of them whenever there is some: Feitelson, Rudolph, "Gang
scheduling performance benefits for fine-grain synchronization", JPDC 1992; whole-or-nothing as in Omega (EuroSys 2013).
"""

from typing import Any

from domain.scheduling.demand import PLACED, Demand
from domain.scheduling.ledger import READY
from domain.scheduling.offers import Assignment, Offer
from domain.scheduling.scheduler import Scheduler
from domain.shared.ids import AssignmentId, JobId
from domain.shared.refusals import Refused
from domain.shared.requirements import parts_of
from domain.shared.resources import Resources

INCOMPLETE = "gang-incomplete"
Key = tuple[JobId, int]
"""A job's attempt."""


class GangScheduler(Scheduler):
    """For runs in which some jobs have several parts; without quotas or rules about neighbours (the loader says so)."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.work["gangs"] = self.work["gang_parts_tried"] = 0
        self._always_look = True
        self._plan: dict[int, int] = {}  # row → parts, of the demand that was looked at last
        self._offered: dict[Key, list[Offer]] = {}
        self._together: dict[Key, list[Assignment]] = {}

    # --- where ---------------------------------------------------------------------------------------------------

    def _look(self, now: int, demand: Demand) -> int:
        """The row for the first part, where all of them have room; the others are remembered."""
        parts = parts_of(demand.requirements)
        if parts == 1:
            return super()._look(now, demand)
        ask = self.shapes[demand.shape].resources
        plan: dict[int, int] = {}
        taken = 0
        while taken < parts:
            row = super()._look(now, demand)
            if row < 0:
                break
            self._take(row, ask)
            plan[row] = plan.get(row, 0) + 1
            taken += 1
        self.work["gang_parts_tried"] += taken
        for each, count in plan.items():
            self._give(each, ask, count)
        self._plan = plan
        return next(iter(plan)) if taken == parts else row

    def _take(self, row: int, ask: Resources) -> None:
        self.ledger.take(row, ask)
        self._choice.touch(row)

    def _give(self, row: int, ask: Resources, count: int) -> None:
        self.ledger.give(row, ask * count)
        self._choice.touch(row)

    # --- offers --------------------------------------------------------------------------------------------------

    def _open(self, now: int, demand: Demand, row: int, ask: Resources | None = None) -> Offer | None:
        if parts_of(demand.requirements) == 1:
            return super()._open(now, demand, row, ask)
        one, offers = self.shapes[demand.shape].resources, list[Offer]()
        for each, count in self._plan.items():
            offer = super()._open(now, demand, each, one * count)
            if offer is None:  # declined: the job waits again
                for other in offers:
                    super().rescind(now, other, INCOMPLETE, requeue=False)
                return None
            offers.append(offer)
        self.work["gangs"] += 1
        self._offered[demand.job, demand.attempt] = offers
        return offers[0]

    def commit(self, now: int, offer: Offer) -> Assignment | Refused:
        """All or none: the first whose node has changed, or whose holder says no by now, takes the others with it."""
        demand = offer.demand
        offers = self._offered.pop((demand.job, demand.attempt), None)
        if offers is None:
            return super().commit(now, offer)
        for bad in offers:
            stale = self.ledger.epoch[bad.node.row] != bad.epoch or self.ledger.state[bad.node.row] != READY
            if stale or (self.admission is not None and self.admission(demand, bad.node)):
                refused = super().commit(now, bad)
                assert isinstance(refused, Refused)
                for other in offers:
                    if other is not bad:
                        super().rescind(now, other, INCOMPLETE, requeue=False)
                return refused
        key = (demand.job, demand.attempt)
        made = [self._accept_part(now, each) for each in offers[1:]]
        self._together[key] = made
        lead = super().commit(now, offers[0])
        if isinstance(lead, Assignment) and key in self._together:
            made.append(lead)
        return lead

    def _accept_part(self, now: int, offer: Offer) -> Assignment:
        assignment = Assignment(self._assignment_ids(), offer.node, offer.demand, offer.resources, part=True)
        del self.offers[offer.id]
        self.assignments[assignment.id] = assignment
        offer.demand.stage = PLACED
        self._publish(offer.accept(now, assignment.id))
        self._publish(assignment.accept(now))
        return assignment

    def expire(self, now: int, offer: Offer) -> None:
        for each in self._offers_with(offer):
            if each is not offer:
                self._publish(each.expire(now))
                self._return(now, each, requeue=False)
        super().expire(now, offer)

    def rescind(self, now: int, offer: Offer, reason: str, requeue: bool = True) -> None:
        for each in self._offers_with(offer):
            if each is not offer:
                super().rescind(now, each, reason, requeue=False)
        super().rescind(now, offer, reason, requeue)

    def _offers_with(self, offer: Offer) -> list[Offer]:
        return self._offered.pop((offer.demand.job, offer.demand.attempt), [])

    # --- places --------------------------------------------------------------------------------------------------

    def release(self, now: int, id: AssignmentId) -> None:
        assignment = self.assignments.get(id)
        for each in self._with(assignment) if assignment is not None else ():
            super().release(now, each.id)

    def _revoke(self, now: int, assignment: Assignment, reason: str) -> None:
        """The job hears of it once, by its own place, when all its parts are free."""
        for each in self._with(assignment):
            super()._revoke(now, each, reason)

    def _with(self, assignment: Assignment) -> list[Assignment]:
        """All places of the job, its own the last; they end now."""
        return self._together.pop((assignment.demand.job, assignment.demand.attempt), [assignment])
