"""The board of the scheduler: what there is, who waits and for what shape of place, what is out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from domain.scheduling.demand import Demand, Shape
from domain.scheduling.dynamic import DynamicRules, is_dynamic
from domain.scheduling.index import NodeChoice, NodeIndex
from domain.scheduling.inverse import InverseOffer
from domain.scheduling.ledger import CapacityLedger
from domain.scheduling.nodes import Node
from domain.scheduling.offers import Assignment, Offer
from domain.scheduling.policies import Allocator, Ordering, Placement, Standing, first_fit, is_per_row
from domain.scheduling.queue_moving import MovingQueue, queue_of
from domain.scheduling.quotas import QuotaLedger, ResourceQuota
from domain.scheduling.rows import RowChoice
from domain.scheduling.sampling import Sampling
from domain.scheduling.turntaking.keeping import KeptTurns
from domain.scheduling.turntaking.kinds import turns_of
from domain.scheduling.turntaking.lottery import Draws
from domain.shared.events import Publish
from domain.shared.ids import AssignmentId, InverseOfferId, JobId, NodeId, OfferId, sequence
from domain.shared.once import Once
from domain.shared.refusals import Refused
from domain.shared.requirements import Requirements
from domain.shared.resources import Resources

Admission = Callable[[Demand, Node], Refused | None]
"""Whether a holder takes a node for a job: asked before it claims an offer, and again before the claim commits."""
ShapeKey = tuple[Resources, tuple[str, ...], Requirements, str, int]
"""Resources, labels, requirements; with rules about what runs where the job's label; with a hard one about its own

pipeline, that: what keeps one job of a shape waiting must keep them all. Otherwise "" and 0.
"""
Outlook = Callable[[Demand], tuple[int, int]]
"""A demand's deadline and bottom level in µs: see Demand."""
DECLINED = "declined"
"""Why a shape is held for a tenant, where a quota is not the reason."""


class SchedulingPolicy(msgspec.Struct, frozen=True):
    """The three choices by which schedulers differ, and how long things stand (µs).

    An offer for `offer_ttl_us`, a claim for `claim_lease_us` and never longer than its offer, a refusal for
    `decline_window_us`; borrowed work that is taken back gets `reclaim_grace_us` to end by itself. What tenants are
    among each other (`standing`), how waiting makes them urgent (`ageing_us`, 0: not) and what is left to chance
    (`draws`) is for the allocators that ask for it.
    """

    allocator: Allocator
    ordering: Ordering
    placement: Placement
    offer_ttl_us: int
    claim_lease_us: int = 1 << 62
    decline_window_us: int = 5_000_000
    reclaim_grace_us: int = 30_000_000
    standing: Mapping[str, Standing] = {}
    ageing_us: int = 0
    draws: Draws | None = None
    sampling: Sampling | None = None  # None: every node is looked at


