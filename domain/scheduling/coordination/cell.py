"""A cell: one fleet, one book of what is allocated, and several schedulers, each with a desk of its own."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from domain.contracts.scheduling import BatchDecided
from domain.scheduling.board import Admission, SchedulingPolicy
from domain.scheduling.coordination.everywhere import EveryChoice, EveryQueue, EveryTurn
from domain.scheduling.coordination.holders import Batch, Holder
from domain.scheduling.coordination.models import Coordination
from domain.scheduling.demand import Demand
from domain.scheduling.index import NodeIndex
from domain.scheduling.kinds import NodeKind
from domain.scheduling.ledger import CapacityLedger
from domain.scheduling.offers import Assignment, Offer
from domain.scheduling.policies import Placement, first_fit, is_per_row
from domain.scheduling.queue import DemandQueue
from domain.scheduling.queue_moving import MovingQueue, queue_of
from domain.scheduling.quotas import ResourceQuota
from domain.scheduling.rows import RowChoice
from domain.scheduling.scan import NodeChoice, NodeScan
from domain.scheduling.scheduler import Scheduler
from domain.scheduling.turns import Turns
from domain.scheduling.turntaking.keeping import KeptTurns
from domain.scheduling.turntaking.kinds import turns_of
from domain.shared.events import Publish
from domain.shared.ids import JobId
from domain.shared.refusals import Refused
from domain.shared.requirements import NONE, Requirements
from domain.shared.resources import Resources

Think = Callable[[int, int, Batch], bool]
"""Takes now, a desk and its batch; says whether it has to think about it first, and is told to decide later."""


class Cell(Scheduler):
    """To the outside a Scheduler, whose rules it keeps; inside, its loop runs at the desk of each scheduler in turn.

    At a desk the ledger is what its scheduler sees, and queue, turns and index are its own. Away from all desks the
    ledger is the truth, and queue and turns are those of everybody.
    """

    def __init__(
        self,
        policy: SchedulingPolicy,
        tenants: Sequence[tuple[str, int]],
        publish: Publish,
        on_runnable: Callable[[], None],
        coordination: Coordination,
        choice: Callable[[CapacityLedger, Placement], NodeChoice] = NodeIndex,
        quotas: Mapping[str, ResourceQuota] | None = None,
        admission: Admission | None = None,
    ) -> None:
        super().__init__(policy, tenants, publish, on_runnable, NodeScan, quotas, admission)
        self.coordination = coordination
        self.truth = self.ledger
        self.desk_of = [0] * len(tenants)
        self.holders: list[Holder] = []
        guarantees = [quota.guarantee for quota in self.quotas.quotas] if self.quotas else ()
        self._prepare()
        for number, desk in enumerate(coordination.desks):
            for tenant in desk.tenants:
                self.desk_of[tenant] = number
            ledger = self._view()
            queue = queue_of(policy.ordering, len(tenants))
            turns = turns_of(
                policy.allocator, tenants, queue, policy.standing, policy.ageing_us, guarantees, policy.draws
            )  # fmt: skip
            self.holders.append(Holder(number, desk, ledger, queue, turns, *self._choices(choice, ledger)))
        everything = EveryChoice(
            self._choice, [one.choice for one in self.holders], self._described, self._touched
        )  # fmt: skip
        self._choice = cast("NodeChoice", everything)
        self.queue = cast("DemandQueue", EveryQueue([one.queue for one in self.holders], self.desk_of))
        self.everybody = EveryTurn([one.turns for one in self.holders], self.desk_of)
        self._turns = cast("Turns", self.everybody)
        self._seated: Holder | None = None
        self._kept = self._moving = None  # each scheduler has its own

    def _choices(
        self, choice: Callable[[CapacityLedger, Placement], NodeChoice], ledger: CapacityLedger
    ) -> tuple[NodeChoice, RowChoice | None]:
        """How the scheduler that sees this ledger finds nodes."""
        policy = self.policy
        if self.row_choice is None:
            return choice(ledger, policy.placement), None
        own = choice(ledger, first_fit if is_per_row(policy.placement) else policy.placement)
        return own, RowChoice(policy.placement, policy.sampling, ledger, own, self._node_in)

    @property
    def node_scores(self) -> int:
        """Those of all schedulers."""
        return super().node_scores + sum(one.row_choice.scores for one in self.holders if one.row_choice is not None)

    # --- the loop ------------------------------------------------------------------------------------------------

    def run_round(self, now: int, think: Think = lambda now, desk, batch: False) -> None:
        """Every scheduler that does not think already decides on a batch, in turn, until nobody finds a place."""
        again = True
        while again:
            again = False
            self.work["rounds"] += 1
            self.hand_out(now)
            for holder in self.holders:
                if holder.batch is not None:
                    continue
                batch = holder.batch = self.plan(now, holder)
                if batch is not None and not think(now, holder.number, batch):
                    self.decide(now, holder.number)
                    again = True

    def hand_out(self, now: int) -> None:
        """Give schedulers what they may decide on, where the model has somebody who does."""

    def plan(self, now: int, holder: Holder) -> Batch | None:
        """Claim places for a batch of the scheduler's jobs; None when no place is found for any."""
        self._look_around(now, holder)
        offers: list[Offer] = []
        with self._at(holder):
            while len(offers) < self.coordination.batch and (offer := self.open_offer(now)) is not None:
                offers.append(offer)
        return Batch(offers, holder.looked_at_us) if offers else None

    def decide(self, now: int, desk: int) -> None:
        """The scheduler has thought: what it has planned commits, as far as it still can. Nothing planned is fine."""
        holder = self.holders[desk]
        batch, holder.batch = holder.batch, None
        if batch is None:
            return
        placed, conflicts = self._commit(now, holder, batch)
        self._publish(
            BatchDecided(now, holder.desk.name, len(batch.claims), placed, conflicts, now - batch.looked_at_us)
        )
        self._on_runnable()

    def look_again_at(self, holder: Holder) -> int:
        """When the scheduler may see something that it does not see now; −1: not by waiting alone."""
        return -1

    # --- what the models say -------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        """Before there are schedulers: the books of the model itself."""

    @abstractmethod
    def _view(self) -> CapacityLedger:
        """What a scheduler is to see of the fleet, empty still."""

    @abstractmethod
    def _described(self, row: int, kind: NodeKind) -> None:
        """Another node is in the row, or it has become of another kind."""

    @abstractmethod
    def _touched(self, row: int) -> None:
        """The row's state or free capacity changed."""

    @abstractmethod
    def _commit(self, now: int, holder: Holder, batch: Batch) -> tuple[int, int]:
        """How many claims of a batch were committed, and how many were in conflict."""

    def _look_around(self, now: int, holder: Holder) -> None:
        """The scheduler looks at the fleet before it decides."""
        holder.looked_at_us = now

    def _watching(self, row: int) -> Sequence[Holder]:
        """Who sees at once that a row has more to give."""
        return ()

    # --- desks ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _at(self, holder: Holder) -> Iterator[None]:
        before: Any = (
            self.ledger, self.queue, self._turns, self._choice, self._moving, self._kept, self._seated, self.row_choice
        )  # fmt: skip
        if holder.row_choice is not None and self.row_choice is not None and self._seated is None:
            holder.row_choice.seed = self.row_choice.seed + holder.number  # each draws for itself
        self.row_choice = holder.row_choice
        self.ledger, self.queue, self._turns, self._choice = holder.ledger, holder.queue, holder.turns, holder.choice
        self._moving = holder.queue if isinstance(holder.queue, MovingQueue) else None
        self._kept = holder.turns if isinstance(holder.turns, KeptTurns) else None
        self._seated = holder
        try:
            yield
        finally:
            (
                self.ledger, self.queue, self._turns, self._choice, self._moving, self._kept, self._seated,
                self.row_choice,
            ) = before  # fmt: skip

    def _holder_of(self, demand: Demand) -> Holder:
        return self.holders[self.desk_of[demand.tenant]]

    def _gained(self, row: int, more: bool = True) -> None:
        if self._seated is not None:
            super()._gained(row, more)
            return
        self._choice.touch(row)
        for holder in self._watching(row):
            with self._at(holder):
                super()._gained(row, more)

    def _return(self, now: int, offer: Offer, requeue: bool, more: bool = True) -> None:
        if self._seated is not None:
            super()._return(now, offer, requeue, more)
            return
        with self._at(self._holder_of(offer.demand)):
            super()._return(now, offer, requeue, more)

    def submit(
        self, now: int, job: JobId, attempt: int, tenant: str, label: str, resources: Resources,
        runs_on: tuple[str, ...], estimate_us: int, requirements: Requirements = NONE, pipeline: int = 0,
    ) -> None:  # fmt: skip
        super().submit(now, job, attempt, tenant, label, resources, runs_on, estimate_us, requirements, pipeline)
        self._turns.refresh(self._number[tenant])  # parked with another scheduler is not parked with its own

    def commit(self, now: int, offer: Offer) -> Assignment | Refused:
        if self._seated is not None:
            return super().commit(now, offer)
        with self._at(self._holder_of(offer.demand)):
            return super().commit(now, offer)
