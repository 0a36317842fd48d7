"""The offer loop: one holder, exclusive offers, each step a plain call inside one moment of time.

A step is: whose turn (allocator) → which job (ordering) → which node (placement) → hold the capacity on an offer;
then claim and commit it, at once or after the time the scheduler needs to decide.
"""

from domain.scheduling.board import DECLINED, SchedulingPolicy
from domain.scheduling.demand import OFFERED, PLACED, Demand
from domain.scheduling.dynamic import is_dynamic, resolved
from domain.scheduling.ledger import READY
from domain.scheduling.offers import Assignment, Offer
from domain.scheduling.ranking import ABSENT
from domain.scheduling.upkeep import Upkeep
from domain.shared.ids import AssignmentId, JobId
from domain.shared.refusals import Refused
from domain.shared.requirements import NONE, Requirements
from domain.shared.resources import Resources

__all__ = ["Scheduler", "SchedulingPolicy"]


class Scheduler(Upkeep):
    """The demand for places, and the loop that gives them; the commands about nodes are those of `Upkeep`."""

    # --- demand --------------------------------------------------------------------------------------------------

    def submit(
        self, now: int, job: JobId, attempt: int, tenant: str, label: str, resources: Resources,
        runs_on: tuple[str, ...], estimate_us: int, requirements: Requirements = NONE, pipeline: int = 0,
    ) -> None:  # fmt: skip
        """One attempt of a job wants a place. Idempotent by (job, attempt) while the attempt lives.

        A newer attempt replaces an older one, which has no place any more: a job has one at a time.
        """
        known = self._demands.get(job)
        if known is not None:
            if known.attempt >= attempt:
                return
            if known.stage == PLACED:  # the end of the attempt there has not been heard yet
                for assignment in [one for one in self.assignments.values() if one.demand is known]:
                    self._revoke(now, assignment, "superseded")
            else:
                self.withdraw(now, job)
        kin = 0
        if requirements is NONE:
            shape = self._plain_shapes.get((resources, runs_on), -1)
            if shape < 0:
                shape = self._plain_shapes[(resources, runs_on)] = self._shape_of((resources, runs_on, NONE, "", 0))
        else:
            near = ""
            if is_dynamic(requirements):
                requirements, near = resolved(requirements, tenant), label
                own = any(rule.to == "pipeline" and not rule.weight for rule in requirements.affinity)
                kin = pipeline if own else 0
            shape = self._shape_of((resources, runs_on, requirements, near, kin))
        number = self._number[tenant]
        demand = Demand(
            job, attempt, number, shape, label, now, self._arrivals(), estimate_us, 0, pipeline, requirements
        )
        if kin:
            self._passing.setdefault(shape, []).append(demand)
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
        if self._passing:
            self._pass(demand)
        if self.quotas is not None and demand.tenant in self.quotas.owed:
            self._on_runnable()  # perhaps it is owed less now, and others may borrow

    # --- the loop ------------------------------------------------------------------------------------------------

    def run_round(self, now: int) -> None:
        """Open, claim and commit offers until nothing that waits can be placed."""
        self.work["rounds"] += 1
        while (offer := self.open_offer(now)) is not None:
            self.commit(now, offer)

    def open_offer(self, now: int) -> Offer | None:
        """One step: hold capacity of the best node for the next job of the tenant whose turn it is, and claim it.

        The holder may decline the offer; then it is somebody else's turn, or that of another node.
        """
        queue, turns, quotas, policy = self.queue, self._turns, self.quotas, self.policy
        while (tenant := turns.first() if quotas is None else self._first_owed()) >= 0:
            demand: Demand = queue.heads[tenant][2]  # type: ignore[index]  # whose turn it is has a head
            shape = demand.shape
            ask = self.shapes[shape].resources
            if quotas is not None and (refused := quotas.refusal(tenant, ask)):
                self._hold(now, tenant, shape, refused.reason)
                continue
            row = self._choice.best(shape) if self.dynamic is None and not self.windows else self._look(now, demand)
            if row < 0:
                if row == ABSENT:
                    self._park(shape, demand)
                else:
                    self._hold(now, tenant, shape, DECLINED)
                continue
            demand = queue.take(tenant)
            demand.stage = OFFERED
            self.ledger.take(row, ask)
            self._choice.took(row, shape)
            turns.charge(tenant, ask, 1)
            if self._counting:
                self._came(now, row, demand, ask)
            node = self._node_in[row]
            offer = Offer(self._offer_ids(), node, self.ledger.epoch[row], demand, ask, now + policy.offer_ttl_us)
            self.offers[offer.id] = offer
            self.work["offers"] += 1
            self._publish(offer.opened(now, self.names[tenant]))
            if self.admission is not None and (refused := self.admission(demand, node)):
                self.decline(now, offer, refused.reason)
                continue
            if self.dynamic is not None:
                self.dynamic.claimed(demand)
            self._publish(offer.claim(now, policy.claim_lease_us))
            return offer
        if quotas is not None:
            if quotas.lenders and (queue.parked or queue.held or quotas.owed or self.inverse_offers):
                self._reclaim(now, quotas)
            if queue.held or self._at_quota:
                self._quotas_freed(now)
        return None

    def commit(self, now: int, offer: Offer) -> Assignment | Refused:
        """Turn a claimed offer into an assignment.

        Refused, the job queued again, when the node is not what it was, or the holder or its quota says no by now.
        """
        node, demand, ledger = offer.node, offer.demand, self.ledger
        row = node.row
        if ledger.epoch[row] != offer.epoch or ledger.state[row] != READY:
            self._publish(offer.reject(now, "stale-epoch"))
            self._return(now, offer, requeue=True)
            return Refused("stale-epoch", f"offer {offer.epoch}, node {node.epoch} {node.state}")
        assignment = Assignment(self._assignment_ids(), node, demand, offer.resources)
        if self.admission is not None or self.quotas is not None:
            refused = self._refusal_at_commit(offer)
            if refused:
                return self._reject(now, offer, assignment, refused)
        del self.offers[offer.id]
        self.assignments[assignment.id] = assignment
        demand.stage = PLACED
        self._publish(offer.accept(now, assignment.id))
        self._publish(assignment.accept(now))
        return assignment

    def decline(self, now: int, offer: Offer, reason: str) -> None:
        """The holder does not want the node for such a job, and is not offered it until the refusal window ends.

        Room that the node gains ends the window before its time.
        """
        self._publish(offer.decline(now, reason, self._refuse(now, offer)))
        self._return(now, offer, requeue=True, more=False)

    def expire(self, now: int, offer: Offer) -> None:
        """The offer's time, or its claim's, is up: its capacity is free and its job waits again, where it stood."""
        self._publish(offer.expire(now))
        self._return(now, offer, requeue=True)

    def release(self, now: int, id: AssignmentId) -> None:
        """The attempt is over. Unknown assignments are fine: the node may have been lost before."""
        assignment = self.assignments.get(id)
        if assignment is None:
            return
        self._end_assignment(now, assignment)
        self._publish(assignment.release(now))
        self._emptied(now, assignment.node)

    def revoke(self, now: int, id: AssignmentId, reason: str) -> None:
        """The place is lost before the attempt is over. Unknown assignments are fine."""
        assignment = self.assignments.get(id)
        if assignment is not None:
            self._revoke(now, assignment, reason)

    # --- inside --------------------------------------------------------------------------------------------------

    def _first_owed(self) -> int:
        """Whose turn it is; who is owed what was taken back comes first."""
        for tenant in self.quotas.owed if self.quotas is not None else ():
            if self.queue.heads[tenant] is not None:
                return tenant
        return self._turns.first()

    def _look(self, now: int, demand: Demand) -> int:
        """The row for a demand where rules about what runs where, or refusals, may play a part.

        ABSENT where no row can take it, and less where only rows that its tenant has refused can.
        """
        shape = demand.shape
        refused = self.windows.get((demand.tenant, shape), {})
        without = {row for row, until in refused.items() if until > now}
        if self.dynamic is not None and is_dynamic(demand.requirements):
            row = self.dynamic.best(shape, self.shapes[shape], demand, without)
        elif without:
            scores = ((self._choice.score(shape, row), row) for row in self._node_in if row not in without)
            row = min((pair for pair in scores if pair[0] != ABSENT), default=(ABSENT, ABSENT))[1]
        else:
            return self._choice.best(shape)
        if row == ABSENT and any(self._choice.fits(shape, other) for other in without):
            return ABSENT - 1
        return row

    def _refusal_at_commit(self, offer: Offer) -> Refused | None:
        refused = self.admission(offer.demand, offer.node) if self.admission is not None else None
        if refused is None and self.quotas is not None:
            refused = self.quotas.exceeded(offer.demand.tenant)
        return refused

    def _reject(self, now: int, offer: Offer, assignment: Assignment, refused: Refused) -> Refused:
        until = self._refuse(now, offer)
        self._publish(offer.reject(now, refused.reason))
        self._publish(assignment.reject(now, refused.reason, until))
        self._return(now, offer, requeue=True, more=False)
        return refused
