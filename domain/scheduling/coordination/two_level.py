"""Two levels: an allocator hands free nodes to schedulers, which hold them, all of them, while they think.

Hindman et al., "Mesos: a platform for fine-grained resource sharing in the data center", NSDI 2011: offers, refusals
with a time-out, the allocator knows nothing of the jobs. What an accepted offer leaves, it returns at once.
"""

from collections.abc import Sequence

from domain.scheduling.coordination.cell import Cell
from domain.scheduling.coordination.holders import Batch, Holder
from domain.scheduling.coordination.offers import Claim, NodeOffer
from domain.scheduling.coordination.views import Snapshot, extend, hide, show_slice
from domain.scheduling.demand import OFFERED, PLACED, WAITING, Demand
from domain.scheduling.kinds import NodeKind
from domain.scheduling.ledger import READY, CapacityLedger
from domain.scheduling.nodes import Node
from domain.scheduling.offers import Assignment
from domain.scheduling.policies import drf
from domain.scheduling.ranking import ABSENT
from domain.scheduling.turntaking.keeping import KeptTurns
from domain.shared.ids import JobId
from domain.shared.requirements import NONE, Requirements
from domain.shared.resources import Resources

NO_USE = "no-use"
Total = tuple[int, int, int, int]


class TwoLevelCell(Cell):
    """A scheduler gets at most one offer of a node at a time; the one who holds the smallest share comes first."""

    def _prepare(self) -> None:
        self.node_offers: dict[int, NodeOffer] = {}
        self.handed = 0  # offers so far
        self._loose: dict[int, None] = {}  # rows that may have something to hand out

    def _view(self) -> CapacityLedger:
        return Snapshot()

    def _described(self, row: int, kind: NodeKind) -> None:
        for holder in self.holders:
            extend(holder.ledger, self.truth)
            holder.choice.describe(row, kind)
        self._loose[row] = None

    def _touched(self, row: int) -> None:
        self._loose[row] = None

    def _gained(self, row: int, more: bool = True) -> None:
        """Whoever does not want the node is asked again where it has more than it had."""
        self._touched(row)
        if more:
            for holder in self.holders:
                holder.refused.pop(row, None)
        self._on_runnable()

    # --- the allocator -------------------------------------------------------------------------------------------

    def hand_out(self, now: int) -> None:
        """Offer what is free of every node to the scheduler whose turn it is, of those that may want it."""
        asking = [one for one in self.holders if one.waits()]
        if not asking:
            return
        total = self.everybody.total
        for row in sorted(self._loose):
            if self.truth.state[row] != READY or not self.truth.free_cpu[row]:
                del self._loose[row]
                continue
            while (holder := self._whose(now, row, asking, total)) is not None:
                self._offer(now, holder, row)

    def _whose(self, now: int, row: int, asking: Sequence[Holder], total: Total) -> Holder | None:
        if not self.truth.free_cpu[row]:
            return None
        open_to = [one for one in asking if row not in one.offers and one.refused.get(row, 0) <= now]
        if self.coordination.round_robin:
            return min(open_to, key=lambda one: (one.served, one.number), default=None)
        return min(open_to, key=lambda one: (drf(one.account, total), one.number), default=None)

    def _offer(self, now: int, holder: Holder, row: int) -> None:
        room, node = self.truth.free(row), self._node_in[row]
        if self.coordination.slice is not None:
            pairs = zip(room.as_tuple(), self.coordination.slice.as_tuple(), strict=True)
            room = Resources(*(min(have, most) if most else have for have, most in pairs))
        expires = now + self.policy.offer_ttl_us
        offer = NodeOffer(self._offer_ids(), node, self.truth.epoch[row], holder.number, room, expires, [])
        self.truth.take(row, room)
        self._charge(holder, room, 1)
        self.node_offers[offer.id] = holder.offers[row] = offer
        self.work["offers"] += 1
        self.handed += 1
        holder.served = self.handed
        show_slice(holder.ledger, self.truth, row, room)
        with self._at(holder):
            Cell._gained(self, row)  # wakes what fits there
        self._publish(offer.opened(now, holder.desk.name))

    # --- the schedulers ------------------------------------------------------------------------------------------

    def plan(self, now: int, holder: Holder) -> Batch | None:
        self._look_around(now, holder)
        whole = holder.thinks_us(Batch([None] * self.coordination.batch, now), self.coordination.batch)
        for row, offer in holder.offers.items():
            if offer.expires_at_us <= now + whole:  # it would be gone before the scheduler has thought: left to expire
                hide(holder.ledger, row)
                holder.choice.touch(row)
        claims: list[tuple[NodeOffer, Claim]] = []
        with self._at(holder):
            while len(claims) < self.coordination.batch and (claim := self._claim(now, holder)) is not None:
                claims.append(claim)
        if claims:
            return Batch(claims, now)
        self._decline_all(now, holder)
        return None

    def _claim(self, now: int, holder: Holder) -> tuple[NodeOffer, Claim] | None:
        """As a step of the loop, on what the scheduler holds."""
        if self._moving is not None:
            for other in self._moving.at(now):
                self._turns.refresh(other)
        while (tenant := self._turns.first()) >= 0:
            demand: Demand = self.queue.heads[tenant][2]  # type: ignore[index]  # whose turn it is has a head
            row = self._willing(demand)
            if row < 0:
                self._park(demand.shape, demand)
                continue
            demand = self.queue.take(tenant)
            demand.stage = OFFERED
            ask = self.shapes[demand.shape].resources
            self.ledger.take(row, ask)
            self._choice.touch(row)
            self._turns.charge(tenant, ask, 1)
            if self._kept is not None:
                self._kept.took(demand)
            claim, offer = Claim(demand, ask), holder.offers[row]
            self._publish(offer.claim(now, claim, self.policy.claim_lease_us))
            return offer, claim
        return None

    def _willing(self, demand: Demand) -> int:
        """The best row that its tenant would take, or ABSENT."""
        row = self._choice.best(demand.shape)
        if row < 0 or self.admission is None or not self.admission(demand, self._node_in[row]):
            return row
        offered = self._holder_of(demand).offers
        scores = [(self._choice.score(demand.shape, one), one) for one in offered]
        for score, one in sorted(scores):
            if score != ABSENT and not self.admission(demand, self._node_in[one]):
                return one
        return ABSENT

    def _commit(self, now: int, holder: Holder, batch: Batch) -> tuple[int, int]:
        standing = [(offer, claim) for offer, claim in batch.claims if not offer.ended and claim in offer.claims]
        whole = len(standing) == len(batch.claims) or not self.coordination.gang
        for offer in dict.fromkeys(offer for offer, _ in standing):
            row = offer.node.row
            if not whole:
                self._give_up(now, holder, offer, "gang", 0)
            elif self.truth.epoch[row] != offer.epoch or self.truth.state[row] != READY:
                self._give_up(now, holder, offer, "stale-epoch", 0)
            else:
                self._accept(now, holder, offer)
        for offer in [one for one in holder.offers.values() if one.state == "CLAIMED" and not one.claims]:
            self._give_up(now, holder, offer, "job-withdrawn", 0)
        if not any(head is not None for head in holder.queue.heads):
            self._decline_all(now, holder)
        return sum(offer.state == "ACCEPTED" for offer, _ in standing), 0

    def _accept(self, now: int, holder: Holder, offer: NodeOffer) -> None:
        made = [Assignment(self._assignment_ids(), offer.node, one.demand, one.resources) for one in offer.claims]
        rest = offer.resources - offer.used()
        self._let_go_of(holder, offer)
        self._charge(holder, rest, -1)
        self.truth.give(offer.node.row, rest)
        self._publish(offer.spend(now, [one.id for one in made]))
        for one in made:
            self.assignments[one.id] = one
            one.demand.stage = PLACED
            self._publish(one.accept(now))
        self._gained(offer.node.row, more=False)

    # --- how offers end ------------------------------------------------------------------------------------------

    def _decline_all(self, now: int, holder: Holder) -> None:
        """It has no use for what it holds, and is not offered it again before its refusals end."""
        for offer in [one for one in holder.offers.values() if not one.claims]:
            self._give_up(now, holder, offer, NO_USE, self._window_us())

    def _give_up(self, now: int, holder: Holder, offer: NodeOffer, reason: str, window_us: int) -> None:
        if window_us:
            holder.refused[offer.node.row] = now + window_us
        if offer.state == "OPEN":
            self._publish(offer.decline(now, reason, now + window_us))
        else:
            self._publish(offer.reject(now, reason))
        self._give_back(now, holder, offer)

    def expire_node_offer(self, now: int, offer: NodeOffer) -> None:
        """Its time, or its claims', is up. One that has ended, or whose time has not come, is left alone.

        Whoever let it pass is not offered the node again at once: so others have their turn, however small its share.
        """
        if not offer.ended and now >= offer.expires_at_us:
            holder = self.holders[offer.desk]
            holder.refused[offer.node.row] = now + self._window_us()
            self._publish(offer.expire(now))
            self._give_back(now, holder, offer)

    def _window_us(self) -> int:
        return max(self.policy.decline_window_us, 1)

    def _rescind_offers(self, now: int, node: Node, reason: str) -> None:
        super()._rescind_offers(now, node, reason)
        for offer in [one for one in self.node_offers.values() if one.node is node]:
            self._publish(offer.rescind(now, reason))
            self._give_back(now, self.holders[offer.desk], offer)

    def _give_back(self, now: int, holder: Holder, offer: NodeOffer) -> None:
        """An offer has ended unused: its capacity is free, and the jobs on it wait again."""
        self._let_go_of(holder, offer)
        self._charge(holder, offer.resources, -1)
        self.truth.give(offer.node.row, offer.resources)
        for claim in offer.claims:
            demand = claim.demand
            demand.stage = WAITING
            holder.turns.charge(demand.tenant, claim.resources, -1)
            if isinstance(holder.turns, KeptTurns):
                holder.turns.returned(demand)
            holder.queue.push(demand)
            holder.turns.refresh(demand.tenant)
        self._gained(offer.node.row, more=False)

    def _let_go_of(self, holder: Holder, offer: NodeOffer) -> None:
        row = offer.node.row
        del self.node_offers[offer.id], holder.offers[row]
        hide(holder.ledger, row)
        holder.choice.touch(row)

    # --- what else may happen meanwhile --------------------------------------------------------------------------

    def submit(
        self, now: int, job: JobId, attempt: int, tenant: str, label: str, resources: Resources,
        runs_on: tuple[str, ...], estimate_us: int, requirements: Requirements = NONE, pipeline: int = 0,
    ) -> None:  # fmt: skip
        super().submit(now, job, attempt, tenant, label, resources, runs_on, estimate_us, requirements, pipeline)
        holder, demand = self.holders[self.desk_of[self._number[tenant]]], self._demands.get(job)
        if demand is not None and demand.shape not in holder.queue.parked:
            holder.refused.clear()  # for such a job it has refused nothing

    def withdraw(self, now: int, job: JobId) -> None:
        demand = self._demands.get(job)
        if demand is None or demand.stage != OFFERED:
            super().withdraw(now, job)
            return
        del self._demands[job]
        holder = self._holder_of(demand)
        for offer in holder.offers.values():
            for claim in [one for one in offer.claims if one.demand is demand]:
                offer.claims.remove(claim)
                holder.turns.charge(demand.tenant, claim.resources, -1)
                holder.ledger.give(offer.node.row, claim.resources)
                holder.choice.touch(offer.node.row)

    def revive(self, now: int) -> None:
        super().revive(now)
        for holder in self.holders:
            over = [row for row, until in holder.refused.items() if until <= now]
            for row in over:
                del holder.refused[row]
            if over and holder.waits():
                self._on_runnable()

    def _end_assignment(self, now: int, assignment: Assignment) -> None:
        self._charge(self._holder_of(assignment.demand), assignment.resources, -1)
        super()._end_assignment(now, assignment)

    def _charge(self, holder: Holder, amount: Resources, sign: int) -> None:
        account = holder.account
        account.cpu_millis += sign * amount.cpu_millis
        account.memory_mib += sign * amount.memory_mib
        account.disk_mib += sign * amount.disk_mib
        account.gpu_millis += sign * amount.gpu_millis
