"""The jobs that wait: per tenant and shape in policy order, with shapes that fit nowhere set aside."""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from operator import itemgetter

from domain.scheduling.demand import WITHDRAWN, Demand
from domain.scheduling.policies import Ordering

Entry = tuple[int, int, Demand]
"""(ordering key, arrival sequence, demand): what heaps and heads hold, compared by the first two."""


class DemandQueue:
    """A heap per tenant and shape; `heads` has each tenant's next job that could start, always up to date.

    A parked shape is skipped until it is woken: that no node can take it now is a fact about the shape, not about
    the job, so finding the next job never looks at jobs that cannot start. A shape may also be `held` for one tenant,
    by its quota or because it declined. Withdrawn demands are dropped when met; no heap is kept empty.
    """

    def __init__(self, ordering: Ordering, tenants: int) -> None:
        self.heads: list[Entry | None] = [None] * tenants
        self.waiting: list[int] = []  # per shape
        self.parked: dict[int, None] = {}
        self.held: dict[tuple[int, int], str] = {}  # (tenant, shape) → why
        self._ordering = ordering
        self._by_tenant: list[dict[int, list[Entry]]] = [{} for _ in range(tenants)]

    def add_shape(self) -> None:
        self.waiting.append(0)

    def push(self, demand: Demand) -> None:
        tenant, shape = demand.tenant, demand.shape
        entry = (self._ordering(demand), demand.sequence, demand)
        heap = self._by_tenant[tenant].get(shape)
        if heap is None:
            heap = self._by_tenant[tenant][shape] = []
        heappush(heap, entry)
        self.waiting[shape] += 1
        if shape not in self.parked and (not self.held or (tenant, shape) not in self.held):
            head = self.heads[tenant]
            if head is None or entry < head:
                self.heads[tenant] = entry

    def take(self, tenant: int) -> Demand:
        """Take out the tenant's head; it has one."""
        _, _, demand = self.heads[tenant]  # type: ignore[misc]
        shapes = self._by_tenant[tenant]
        heap = shapes[demand.shape]
        heappop(heap)
        self.waiting[demand.shape] -= 1
        if not heap:
            del shapes[demand.shape]
        if heap and len(shapes) == 1 and heap[0][2].stage != WITHDRAWN:
            self.heads[tenant] = heap[0]
        elif shapes:
            self._find_head(tenant)
        else:
            self.heads[tenant] = None
        return demand

    def pull(self, demand: Demand) -> None:
        """Take out a demand that waits, wherever it stands."""
        shapes = self._by_tenant[demand.tenant]
        heap = shapes[demand.shape]
        heap.remove(next(entry for entry in heap if entry[2] is demand))
        heapify(heap)
        if not heap:
            del shapes[demand.shape]
        self.waiting[demand.shape] -= 1
        self._find_head(demand.tenant)

    def in_order(self) -> list[Demand]:
        """Everything that waits, over all tenants."""
        entries = [entry for shapes in self._by_tenant for heap in shapes.values() for entry in heap]
        return [entry[2] for entry in sorted(entries, key=itemgetter(0, 1)) if entry[2].stage != WITHDRAWN]

    def withdraw(self, demand: Demand) -> None:
        tenant, shape = demand.tenant, demand.shape
        demand.stage = WITHDRAWN
        self.waiting[shape] -= 1
        head = self.heads[tenant]
        if head is not None and head[2] is demand:
            self._find_head(tenant)
        self._forget_withdrawn(tenant, shape)

    def _forget_withdrawn(self, tenant: int, shape: int) -> None:
        heap = self._by_tenant[tenant].get(shape, [])
        if len(heap) > 2 * self.waiting[shape] + 64:  # most have been withdrawn: forget them together
            heap[:] = [entry for entry in heap if entry[2].stage != WITHDRAWN]
            heapify(heap)
            if not heap:
                del self._by_tenant[tenant][shape]

    def park(self, shape: int) -> list[int]:
        """Set a shape aside; returns the tenants whose head has changed."""
        self.parked[shape] = None
        changed = [tenant for tenant, head in enumerate(self.heads) if head is not None and head[2].shape == shape]
        for tenant in changed:
            self._find_head(tenant)
        return changed

    def wake(self, shape: int) -> list[int]:
        """Take a shape up again; returns the tenants whose head has changed."""
        del self.parked[shape]
        changed = []
        for tenant, shapes in enumerate(self._by_tenant):
            if shape in shapes and (tenant, shape) not in self.held:
                entry, head = self._first(shapes, shape), self.heads[tenant]
                if entry is not None and (head is None or entry < head):
                    self.heads[tenant] = entry
                    changed.append(tenant)
        return changed

    def hold(self, tenant: int, shape: int, reason: str) -> None:
        """Set a shape aside for one tenant."""
        self.held[(tenant, shape)] = reason
        self._find_head(tenant)

    def let_go(self, tenant: int, shape: int) -> None:
        """Take it up again."""
        del self.held[(tenant, shape)]
        self._find_head(tenant)

    def tenants_of(self, shape: int) -> list[int]:
        """Who waits for places of the shape, and perhaps some who did."""
        return [tenant for tenant, shapes in enumerate(self._by_tenant) if shape in shapes]

    def waits(self, tenant: int, shape: int) -> bool:
        """Whether the tenant waits for a place of the shape."""
        return any(entry[2].stage != WITHDRAWN for entry in self._by_tenant[tenant].get(shape, ()))

    def of(self, tenant: int, shape: int) -> list[Demand]:
        """What the tenant waits for of a shape, in order."""
        heap = self._by_tenant[tenant].get(shape, ())
        return [entry[2] for entry in sorted(heap) if entry[2].stage != WITHDRAWN]

    def leading(self, tenant: int, shape: int) -> Iterator[Demand]:
        """The same one by one, at no cost for those that are not asked for."""
        heap = self._by_tenant[tenant].get(shape, ())
        edge = [(heap[0], 0)] if heap else []
        while edge:
            entry, at = heappop(edge)
            for child in range(2 * at + 1, min(2 * at + 3, len(heap))):
                heappush(edge, (heap[child], child))
            if entry[2].stage != WITHDRAWN:
                yield entry[2]

    def idle(self, tenant: int) -> bool:
        """Whether the tenant waits for nothing, not even for what fits nowhere now."""
        return not any(self.waits(tenant, shape) for shape in self._by_tenant[tenant])

    def _find_head(self, tenant: int) -> None:
        shapes, parked, held = self._by_tenant[tenant], self.parked, self.held
        while True:
            firsts = [
                heap[0] for shape, heap in shapes.items()
                if shape not in parked and (not held or (tenant, shape) not in held)
            ]  # fmt: skip
            best = min(firsts, default=None)
            if best is None or best[2].stage != WITHDRAWN:
                break
            self._first(shapes, best[2].shape)  # drops it: only who would be next is looked at
        self.heads[tenant] = best

    @staticmethod
    def _first(shapes: dict[int, list[Entry]], shape: int) -> Entry | None:
        """The first live entry of a shape; a shape that has none left is dropped."""
        heap = shapes[shape]
        while heap and heap[0][2].stage == WITHDRAWN:
            heappop(heap)
        if heap:
            return heap[0]
        del shapes[shape]
        return None
