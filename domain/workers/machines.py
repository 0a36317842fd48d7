"""The commands about machines: order them as demand asks, and give back those that stay idle."""

from collections.abc import Sequence

import msgspec

from domain.contracts.workers import MachineOrdered, MachineReady, MachineReturned
from domain.shared.events import Publish
from domain.shared.ids import NodeId, sequence
from domain.shared.refusals import Refused
from domain.shared.resources import Resources
from domain.workers.providers import PoolSpec, Provider
from domain.workers.scaling import UnmetDemand, machines_to_order

NOT_IDLE = -1


class Machine(msgspec.Struct, eq=False):
    """One machine: its pool, whether it has booted, how many jobs are on it, and since when (µs) there are none."""

    id: NodeId
    pool: PoolSpec
    ready: bool = False
    jobs: int = 0
    idle_since_us: int = NOT_IDLE


class Machines:
    """Keeps every machine between order and return; a pool never has more than its maximum, ordered ones counted."""

    def __init__(self, pools: Sequence[PoolSpec], providers: Sequence[Provider], publish: Publish) -> None:
        self.pools = {pool.name: pool for pool in pools}
        self.elastic = [pool for pool in pools if pool.elastic]
        self.live: dict[NodeId, Machine] = {}
        self.ready = dict.fromkeys(self.pools, 0)
        self.booting = dict.fromkeys(self.pools, 0)
        self._hosts_of: dict[tuple[Resources, tuple[str, ...]], list[tuple[PoolSpec, int]]] = {}
        self._providers = {provider.name: provider for provider in providers}
        self._publish = publish
        self._ids = sequence(NodeId)

    def order(self, now: int, pool_name: str) -> NodeId | Refused:
        """One more machine of the pool; refused at the pool's maximum or by its provider."""
        pool = self.pools[pool_name]
        if pool.max_machines is not None and self.ready[pool_name] + self.booting[pool_name] >= pool.max_machines:
            return Refused("pool-maximum", f"{pool_name} allows {pool.max_machines} machines")
        refused = self._providers[pool.provider].order()
        if refused:
            return refused
        id = self._ids()
        self.live[id] = Machine(id, pool)
        self.booting[pool_name] += 1
        self._publish(MachineOrdered(now, id, pool.provider, pool_name, pool.capacity, pool.labels))
        return id

    def booted(self, now: int, id: NodeId) -> None:
        """The machine registered: it is ready, and idle from now on."""
        machine = self.live[id]
        machine.ready = True
        machine.idle_since_us = now
        self.booting[machine.pool.name] -= 1
        self.ready[machine.pool.name] += 1
        self._publish(MachineReady(now, id, machine.pool.name))

    def returned(self, now: int, id: NodeId) -> None:
        """The machine is given back."""
        machine = self.live.pop(id)
        machine.idle_since_us = NOT_IDLE
        counts = self.ready if machine.ready else self.booting
        counts[machine.pool.name] -= 1
        self._providers[machine.pool.provider].give_back()
        self._publish(MachineReturned(now, id, machine.pool.name))

    def took_job(self, id: NodeId) -> None:
        machine = self.live[id]
        machine.jobs += 1
        machine.idle_since_us = NOT_IDLE

    def lost_job(self, now: int, id: NodeId) -> None:
        """A job left the machine, which may already have gone."""
        machine = self.live.get(id)
        if machine is not None:
            machine.jobs -= 1
            if not machine.jobs:
                machine.idle_since_us = now

    def may_return(self, machine: Machine) -> bool:
        """Whether a machine may go: it is idle and its pool has more than its minimum."""
        return machine.idle_since_us != NOT_IDLE and self.ready[machine.pool.name] > machine.pool.min_machines

    def _hosts(self, demand: UnmetDemand) -> list[tuple[PoolSpec, int]]:
        """The elastic pools whose machines can take a shape, with how many of it one takes."""
        key = (demand.resources, demand.runs_on)
        found = self._hosts_of.get(key)
        if found is None:
            each = ((pool, pool.jobs_per_machine(*key)) for pool in self.elastic)
            found = self._hosts_of[key] = [(pool, count) for pool, count in each if count]
        return found

    def follow(self, now: int, unmet: Sequence[UnmetDemand]) -> None:
        """Order what the unmet demand asks for, as far as pools and providers allow."""
        quota_left = {name: provider.quota_left for name, provider in self._providers.items()}
        for name, count in machines_to_order(unmet, self._hosts, self.ready, self.booting, quota_left).items():
            for _ in range(count):
                self.order(now, name)
