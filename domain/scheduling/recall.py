"""Taking capacity back: inverse offers to those who hold it, and the guarantees of tenants for whom it is wanted."""

from collections.abc import Sequence

from domain.scheduling.constraints import hosts
from domain.scheduling.demand import Demand
from domain.scheduling.inverse import NOBODY, InverseOffer
from domain.scheduling.ledger import READY
from domain.scheduling.nodes import Node
from domain.scheduling.offers import Assignment
from domain.scheduling.quotas import NOTHING, QuotaLedger, one_job, within
from domain.scheduling.ranking import ABSENT
from domain.scheduling.reclaim import borrowed_work, victims
from domain.scheduling.tenure import Tenure
from domain.shared.ids import InverseOfferId

RECLAIM = "quota-reclaim"
PREEMPTOR = -2
"""Who asks on behalf of a job of higher priority, and not of a tenant's guarantee."""


class Recall(Tenure):
    """Asks tenants for capacity back. What a tenant answers is decided here, by what it has at stake.

    Interruptible work makes way for a drain at once; work within its tenant's guarantee does not, until the deadline;
    everything else is left to end by itself before that.
    """

    def inverse_due(self, now: int, id: InverseOfferId) -> None:
        """The deadline of an inverse offer has come. One that is settled, or not yet due, is left alone."""
        inverse = self.inverse_offers.get(id)
        if inverse is None or now < inverse.deadline_us:
            return
        if inverse.state == "OPEN":
            self._publish(inverse.expire(now))
        self._clear(now, inverse)

    def _ask_back(
        self, now: int, node: Node, work: Sequence[Assignment], reason: str, deadline_us: int,
        claimant: int = NOBODY, reclaim: int = 0,
    ) -> None:  # fmt: skip
        """One inverse offer to each tenant that has some of this work."""
        by_tenant: dict[int, list[Assignment]] = {}
        for one in work:
            by_tenant.setdefault(one.demand.tenant, []).append(one)
        for tenant, own in by_tenant.items():
            inverse = InverseOffer(
                self._inverse_offer_ids(), node, tenant, own, reason, deadline_us, claimant, reclaim=reclaim
            )
            self.inverse_offers[inverse.id] = inverse
            self._publish(inverse.opened(now, self.names[tenant]))
            self._answer(now, inverse)

    def _answer(self, now: int, inverse: InverseOffer) -> None:
        willing = inverse.claimant == NOBODY and all(one.demand.requirements.interruptible for one in inverse.work)
        if willing or inverse.deadline_us <= now:
            self._publish(inverse.accept(now))
            self._clear(now, inverse)
        elif inverse.claimant == NOBODY and self._at_home(inverse.tenant):
            self._publish(inverse.decline(now, "within-guarantee"))

    def _at_home(self, tenant: int) -> bool:
        """Whether all that the tenant holds is guaranteed to it."""
        quotas = self.quotas
        return (
            quotas is not None
            and any(quotas.quotas[tenant].guarantee)
            and within(quotas.held[tenant], NOTHING, quotas.quotas[tenant].guarantee)
        )

    def _clear(self, now: int, inverse: InverseOffer) -> None:
        """What it asked for goes now."""
        self.inverse_offers.pop(inverse.id, None)
        for one in tuple(inverse.work):
            if inverse.claimant >= 0 and self.quotas is not None:
                self.quotas.reclaimed[one.demand.tenant] += 1
            self._revoke(now, one, inverse.reason)

    def _rescind_inverse(self, now: int, node: Node, reason: str) -> None:
        """The node is lost, or stays: there is nothing to ask for."""
        for inverse in [one for one in self.inverse_offers.values() if one.node is node]:
            del self.inverse_offers[inverse.id]
            if not inverse.ended:
                self._publish(inverse.rescind(now, reason))

    # --- guarantees ----------------------------------------------------------------------------------------------

    def _reclaim(self, now: int, quotas: QuotaLedger) -> None:
        """After a round: for what a guarantee covers and no node takes, take back what others have borrowed.

        Whatever could be placed has been: a debt of earlier rounds is what is still on its way, and no more.
        """
        for tenant in quotas.lenders:
            reclaims = list(dict.fromkeys(
                one.reclaim for one in self.inverse_offers.values() if one.claimant == tenant
            ))  # fmt: skip
            covered = self._covered(tenant, quotas)
            coming = min(len(reclaims), len(covered))
            for reclaim in reclaims[coming:]:
                self._let_be(now, reclaim)
            for shape, demand in covered[coming:]:
                if not self._take_back(now, tenant, shape, demand, quotas):
                    break
                coming += 1
            quotas.owe(tenant, coming)
        self._recheck_quotas()

    def _let_be(self, now: int, reclaim: int) -> None:
        """The job for which this was to make room has found some elsewhere, or left."""
        for inverse in [one for one in self.inverse_offers.values() if one.reclaim == reclaim]:
            del self.inverse_offers[inverse.id]
            self._publish(inverse.rescind(now, "not-needed"))

    def _covered(self, tenant: int, quotas: QuotaLedger) -> list[tuple[int, Demand]]:
        """What the tenant waits for that fits nowhere, as far as its guarantee goes."""
        held, guarantee = list(quotas.held[tenant]), quotas.quotas[tenant].guarantee
        found: list[tuple[int, Demand]] = []
        for shape in self.queue.parked:
            want = one_job(self.shapes[shape].resources)
            for demand in self.queue.of(tenant, shape):
                if not within(held, want, guarantee):
                    break
                held = [have + more for have, more in zip(held, want, strict=True)]
                found.append((shape, demand))
        return found

    def _take_back(self, now: int, tenant: int, shape: int, demand: Demand, quotas: QuotaLedger) -> bool:
        """Ask for what makes room for one demand, on the node where the fewest have to go; ties by row."""
        one = self.shapes[shape]
        leaving = [work for inverse in self.inverse_offers.values() for work in inverse.work]
        on_row: dict[int, list[Assignment]] = {}
        for assignment in self.assignments.values():
            on_row.setdefault(assignment.node.row, []).append(assignment)
        best: tuple[int, int] = (ABSENT, ABSENT)
        chosen: list[Assignment] = []
        for row, work in on_row.items():
            if self.ledger.state[row] != READY or not hosts(one, self._node_in[row].kind):
                continue
            if self.dynamic is not None and self.dynamic.refusal(one, demand, row):
                continue
            found = victims(self.ledger.free(row), one.resources, borrowed_work(work, tenant, quotas, leaving))
            if found and (not chosen or (len(found), row) < best):
                best, chosen = (len(found), row), found
        if not chosen:
            return False
        deadline_us = now + self.policy.reclaim_grace_us
        self._ask_back(now, self._node_in[best[1]], chosen, RECLAIM, deadline_us, tenant, self._reclaims())
        return True
