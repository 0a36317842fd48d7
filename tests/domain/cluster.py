"""A scheduler with everything around it that a test wants to look at: its events, its wake-ups, short commands."""

from collections.abc import Sequence
from typing import Any

from domain.contracts.scheduling import JobPlaced
from domain.scheduling.index import NodeIndex
from domain.scheduling.offers import Offer
from domain.scheduling.policies import ALLOCATORS, ORDERINGS, PLACEMENTS
from domain.scheduling.scheduler import Scheduler, SchedulingPolicy
from domain.shared.ids import AssignmentId, JobId, NodeId
from domain.shared.requirements import NONE, Requirements
from domain.shared.resources import Resources

TTL_US = 1000


class Cluster:
    """`wakes` counts how often the scheduler said that a round may find something."""

    def __init__(
        self, allocator: str = "drf", ordering: str = "fifo", placement: str = "best-fit",
        tenants: Sequence[tuple[str, int]] = (("a", 1), ("b", 1)), choice: Any = NodeIndex,
        quotas: Any = None, admission: Any = None, **times: int,
    ) -> None:  # fmt: skip
        policy = SchedulingPolicy(ALLOCATORS[allocator], ORDERINGS[ordering], PLACEMENTS[placement], TTL_US, **times)
        self.events: list = []
        self.wakes = 0
        self.scheduler = Scheduler(policy, tenants, self.events.append, self._wake, choice, quotas, admission)

    def _wake(self) -> None:
        self.wakes += 1

    def announce(
        self, node: int, capacity: Resources, *labels: str, attributes: tuple[str, ...] = (),
        taints: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.scheduler.announce_node(0, NodeId(node), "pool", capacity, labels, attributes, taints)

    def node(self, node: int, capacity: Resources, *labels: str, **traits: Any) -> None:
        """A node that is ready."""
        self.announce(node, capacity, *labels, **traits)
        self.scheduler.admit_node(0, NodeId(node))

    def submit(
        self, job: int, ask: Resources, tenant: str = "a", runs_on: tuple[str, ...] = (), estimate: int = 0,
        attempt: int = 1, needs: Requirements = NONE, label: str = "label", pipeline: int = 0, now: int = 0,
    ) -> None:  # fmt: skip
        self.scheduler.submit(
            now, JobId(job), attempt, tenant, label, ask, runs_on, estimate, needs, pipeline
        )  # fmt: skip

    def open(self, now: int = 0) -> Offer:
        """The next offer; there is one."""
        offer = self.scheduler.open_offer(now)
        assert offer is not None
        return offer

    def round(self, now: int = 0) -> list[tuple[int, int]]:
        """(job, node) of what one more round places, in order."""
        before = len(self.events)
        self.scheduler.run_round(now)
        return [(event.job, event.node) for event in self.events[before:] if isinstance(event, JobPlaced)]

    def release(self, job: int, now: int = 0) -> None:
        """The job that runs is over."""
        (id,) = (id for id, one in self.scheduler.assignments.items() if one.demand.job == job)
        self.scheduler.release(now, AssignmentId(id))

    def free(self, node: int) -> Resources:
        return self.scheduler.ledger.free(self.scheduler.nodes[NodeId(node)].row)

    def said(self) -> list[str]:
        """The names of all events so far."""
        return [type(event).__name__ for event in self.events]
