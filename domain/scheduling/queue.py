"""The jobs that wait: per tenant and shape in policy order, with shapes that fit nowhere set aside."""

from heapq import heappop, heappush

from domain.scheduling.demand import WITHDRAWN, Demand
from domain.scheduling.policies import Ordering

Waiting = list[tuple[int, int, Demand]]


class DemandQueue:
    """Heaps of (ordering key, arrival sequence, demand), one per tenant and shape; `heads` has each tenant's next job.

    A parked shape is skipped until it is woken: that no node can take it now is a fact about the shape, not about
    the job, so finding the next job never looks at jobs that cannot start. Withdrawn demands are dropped when met.
    """

    def __init__(self, ordering: Ordering, tenants: int) -> None:
        self.heads: list[Demand | None] = [None] * tenants  # that could start; kept up to date by every method
        self.waiting: list[int] = []  # per shape
        self.parked: dict[int, None] = {}
        self._ordering = ordering
        self._by_tenant: list[dict[int, Waiting]] = [{} for _ in range(tenants)]

    def add_shape(self) -> None:
        self.waiting.append(0)

    def push(self, demand: Demand) -> None:
        tenant, shape = demand.tenant, demand.shape
        key = self._ordering(demand)
        shapes = self._by_tenant[tenant]
        heap = shapes.get(shape)
        if heap is None:
            heap = shapes[shape] = []
        heappush(heap, (key, demand.sequence, demand))
        self.waiting[shape] += 1
        if shape not in self.parked:
            head = self.heads[tenant]
            if head is None or (key, demand.sequence) < (self._ordering(head), head.sequence):
                self.heads[tenant] = demand

    def take(self, tenant: int) -> Demand:
        """Take out the tenant's head."""
        demand = self.heads[tenant]
        assert demand is not None, "a tenant has its turn only while one of its jobs could start"
        shapes = self._by_tenant[tenant]
        heap = shapes[demand.shape]
        heappop(heap)
        if not heap:
            del shapes[demand.shape]
        self.waiting[demand.shape] -= 1
        self._find_head(tenant)
        return demand

    def withdraw(self, demand: Demand) -> None:
        demand.stage = WITHDRAWN
        self.waiting[demand.shape] -= 1
        if self.heads[demand.tenant] is demand:
            self._find_head(demand.tenant)

    def park(self, shape: int) -> list[int]:
        """Set a shape aside; returns the tenants whose head may have changed."""
        self.parked[shape] = None
        return self._find_heads(shape)

    def wake(self, shape: int) -> list[int]:
        """Take a shape up again; returns the tenants whose head may have changed."""
        del self.parked[shape]
        return self._find_heads(shape)

    def _find_heads(self, shape: int) -> list[int]:
        tenants = [tenant for tenant, shapes in enumerate(self._by_tenant) if shape in shapes]
        for tenant in tenants:
            self._find_head(tenant)
        return tenants

    def _find_head(self, tenant: int) -> None:
        best: tuple[int, int, Demand] | None = None
        for shape, heap in self._by_tenant[tenant].items():
            while heap and heap[0][2].stage == WITHDRAWN:
                heappop(heap)
            if heap and shape not in self.parked and (best is None or heap[0] < best):
                best = heap[0]
        self.heads[tenant] = best[2] if best else None
