"""The commands that order machines, over the endpoints of their providers, and keep account of what is on order."""

from collections.abc import Callable, Mapping, Sequence

from domain.contracts.workers import MachineOrdered, OrderFailed, ProviderChanged
from domain.shared.events import Event, Publish
from domain.shared.ids import NodeId, sequence
from domain.shared.refusals import Refused
from domain.workers.endpoint import EndpointRules, ProviderEndpoint
from domain.workers.machine import Book, Machine
from domain.workers.ports import Lifecycle, Obliging, no_jitter
from domain.workers.providers import PoolSpec, Provider


class Orders:
    """A pool never has more than its maximum, ordered ones counted, and a provider gives no more than its quota.

    Orders go through the endpoint of their provider. `lifecycle` is the provider's answer, `jitter` gives thousandths.
    """

    def __init__(
        self,
        pools: Sequence[PoolSpec],
        providers: Sequence[Provider],
        publish: Publish,
        endpoints: Mapping[str, EndpointRules] | None = None,
    ) -> None:
        self.pools = {pool.name: pool for pool in pools}
        self.elastic = [pool for pool in pools if pool.elastic]
        self.live: dict[NodeId, Machine] = {}
        self.ready = dict.fromkeys(self.pools, 0)
        self.booting = dict.fromkeys(self.pools, 0)
        self.books = {pool.name: Book(pool.min_machines, stopped=pool.stopped_machines) for pool in pools}
        self.providers = {provider.name: provider for provider in providers}
        rules = endpoints or {}
        self.endpoints = {
            name: ProviderEndpoint(one.id, name, rules.get(name, EndpointRules()))
            for name, one in self.providers.items()
        }
        self.lifecycle: Lifecycle = Obliging()
        self.jitter: Callable[[], int] = no_jitter
        self._told: dict[str, int] = {}  # provider → the retry that was announced last
        self._publish = publish
        self._ids = sequence(NodeId)

    def order(self, now: int, pool_name: str) -> NodeId | Refused:
        """One more machine of the pool; refused at its maximum, by its provider, or on the way there."""
        pool = self.pools[pool_name]
        if pool.max_machines is not None and self.ready[pool_name] + self.booting[pool_name] >= pool.max_machines:
            return Refused("pool-maximum", f"{pool_name} allows {pool.max_machines} machines")
        provider = self.providers[pool.provider]
        refused = provider.order()
        if refused:
            return refused
        refused = self._call(now, pool)
        if refused:
            provider.give_back()
            return refused
        book = self.books[pool_name]
        id = self._ids()
        zone = pool.zones[book.ordered % len(pool.zones)] if pool.zones else ""
        self.live[id] = Machine(id, pool, book, zone, book.stopped > 0)
        book.stopped -= book.stopped > 0
        self.booting[pool_name] += 1
        attributes = pool.attributes_of(book.ordered)
        book.ordered += 1
        self._publish(
            MachineOrdered(now, id, pool.provider, pool_name, pool.capacity, pool.labels, attributes, pool.taints)
        )
        return id

    def _call(self, now: int, pool: PoolSpec) -> Refused | None:
        """Ask the provider over its endpoint; where that fails, say when another try makes sense."""
        endpoint = self.endpoints[pool.provider]
        self._tell(now, endpoint.half_open(now))
        refused = endpoint.admit(now)
        if refused is None:
            refused = self.lifecycle.start(now, pool.name)
            if refused is None:
                self._tell(now, endpoint.succeeded(now))
                return None
            self._tell(now, endpoint.failed(now, self.jitter()))
        retry_at = endpoint.may_call_at_us(now)
        if self._told.get(pool.provider) != retry_at:
            self._told[pool.provider] = retry_at
            self._publish(OrderFailed(now, pool.provider, pool.name, refused.reason, retry_at))
        return refused

    def _tell(self, now: int, event: Event | None) -> None:
        """What the endpoint said; a provider whose circuit is open is degraded, and is well again when it closes."""
        if event is None:
            return
        self._publish(event)
        provider = self.providers[event.provider]  # type: ignore[attr-defined]
        circuit = self.endpoints[provider.name].state
        if circuit == "OPEN" and provider.state == "ACTIVE":
            self.change_provider(now, provider.name, "degrade", "circuit-open")
        elif circuit == "CLOSED" and provider.state == "DEGRADED":
            self.change_provider(now, provider.name, "recover", "circuit-closed")

    def change_provider(self, now: int, name: str, move: str, reason: str) -> None:
        """degrade, maintain, disable or recover a provider; a move that changes nothing is left out."""
        provider = self.providers[name]
        target = provider.MOVES[provider.state].get(move)
        if target is not None:
            provider.move(move)
            self._publish(ProviderChanged(now, name, provider.state, reason))

    def stand(self, now: int) -> None:
        """The machines that are there from the start: the minimum and the spare ones of every pool."""
        lifecycle, self.lifecycle = self.lifecycle, Obliging()
        endpoints = self.endpoints
        self.endpoints = {name: ProviderEndpoint(one.id, name, EndpointRules()) for name, one in endpoints.items()}
        for pool in self.pools.values():
            for _ in range(pool.min_machines + pool.scaling.spare_at(now)):
                self.order(now, pool.name)
        self.lifecycle, self.endpoints = lifecycle, endpoints

    def restock(self, pool_name: str) -> None:
        """One more prepared machine stands by, up to what the pool keeps."""
        book, pool = self.books[pool_name], self.pools[pool_name]
        book.stopped = min(book.stopped + 1, pool.stopped_machines)

    def _order(self, now: int, pool_name: str, count: int) -> None:
        for _ in range(count):
            if isinstance(self.order(now, pool_name), Refused):
                return
