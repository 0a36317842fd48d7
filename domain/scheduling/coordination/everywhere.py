"""The desks of all schedulers behind one: to those who ask for a job or a shape, not for a scheduler."""

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from domain.scheduling.demand import Demand, Shape
from domain.scheduling.kinds import NodeKind
from domain.scheduling.queue import DemandQueue, Entry
from domain.scheduling.scan import NodeChoice
from domain.scheduling.turns import Turns
from domain.shared.resources import Resources

Key = TypeVar("Key")
Value = TypeVar("Value")


class Together(Generic[Key, Value]):
    """Several dicts as one; a key that is in several has the value that it has in the first."""

    def __init__(self, dicts: Sequence[dict[Key, Value]]) -> None:
        self._dicts = dicts

    def __iter__(self) -> Iterator[Key]:
        return iter(dict.fromkeys(key for one in self._dicts for key in one))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, key: object) -> bool:
        return any(key in one for one in self._dicts)

    def __getitem__(self, key: Key) -> Value:
        return next(one[key] for one in self._dicts if key in one)

    def __delitem__(self, key: Key) -> None:
        self.pop(key, None)

    def get(self, key: Key, default: Value | None = None) -> Value | None:
        return next((one[key] for one in self._dicts if key in one), default)

    def items(self) -> list[tuple[Key, Value]]:
        return [(key, self[key]) for key in self]

    def pop(self, key: Key, default: Value | None = None) -> Value | None:
        for one in self._dicts:
            default = one.pop(key, default)
        return default


class Counts:
    """Jobs per shape, of the schedulers with which the shape is parked, or of all where it is with none."""

    def __init__(self, queues: Sequence[DemandQueue]) -> None:
        self._queues = queues

    def __getitem__(self, shape: int) -> int:
        parked = [queue for queue in self._queues if shape in queue.parked]
        return sum(queue.waiting[shape] for queue in parked or self._queues)


class EveryQueue:
    """All queues: every job waits in that of the scheduler that decides on its tenant."""

    def __init__(self, queues: Sequence[DemandQueue], desk_of: Sequence[int]) -> None:
        self._queues = queues
        self._of = [queues[desk] for desk in desk_of]
        self.parked = Together([queue.parked for queue in queues])
        self.held = Together([queue.held for queue in queues])
        self.waiting = Counts(queues)

    @property
    def heads(self) -> list[Entry | None]:
        return [queue.heads[tenant] for tenant, queue in enumerate(self._of)]

    def add_shape(self) -> None:
        for queue in self._queues:
            queue.add_shape()

    def push(self, demand: Demand) -> None:
        self._of[demand.tenant].push(demand)

    def take(self, tenant: int) -> Demand:
        return self._of[tenant].take(tenant)

    def withdraw(self, demand: Demand) -> None:
        self._of[demand.tenant].withdraw(demand)

    def wake(self, shape: int) -> list[int]:
        return [tenant for queue in self._queues if shape in queue.parked for tenant in queue.wake(shape)]

    def hold(self, tenant: int, shape: int, reason: str) -> None:
        self._of[tenant].hold(tenant, shape, reason)

    def let_go(self, tenant: int, shape: int) -> None:
        self._of[tenant].let_go(tenant, shape)

    def tenants_of(self, shape: int) -> list[int]:
        return sorted(tenant for queue in self._queues for tenant in queue.tenants_of(shape))

    def waits(self, tenant: int, shape: int) -> bool:
        return self._of[tenant].waits(tenant, shape)

    def of(self, tenant: int, shape: int) -> list[Demand]:
        return self._of[tenant].of(tenant, shape)


class EveryTurn:
    """All books of whose turn it is: every tenant's account is with its scheduler."""

    def __init__(self, turns: Sequence[Turns], desk_of: Sequence[int]) -> None:
        self._turns = turns
        self._of = [turns[desk] for desk in desk_of]
        self.total = (0, 0, 0, 0)  # of the fleet

    def charge(self, tenant: int, ask: Resources, sign: int) -> None:
        self._of[tenant].charge(tenant, ask, sign)

    def refresh(self, tenant: int) -> None:
        self._of[tenant].refresh(tenant)

    def recount(self, capacity: Resources, sign: int) -> None:
        pairs = zip(self.total, capacity.as_tuple(), strict=True)
        cpu, memory, disk, gpu = (have + sign * more for have, more in pairs)
        self.total = (cpu, memory, disk, gpu)
        for turns in self._turns:
            turns.recount(capacity, sign)


class EveryChoice:
    """What is true of the nodes, by a scan; news of a row goes to the schedulers as the model says."""

    def __init__(
        self, truth: NodeChoice, views: Sequence[NodeChoice],
        described: Callable[[int, NodeKind], None], touched: Callable[[int], None],
    ) -> None:  # fmt: skip
        self._truth = truth
        self._views = views
        self._described = described
        self.touch = touched
        self.best, self.fits, self.score = truth.best, truth.fits, truth.score

    @property
    def scores(self) -> int:
        """How often nodes were scored, by whomever."""
        return self._truth.scores + sum(view.scores for view in self._views)

    def add_shape(self, shape: Shape) -> None:
        for choice in (self._truth, *self._views):
            choice.add_shape(shape)

    def describe(self, row: int, kind: NodeKind) -> None:
        self._truth.describe(row, kind)
        self._described(row, kind)
