"""The commands about machines: what happens to each, and how many of a pool there are to be."""

from collections.abc import Mapping, Sequence

from domain.contracts.workers import (
    MachineFailed,
    MachineLeaving,
    MachineReady,
    MachineRecovered,
    MachineReturned,
    MachineSpent,
)
from domain.shared.events import Publish
from domain.shared.ids import NodeId
from domain.shared.requirements import Requirements
from domain.shared.resources import Resources
from domain.workers.endpoint import EndpointRules
from domain.workers.machine import NOT_IDLE
from domain.workers.machine import Machine as Machine
from domain.workers.orders import Orders
from domain.workers.providers import PoolSpec, Provider
from domain.workers.scaling import UnmetDemand, machines_to_order
from domain.workers.targets import Load


class Machines(Orders):
    """Keeps every machine between order and return."""

    def __init__(
        self,
        pools: Sequence[PoolSpec],
        providers: Sequence[Provider],
        publish: Publish,
        endpoints: Mapping[str, EndpointRules] | None = None,
    ) -> None:
        super().__init__(pools, providers, publish, endpoints)
        self._following = [pool for pool in self.elastic if pool.scaling.kind == "demand"]
        self._with_spares = [pool for pool in self.elastic if pool.scaling.spare]
        self._hosts_of: dict[tuple[Resources, tuple[str, ...], Requirements], list[tuple[PoolSpec, int]]] = {}

    # --- what happens to a machine -------------------------------------------------------------------------------

    def booted(self, now: int, id: NodeId) -> None:
        """The machine registered: it is ready, and idle from now on. Late and doubled news is ignored."""
        machine = self.live.get(id)
        if machine is None or machine.ready or machine.down:
            return
        machine.ready = True
        self._idle(now, machine)
        self.booting[machine.pool.name] -= 1
        self.ready[machine.pool.name] += 1
        self._publish(MachineReady(now, id, machine.pool.name))

    def failed(self, now: int, id: NodeId, cause: str, comes_back: bool = False) -> None:
        """The machine died, was taken away or never came; one that comes back keeps its place in the pool.

        A machine for one job that has had its job never comes back.
        """
        machine = self.live.get(id)
        if machine is None or machine.down or (comes_back and not machine.ready):
            return
        comes_back = comes_back and (machine.up or not machine.pool.one_job)
        self._busy(now, machine)
        machine.up, machine.down = False, True
        self._publish(MachineFailed(now, id, machine.pool.name, cause, int(comes_back), machine.next_turn()))

    def leaving(self, now: int, id: NodeId, cause: str, gone_at_us: int, comes_back: bool = False) -> None:
        """Notice that the machine will be gone: it takes no new work."""
        machine = self.live.get(id)
        if machine is None or not machine.ready or not machine.up:
            return
        self._busy(now, machine)
        machine.up = False
        self._publish(
            MachineLeaving(now, id, machine.pool.name, cause, gone_at_us, int(comes_back), machine.next_turn())
        )

    def recovered(self, now: int, id: NodeId) -> None:
        """A machine that was down, or kept from work, is back."""
        machine = self.live.get(id)
        if machine is None or machine.up or not machine.ready:
            return
        machine.up, machine.down = True, False
        if not machine.jobs:
            self._idle(now, machine)
        self._publish(MachineRecovered(now, id, machine.pool.name, machine.next_turn()))

    def returned(self, now: int, id: NodeId) -> None:
        """The machine is given back, once."""
        machine = self.live.pop(id, None)
        if machine is None:
            return
        self._busy(now, machine)
        machine.up = False
        counts = self.ready if machine.ready else self.booting
        counts[machine.pool.name] -= 1
        self.lifecycle.stop(now, machine.pool.name)
        self.providers[machine.pool.provider].give_back()
        self._publish(MachineReturned(now, id, machine.pool.name))

    def took_job(self, now: int, id: NodeId) -> None:
        machine = self.live[id]
        machine.jobs += 1
        if machine.idle_since_us != NOT_IDLE:
            self._busy(now, machine)
        if machine.pool.one_job:
            self.leaving(now, id, "one-job", 0)

    def lost_job(self, now: int, id: NodeId) -> None:
        """A job left the machine, which may already have gone."""
        machine = self.live.get(id)
        if machine is not None:
            machine.jobs -= 1
            if machine.jobs or machine.down:
                return
            if machine.up:
                self._idle(now, machine)
            elif machine.pool.one_job:
                self._publish(MachineSpent(now, id, machine.pool.name))

    def _idle(self, now: int, machine: Machine) -> None:
        machine.idle_since_us = now
        machine.book.idle += 1

    def _busy(self, now: int, machine: Machine) -> None:
        """It is idle no longer, if it was."""
        if machine.idle_since_us != NOT_IDLE:
            book = machine.book
            book.idle -= 1
            book.idle_us += now - machine.idle_since_us
            machine.idle_since_us = NOT_IDLE

    # --- how many there are to be --------------------------------------------------------------------------------

    def may_return(self, machine: Machine, now: int = 0) -> bool:
        """Whether a machine may go: it is idle, and its pool has more than its least and more idle than it keeps."""
        pool, book = machine.pool, machine.book
        if machine.idle_since_us == NOT_IDLE or self.ready[pool.name] <= book.floor:
            return False
        return book.idle > pool.scaling.spare_at(now)

    def follow(self, now: int, unmet: Sequence[UnmetDemand], seen: Mapping[str, int] | None = None) -> None:
        """Order what unmet demand, minimum and spares ask for, as far as pools and providers allow.

        Demand that was seen some time ago comes with what `mark` said then: machines ordered since are not ordered
        again, whether they still boot or are ready by now.
        """
        coming, ready = self.booting, self.ready
        if seen is not None:
            coming = {name: book.ordered - seen[name] for name, book in self.books.items()}
            ready = {name: max(count + self.booting[name] - coming[name], 0) for name, count in ready.items()}
        quota_left = {name: self._orders_left(now, one) for name, one in self.providers.items()}
        wanted = machines_to_order(unmet, self._hosts, ready, coming, quota_left)
        for name, count in wanted.items():
            self._order(now, name, count)
        for pool in self._with_spares:
            waiting = sum(one.jobs for one in unmet if any(host is pool for host, _ in self._hosts(one)))
            spare = self.books[pool.name].idle + max(self.booting[pool.name] - waiting, 0)
            self._order(now, pool.name, pool.scaling.spare_at(now) - spare)
        for name, book in self.books.items():
            self._order(now, name, book.floor - self.ready[name] - self.booting[name])

    def mark(self) -> dict[str, int]:
        """Per pool: of all machines ever ordered, how many are not on order any more."""
        return {name: book.ordered - self.booting[name] for name, book in self.books.items()}

    def steer(self, now: int, pool_name: str, target: int) -> list[Machine]:
        """Let the pool have `target` machines: order what is missing, or say which machines are to go.

        What is booting counts as there. None go before the cool-down after the last order is over; those without jobs
        go first, longest idle first, and those with jobs only where the pool's rules allow to kill them.
        """
        pool, book = self.pools[pool_name], self.books[pool_name]
        most = target if pool.max_machines is None else min(target, pool.max_machines)
        book.floor = max(most, pool.min_machines)
        have = self.ready[pool_name] + self.booting[pool_name]
        if book.floor >= have:
            before = book.ordered
            self._order(now, pool_name, book.floor - have)
            book.grew_at_us = now if book.ordered > before else book.grew_at_us
            return []
        if now - book.grew_at_us < pool.scaling.cool_down_us:
            return []
        mine = [one for one in self.live.values() if one.pool is pool and one.ready and one.up]
        idle = sorted((one for one in mine if not one.jobs), key=lambda one: (one.idle_since_us, one.id))
        busy = [one for one in reversed(mine) if one.jobs] if pool.scaling.kills_busy else []
        keep = pool.scaling.spare_at(now)
        return [*idle[: max(len(idle) - keep, 0)], *busy][: min(have - book.floor, self.ready[pool_name])]

    def load(self, now: int, pool_name: str, waiting: int, cpu_used: int) -> Load:
        """What is to be seen of a pool now."""
        pool = self.pools[pool_name]
        running = sum(one.jobs for one in self.live.values() if one.pool is pool)
        ready = self.ready[pool_name]
        total = ready * pool.capacity.cpu_millis
        return Load(now, ready, self.booting[pool_name], waiting, running, cpu_used, total)

    def waiting_by_pool(self, unmet: Sequence[UnmetDemand]) -> dict[str, int]:
        """Jobs that wait, each counted for the first elastic pool that could host it."""
        found = dict.fromkeys(self.pools, 0)
        for one in unmet:
            for pool in self.elastic:
                if pool.jobs_per_machine(one.resources, one.runs_on, one.requirements):
                    found[pool.name] += one.jobs
                    break
        return found

    def _orders_left(self, now: int, provider: Provider) -> int | None:
        endpoint = self.endpoints[provider.name]
        return 0 if endpoint.state == "OPEN" and now < endpoint.retry_at_us else provider.quota_left

    def _hosts(self, demand: UnmetDemand) -> list[tuple[PoolSpec, int]]:
        """The pools that follow demand whose machines can take a shape, with how many of it one takes."""
        key = (demand.resources, demand.runs_on, demand.requirements)
        found = self._hosts_of.get(key)
        if found is None:
            each = ((pool, pool.jobs_per_machine(*key)) for pool in self._following)
            found = self._hosts_of[key] = [(pool, count) for pool, count in each if count]
        return found
