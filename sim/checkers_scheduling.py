"""What Scheduling promises about places and shares, checked from its events alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from domain.contracts.orchestration import JobEnded, JobQueued
from domain.contracts.scheduling import (
    AssignmentReleased,
    AssignmentRevoked,
    JobPlaced,
    NodeCordoned,
    NodeDown,
    NodeGone,
    NodeJoined,
    NodeReady,
    NodeTainted,
    OfferAccepted,
    OfferClaimed,
    OfferDeclined,
    OfferExpired,
    OfferOpened,
    OfferRejected,
    OfferRescinded,
    OfferShared,
)
from domain.shared.events import Translation
from domain.shared.matching import obstacle, parse_attribute, parse_taint, tolerated
from domain.shared.requirements import Affinity, Spread, Taint
from sim.checkers import PromiseBroken, demand


class _KnowsWhatIsThere:
    """Jobs that are alive and nodes that are there, as the events tell of them."""

    def __init__(self) -> None:
        self._jobs: dict[int, JobQueued] = {}
        self._nodes: dict[int, NodeJoined] = {}
        self._taints: dict[int, tuple[Taint, ...]] = {}

    def subscriptions(self) -> Translation:
        return {
            JobQueued: self._queued,
            JobEnded: self._ended,
            NodeJoined: self._joined,
            NodeTainted: self._tainted,
            NodeGone: self._gone,
        }

    def at_end(self) -> Iterable[str]:
        return ()

    def _queued(self, event: JobQueued) -> None:
        self._jobs[event.job] = event

    def _ended(self, event: JobEnded) -> None:
        self._jobs.pop(event.job, None)

    def _joined(self, event: NodeJoined) -> None:
        self._nodes[event.node] = event
        self._taints[event.node] = tuple(map(parse_taint, event.taints))

    def _tainted(self, event: NodeTainted) -> None:
        self._taints[event.node] = tuple(map(parse_taint, event.taints))

    def _gone(self, event: NodeGone) -> None:
        del self._nodes[event.node], self._taints[event.node]


class PlacesSuit(_KnowsWhatIsThere):
    """No job is placed on a node whose labels, attributes or taints refuse it, or stays on one that evicts it."""

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[int, tuple[JobQueued, int]] = {}  # assignment → job, node
        self._must_go: dict[int, int] = {}  # assignment → since when

    def subscriptions(self) -> Translation:
        return {
            **super().subscriptions(),
            JobPlaced: self._placed,
            AssignmentReleased: self._left,
            AssignmentRevoked: self._left,
        }

    def at_end(self) -> Iterable[str]:
        if self._must_go:
            yield f"{len(self._must_go)} jobs never left nodes that evicted them"

    def _tainted(self, event: NodeTainted) -> None:
        super()._tainted(event)
        evicting = [one for one in self._taints[event.node] if one.effect == "NoExecute"]
        for assignment, (job, node) in self._places.items() if evicting else ():
            if node == event.node and not all(tolerated(job.requirements.tolerations, one) for one in evicting):
                self._must_go[assignment] = event.at_us

    def _left(self, event: AssignmentReleased | AssignmentRevoked) -> None:
        self._places.pop(event.assignment, None)
        since = self._must_go.pop(event.assignment, event.at_us)
        demand(event.at_us == since, event, f"a job leaves a node at once that evicts it, which was at {since}")

    def _placed(self, event: JobPlaced) -> None:
        job, node = self._jobs.get(event.job), self._nodes[event.node]
        if job is None:  # it ended while news of that was on its way: the place is given back
            return
        attributes = map(parse_attribute, node.attributes)
        found = obstacle(
            job.runs_on, job.requirements, frozenset(node.labels), attributes, self._taints[event.node]
        )  # fmt: skip
        if found:
            raise PromiseBroken(f"at {event.at_us} µs: no job is placed where its {found} is against it: {event}")
        self._places[event.assignment] = (job, event.node)


class NeighboursSuit(_KnowsWhatIsThere):
    """Hard spread and hard anti-affinity hold at the moment in which a job claims its place.

    What is on offer counts as placed. Affinity is not judged: what a job came to be near may leave at the same moment.
    Spread is judged only where nobody adds to what jobs demand (`spread`), since that decides which places count.
    """

    def __init__(self, spread: bool) -> None:
        super().__init__()
        self._spread = spread
        self._ready: dict[int, None] = {}
        self._offers: dict[int, OfferOpened] = {}
        self._claims: dict[int, tuple[JobQueued, int]] = {}  # offer → job, node
        self._places: dict[int, tuple[JobQueued, int]] = {}  # assignment → job, node

    def subscriptions(self) -> Translation:
        failed = (OfferDeclined, OfferExpired, OfferRejected, OfferRescinded)
        return {
            **super().subscriptions(),
            NodeReady: self._is_ready,
            NodeCordoned: self._is_not,
            NodeDown: self._is_not,
            OfferOpened: self._opened,
            OfferClaimed: self._claimed,
            OfferAccepted: self._accepted,
            **dict.fromkeys(failed, self._failed),
            AssignmentReleased: self._left,
            AssignmentRevoked: self._left,
        }

    def _is_ready(self, event: NodeReady) -> None:
        self._ready[event.node] = None

    def _is_not(self, event: NodeCordoned | NodeDown) -> None:
        self._ready.pop(event.node, None)

    def _gone(self, event: NodeGone) -> None:
        self._ready.pop(event.node, None)
        super()._gone(event)

    def _opened(self, event: OfferOpened) -> None:
        self._offers[event.offer] = event

    def _claimed(self, event: OfferClaimed) -> None:
        job, node = self._jobs.get(event.job), self._offers[event.offer].node
        if job is None:  # as above
            return
        for rule in job.requirements.affinity:
            if rule.anti and not rule.weight and self._near(rule, job, node):
                raise PromiseBroken(f"at {event.at_us} µs: a job keeps away from {rule.to}, as it must: {event}")
        for spread in job.requirements.spread if self._spread else ():
            if spread.hard and not self._even(spread, job, node):
                raise PromiseBroken(f"at {event.at_us} µs: jobs are spread over {spread.topology}: {event}")
        self._claims[event.offer] = (job, node)

    def _accepted(self, event: OfferAccepted) -> None:
        claim = self._claims.pop(event.offer, None)
        if claim:
            self._places[event.assignment] = claim
        del self._offers[event.offer]

    def _failed(self, event: OfferDeclined | OfferExpired | OfferRejected | OfferRescinded) -> None:
        self._claims.pop(event.offer, None)
        del self._offers[event.offer]

    def _left(self, event: AssignmentReleased | AssignmentRevoked) -> None:
        self._places.pop(event.assignment, None)

    def _present(self) -> Iterator[tuple[JobQueued, int]]:
        yield from self._claims.values()
        yield from self._places.values()

    def _near(self, rule: Affinity, job: JobQueued, node: int) -> bool:
        """Whether something that the rule names is where the node is."""
        place = self._place(node, rule.topology)
        kind, _, name = rule.to.partition(":")
        wanted = {"label": name, "tenant": name or job.tenant, "pipeline": str(job.pipeline)}.get(kind)
        near = (at for other, at in self._present() if wanted == str(getattr(other, kind, None)))
        return place is not None and any(self._place(at, rule.topology) == place for at in near)

    def _even(self, spread: Spread, job: JobQueued, node: int) -> bool:
        """Whether one job more on the node leaves the places of the topology as even as they must be."""
        counts: dict[int | str, int] = {}
        for ready in self._ready:
            place = self._place(ready, spread.topology)
            if place is not None and self._hosts(job, ready):
                counts[place] = 0
        for other, at in self._present():
            place = self._place(at, spread.topology)
            if other.label == job.label and place in counts:
                counts[place] += 1
        here = self._place(node, spread.topology)
        return here is not None and counts[here] + 1 - min(counts.values()) <= spread.max_skew

    def _hosts(self, job: JobQueued, node: int) -> bool:
        joined = self._nodes[node]
        attributes = map(parse_attribute, joined.attributes)
        against = obstacle(
            job.runs_on, job.requirements, frozenset(joined.labels), attributes, self._taints[node]
        )  # fmt: skip
        return not against and job.resources.fits_in(joined.capacity)

    def _place(self, node: int, topology: str) -> int | str | None:
        if topology == "node":
            return node
        known = self._nodes.get(node)
        return dict(map(parse_attribute, known.attributes)).get(topology) if known else None


class HardQuotasHold:
    """No tenant ever holds more than its hard quota (four resources and jobs), what is on offer to it included."""

    def __init__(self, hard: Mapping[str, Sequence[int]]) -> None:
        self._hard = hard
        self._held: dict[str, list[int]] = {name: [0] * 5 for name in hard}
        self._offers: dict[int, OfferOpened | OfferShared] = {}
        self._places: dict[int, OfferOpened | OfferShared] = {}

    def subscriptions(self) -> Translation:
        failed = (OfferDeclined, OfferExpired, OfferRejected, OfferRescinded)
        return {
            OfferOpened: self._opened,
            OfferShared: self._opened,
            OfferAccepted: self._accepted,
            **dict.fromkeys(failed, self._failed),
            AssignmentReleased: self._left,
            AssignmentRevoked: self._left,
        }

    def at_end(self) -> Iterable[str]:
        yield from (f"{name} still holds {held}" for name, held in self._held.items() if any(held))

    def _opened(self, event: OfferOpened | OfferShared) -> None:
        if event.tenant in self._hard:
            self._offers[event.offer] = event
            self._count(event, 1)
            held, hard = self._held[event.tenant], self._hard[event.tenant]
            if any(have > most for have, most in zip(held, hard, strict=True)):
                raise PromiseBroken(
                    f"at {event.at_us} µs: a hard quota is never exceeded, now {held} of {hard}: {event}"
                )

    def _accepted(self, event: OfferAccepted) -> None:
        offer = self._offers.pop(event.offer, None)
        if offer is not None:
            self._places[event.assignment] = offer

    def _failed(self, event: OfferDeclined | OfferExpired | OfferRejected | OfferRescinded) -> None:
        offer = self._offers.pop(event.offer, None)
        if offer is not None:
            self._count(offer, -1)

    def _left(self, event: AssignmentReleased | AssignmentRevoked) -> None:
        offer = self._places.pop(event.assignment, None)
        if offer is not None:
            self._count(offer, -1)

    def _count(self, offer: OfferOpened | OfferShared, sign: int) -> None:
        held = self._held[offer.tenant]
        for dimension, amount in enumerate((*offer.resources.as_tuple(), 1)):
            held[dimension] += sign * amount
