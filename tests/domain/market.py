"""Tenants who compete for one fleet that is always full: what each gets under an allocator, place by place."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from domain.scheduling.policies import ALLOCATORS, ORDERINGS, PLACEMENTS, Standing
from domain.scheduling.scheduler import Scheduler, SchedulingPolicy
from domain.shared.ids import JobId, NodeId
from domain.shared.requirements import NONE, Requirements
from domain.shared.resources import Resources


class Market:
    """A scheduler with one node, and short commands; `now` moves by a second with every job."""

    def __init__(
        self, allocator: str, capacity: Resources, tenants: Sequence[tuple[str, int]],
        standing: Mapping[str, Standing] | None = None, ordering: Any = None, **options: Any,
    ) -> None:  # fmt: skip
        policy = SchedulingPolicy(
            ALLOCATORS[allocator], ordering or ORDERINGS["fifo"], PLACEMENTS["best-fit"], 1 << 40,
            standing=standing or {}, ageing_us=options.pop("ageing_us", 0), draws=options.pop("draws", None),
        )  # fmt: skip
        self.scheduler = Scheduler(policy, tenants, lambda event: None, lambda: None, **options)
        self.scheduler.announce_node(0, NodeId(1), "pool", capacity, ())
        self.scheduler.admit_node(0, NodeId(1))
        self.names = [name for name, _ in tenants]
        self.jobs = 0
        self.now = 0

    def want(self, tenant: str, ask: Resources, times: int = 1, estimate_s: int = 0, priority: int = 0) -> None:
        needs = Requirements(priority=priority) if priority else NONE
        for _ in range(times):
            self.jobs += 1
            self.scheduler.submit(
                self.now, JobId(self.jobs), 1, tenant, tenant, ask, (), estimate_s * 1_000_000, needs
            )  # fmt: skip

    def place(self) -> list[str]:
        """Whose jobs one round places, in order."""
        before = max(self.scheduler.assignments, default=0)
        self.now += 1_000_000
        self.scheduler.run_round(self.now)
        placed = (one for id, one in self.scheduler.assignments.items() if id > before)
        return [self.names[one.demand.tenant] for one in placed]

    def end(self, tenant: str | None = None) -> None:
        """The oldest job that runs, of this tenant or anybody, is over."""
        running = self.scheduler.assignments.items()
        self.scheduler.release(
            self.now, next(id for id, one in running if tenant in (None, self.names[one.demand.tenant]))
        )

    def running(self) -> Counter[str]:
        return Counter(self.names[one.demand.tenant] for one in self.scheduler.assignments.values())