class Board:
    """Keeps nodes, waiting demands, live offers and assignments; publishes what happens to them.

    `on_runnable` is called whenever a round might place, or a look at the demand might ask for, something new.
    `tenants` are (name, weight) pairs; their order breaks ties. What a run does not use (quotas, rules about what runs
    where, refusals) is None or empty and costs a look.
    """

    def __init__(
        self,
        policy: SchedulingPolicy,
        tenants: Sequence[tuple[str, int]],
        publish: Publish,
        on_runnable: Callable[[], None],
        choice: Callable[[CapacityLedger, Placement], NodeChoice] = NodeIndex,
        quotas: Mapping[str, ResourceQuota] | None = None,
        admission: Admission | None = None,
    ) -> None:
        self.policy = policy
        self.ledger = CapacityLedger()
        self.queue = queue_of(policy.ordering, len(tenants))
        self._moving = self.queue if isinstance(self.queue, MovingQueue) else None
        self.nodes: dict[NodeId, Node] = {}
        self.offers: dict[int, Offer] = {}
        self.assignments: dict[int, Assignment] = {}
        self.inverse_offers: dict[int, InverseOffer] = {}  # open, or declined and not yet due
        self.shapes: list[Shape] = []
        self.work = {"offers": 0, "rounds": 0, "parked": 0, "woken": 0}
        self.names = [name for name, _ in tenants]
        self.quotas = QuotaLedger(quotas, self.names, publish) if quotas else None
        self.admission = admission
        self.holds_cache: Callable[[NodeId, str], bool] = lambda node, key: False
        self.outlook: Outlook | None = None  # asked for every demand, where the ordering wants to know
        self.dynamic: DynamicRules | None = None
        self.windows: dict[tuple[int, int], dict[int, int]] = {}  # (tenant, shape) → row → until when it is refused
        self._at_quota: dict[int, None] = {}  # tenants whose reaching it was published
        per_row = is_per_row(policy.placement)
        self._choice = choice(self.ledger, first_fit if per_row else policy.placement)
        self._number = {name: number for number, name in enumerate(self.names)}
        guarantees = [quota.guarantee for quota in self.quotas.quotas] if self.quotas else ()
        self._turns = turns_of(
            policy.allocator, tenants, self.queue, policy.standing, policy.ageing_us, guarantees, policy.draws
        )  # fmt: skip
        self._kept = self._turns if isinstance(self._turns, KeptTurns) else None
        self._node_in: dict[int, Node] = {}
        self.row_choice: RowChoice | None = None
        if per_row or policy.sampling is not None:
            self.row_choice = RowChoice(
                policy.placement, policy.sampling, self.ledger, self._choice, self._node_in
            )  # fmt: skip
        self._always_look = self.row_choice is not None
        self.claims: list[Any] = []  # nodes that are being emptied for a job
        self.prices: Mapping[str, int] = {}  # pool → micro-dollars an hour, where placement asks for it
        self._demands: dict[JobId, Demand] = {}
        self._announced = Once()
        self._shape_number: dict[ShapeKey, int] = {}
        self._plain_shapes: dict[tuple[Resources, tuple[str, ...]], int] = {}  # the same, where nothing is required
        self._passing: dict[int, list[Demand]] = {}  # shape of one pipeline → its demands
        self._spare_shapes: dict[ShapeKey, list[int]] = {}  # of pipelines that have gone, by the key without one
        self._departures = self.row_choice.departures if self.row_choice else None
        self._counting = self.quotas is not None or self._departures is not None or self._kept is not None
        self._publish = publish
        self._on_runnable = on_runnable
        self._offer_ids, self._assignment_ids, self._arrivals = sequence(OfferId), sequence(AssignmentId), sequence(int)
        self._inverse_offer_ids, self._reclaims = sequence(InverseOfferId), sequence(int)

    @property
    def node_scores(self) -> int:
        """How often a node was scored for a shape: the work of finding places."""
        return self._choice.scores + (self.row_choice.scores if self.row_choice else 0)

    def rows(self) -> Iterable[tuple[int, Node]]:
        """The live nodes by their row in the ledger."""
        return self._node_in.items()

    def has_room(self, shape: int) -> bool:
        """Whether some node could take the shape, were it not for what runs where."""
        return self._choice.best(shape) >= 0

    def _claimed_rows(self, demand: Demand) -> set[int]:
        """Rows that this demand may not take, since what is free there is for another."""
        return set()

    # --- shapes --------------------------------------------------------------------------------------------------

    def _shape_of(self, key: ShapeKey) -> int:
        """The number of a shape; shapes that belong to one pipeline take turns with the numbers of those that ended."""
        number = self._shape_number.get(key)
        if number is None:
            spare = self._spare_shapes.get((*key[:4], 0))
            number = spare.pop() if key[4] and spare else self._new_shape(Shape(*key[:3]))
            self._shape_number[key] = number
        return number

    def _new_shape(self, shape: Shape) -> int:
        self.shapes.append(shape)
        self.queue.add_shape()
        self._choice.add_shape(shape)
        if self.dynamic is None and is_dynamic(shape.requirements):
            self._watch()
        return len(self.shapes) - 1

    def _watch(self) -> None:
        """From now on it is counted what runs where."""
        rules = DynamicRules(self.ledger, self._choice, self._node_in, self.names, lambda *ask: self.holds_cache(*ask))
        for offer in self.offers.values():
            rules.enter(offer.node.row, offer.demand)
        for assignment in self.assignments.values():
            rules.enter(assignment.node.row, assignment.demand)
        self.dynamic = rules
        self._counting = True

    def _pass(self, demand: Demand) -> None:
        """A demand has ended; the last one of a shape that belongs to one pipeline gives its number back."""
        shape = demand.shape
        users = self._passing.get(shape)
        if users is None:
            return
        users.remove(demand)
        if users:
            return
        del self._passing[shape]
        one = self.shapes[shape]
        key = (one.resources, one.runs_on, one.requirements, demand.label)
        del self._shape_number[(*key, demand.pipeline)]
        self._spare_shapes.setdefault((*key, 0), []).append(shape)
        self.queue.parked.pop(shape, None)
        for about in [about for about in self.queue.held if about[1] == shape]:
            del self.queue.held[about]
        for about in [about for about in self.windows if about[1] == shape]:
            del self.windows[about]
        if self.dynamic is not None:
            self.dynamic.forget(shape)
