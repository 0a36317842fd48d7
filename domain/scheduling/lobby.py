"""The lobby: shapes that wait for room, for a quota or for a refusal to end, and what wakes them."""

from collections.abc import Sequence

from domain.contracts.scheduling import QuotaFreed, QuotaReached
from domain.scheduling.board import DECLINED, Board
from domain.scheduling.demand import Demand
from domain.scheduling.dynamic import is_dynamic
from domain.scheduling.offers import Offer


class Lobby(Board):
    """A shape is parked when no node takes it, for whomever; held when it is a matter of one tenant."""

    def _park(self, shape: int, demand: Demand) -> None:
        self.work["parked"] += 1
        if self.dynamic is not None and is_dynamic(demand.requirements):
            self.dynamic.parked(shape, demand)
        for tenant in self.queue.park(shape):
            self._turns.refresh(tenant)

    def _gained(self, row: int, more: bool = True) -> None:
        """A row has more to give than before, as the choice knows: wake the parked shapes that now fit, no others."""
        if self.windows or self.queue.held:
            self._reopen(row, more)
        if self.queue.parked:
            self._wake([shape for shape in self.queue.parked if self._choice.fits(shape, row)])

    def _wake(self, shapes: Sequence[int]) -> None:
        for shape in shapes:
            self.work["woken"] += 1
            if self.dynamic is not None:
                self.dynamic.forget(shape)
            for tenant in self.queue.wake(shape):
                self._turns.refresh(tenant)
        if shapes:
            self._on_runnable()

    def _nodes_changed(self) -> None:
        """A node came, went or changed: rules that count places may answer otherwise."""
        if self.dynamic is not None and self.queue.parked:
            self._wake([shape for shape in self.queue.parked if is_dynamic(self.shapes[shape].requirements)])

    def _hold(self, now: int, tenant: int, shape: int, reason: str) -> None:
        """Set a shape aside for one tenant until its quota allows it, or its refusals end."""
        self.queue.hold(tenant, shape, reason)
        self._turns.refresh(tenant)
        if reason != DECLINED and tenant not in self._at_quota:
            self._at_quota[tenant] = None
            self._publish(QuotaReached(now, self.names[tenant], reason))

    def _let_go(self, keys: Sequence[tuple[int, int]]) -> None:
        for tenant, shape in keys:
            self.queue.let_go(tenant, shape)
            self._turns.refresh(tenant)
        if keys:
            self._on_runnable()

    # --- quotas --------------------------------------------------------------------------------------------------

    def quota_turned(self, now: int, tenant: str) -> None:
        """A burst or a cool-down of the tenant may be over. Too early is fine."""
        if self.quotas is not None:
            self.quotas.turn(now, self._number[tenant])
            self._recheck_quotas()

    def _recheck_quotas(self) -> None:
        """Take up again what a quota held and no longer does."""
        quotas, held = self.quotas, self.queue.held
        if quotas is not None and held:
            self._let_go([
                (tenant, shape) for (tenant, shape), reason in held.items()
                if reason != DECLINED and not quotas.refusal(tenant, self.shapes[shape].resources)
            ])  # fmt: skip

    def _quotas_freed(self, now: int) -> None:
        """Say so of tenants that nothing is held of any more; what is held of nobody who waits is let go."""
        for tenant, shape in list(self.queue.held):
            if not self.queue.waits(tenant, shape):
                self.queue.let_go(tenant, shape)
        held = {tenant for (tenant, _), reason in self.queue.held.items() if reason != DECLINED}
        for tenant in [tenant for tenant in self._at_quota if tenant not in held]:
            del self._at_quota[tenant]
            self._publish(QuotaFreed(now, self.names[tenant]))

    # --- refusals ------------------------------------------------------------------------------------------------

    def revive(self, now: int) -> None:
        """Refusal windows that end by now are over. Nothing to do is fine."""
        over = []
        for key, rows in list(self.windows.items()):
            for row in [row for row, until in rows.items() if until <= now]:
                del rows[row]
                over.append(key)
            if not rows:
                del self.windows[key]
        self._let_go([key for key in dict.fromkeys(over) if self.queue.held.get(key) == DECLINED])

    def _refuse(self, now: int, offer: Offer) -> int:
        """The holder does not want the node for such a job until the time that is returned."""
        until = now + max(self.policy.decline_window_us, 1)
        key = (offer.demand.tenant, offer.demand.shape)
        self.windows.setdefault(key, {})[offer.node.row] = until
        return until

    def _reopen(self, row: int, more: bool) -> None:
        """The row has room: who refused it is asked again where it has `more` than it had, others wherever it fits."""
        if more:
            self._end_windows(row)
        self._let_go([
            key for key, reason in self.queue.held.items()
            if reason == DECLINED and row not in self.windows.get(key, ()) and self._choice.fits(key[1], row)
        ])  # fmt: skip

    def _end_windows(self, row: int) -> None:
        """Nobody refuses the row any more: whoever has nothing but refused rows looks again."""
        refusing = [key for key, rows in self.windows.items() if row in rows]
        for key in refusing:
            del self.windows[key][row]
            if not self.windows[key]:
                del self.windows[key]
        self._let_go([key for key in refusing if self.queue.held.get(key) == DECLINED])
