"""Scaling in time: when pools look at their load, how old their counts are, and when a failed order is tried again."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from domain.contracts.workers import MachineReturned, OrderFailed, ProviderChanged
from domain.scheduling.scheduler import Scheduler
from domain.shared.events import Translation
from domain.workers.machines import Machines
from domain.workers.scaling import UnmetDemand
from domain.workers.targets import TARGETS, Load
from sim.engine import Call
from sim.processes.pulse import Pulse

Unmet = Callable[[], list[UnmetDemand]]


class Look(NamedTuple):
    """How often something looks at the load, and how old its counts are when it acts (µs)."""

    every_us: int
    lag_us: int


class Scaler:
    """Follows demand after every round, or looks at it and at each steered pool now and then.

    `looks` has the pools that look now and then; `DEMAND` stands for all that follow demand together.
    """

    DEMAND = ""

    def __init__(
        self,
        pulse: Pulse,
        machines: Machines,
        scheduler: Scheduler,
        unmet: Unmet,
        wake: Callable[[], None],
        looks: Mapping[str, Look],
    ) -> None:
        self._pulse, self._machines, self._scheduler = pulse, machines, scheduler
        self._unmet, self._wake, self._looks = unmet, wake, looks
        self._at_once = self.DEMAND not in looks
        self._spares = any(pool.scaling.spare for pool in machines.elastic)
        self._missing = False  # machines that should always be there are not
        for pool, look in looks.items():
            pulse.after(look.every_us, self._look, pool)

    def after_round(self) -> None:
        """What the core calls behind every round of offers."""
        if self._scheduler.queue.parked or self._missing or self._spares:
            self._missing = False
            self._machines.follow(self._pulse.engine.now, self._unmet() if self._at_once else ())

    def subscriptions(self) -> Translation:
        return {
            OrderFailed: self._order_failed,
            ProviderChanged: lambda event: self._again(None),
            MachineReturned: self._returned,
        }

    # --- looking now and then ------------------------------------------------------------------------------------

    def _look(self, pool: str) -> None:
        now, look = self._pulse.engine.now, self._looks[pool]
        if pool == self.DEMAND:
            seen: Any = (self._unmet(), self._machines.mark())
            act: Call = self._follow
        else:
            seen, act = (pool, self._load(now, pool)), self._steer
        if look.lag_us:
            self._pulse.engine.after(look.lag_us, act, seen)
        else:
            act(seen)
        self._pulse.after(look.every_us, self._look, pool)

    def _load(self, now: int, pool: str) -> Load:
        waiting = self._machines.waiting_by_pool(self._unmet())[pool]
        used = sum(
            one.resources.cpu_millis for one in self._scheduler.assignments.values() if one.node.pool == pool
        )  # fmt: skip
        return self._machines.load(now, pool, waiting, used)

    def _follow(self, seen: tuple[Sequence[UnmetDemand], Mapping[str, int]]) -> None:
        self._machines.follow(self._pulse.engine.now, *seen)

    def _steer(self, seen: tuple[str, Load]) -> None:
        pool, load = seen
        now, machines = self._pulse.engine.now, self._machines
        rules = machines.pools[pool].scaling
        for machine in machines.steer(now, pool, TARGETS[rules.kind](rules, load)):
            if machine.jobs:
                machines.failed(now, machine.id, "scale-down")
            else:
                self._scheduler.retire_node(now, machine.id)

    # --- trying again --------------------------------------------------------------------------------------------

    def _again(self, _: None) -> None:
        self._missing = True
        self._wake()

    def _order_failed(self, event: OrderFailed) -> None:
        self._pulse.engine.after(max(event.retry_at_us - event.at_us, 1), self._again)

    def _returned(self, event: MachineReturned) -> None:
        machines = self._machines
        if machines.ready[event.pool] + machines.booting[event.pool] < machines.books[event.pool].floor:
            self._again(None)


def looks_of(machines: Machines, polls: Mapping[str, Look | None], default_us: int = 15_000_000) -> dict[str, Look]:
    """Which pools look now and then: those that are steered, and all that follow demand where one of them polls."""
    looks: dict[str, Look] = {}
    for pool in machines.elastic:
        look = polls[pool.name]
        if pool.scaling.kind != "demand":
            looks[pool.name] = look or Look(default_us, 0)
        elif look is not None:
            looks[Scaler.DEMAND] = look
    return looks
