"""Checkers: outside the system, they listen to its events and object when a promise is broken."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from domain.contracts.orchestration import (
    JobEnded,
    JobQueued,
    JobStarted,
    PipelineEnded,
    PipelineHeld,
    PipelineStarted,
)
from domain.contracts.scheduling import (
    AssignmentReleased,
    AssignmentRevoked,
    JobPlaced,
    NodeCordoned,
    NodeDown,
    NodeGone,
    NodeJoined,
    NodeReady,
    OfferAccepted,
    OfferClaimed,
    OfferDeclined,
    OfferExpired,
    OfferOpened,
    OfferRejected,
    OfferRescinded,
    PartPlaced,
)
from domain.contracts.workers import WorkerAcquired, WorkerRequested, WorkerTerminated
from domain.shared.events import Event, Translation
from domain.shared.resources import Resources


class PromiseBroken(Exception):
    """Our own bug: the run did something that must never happen."""


def demand(holds: bool, event: Event, promise: str) -> None:
    if not holds:
        raise PromiseBroken(f"at {event.at_us} µs: {promise}: {event}")


class ConservationOfCapacity:
    """Per node: what is out on offers plus what is allocated never exceeds what the node has, and offers are fresh.

    Keeps its own books from the events alone; knows nothing of the ledger.
    """

    def __init__(self) -> None:
        self._capacity: dict[int, Resources] = {}
        self._used: dict[int, Resources] = {}
        self._epoch: dict[int, int] = {}  # of nodes that may be offered
        self._offers: dict[int, OfferOpened] = {}
        self._places: dict[int, JobPlaced] = {}
        self._parts: dict[int, PartPlaced] = {}
        self._accepted_offers: dict[int, OfferOpened] = {}  # assignment → what it takes over, until it is placed
        self._jobs: set[int] = set()  # that have a place

    def subscriptions(self) -> Translation:
        gave_back = (OfferDeclined, OfferExpired, OfferRejected, OfferRescinded)
        return {
            NodeJoined: self._joined,
            NodeReady: self._ready,
            NodeCordoned: self._closed,
            NodeDown: self._closed,
            NodeGone: self._gone,
            OfferOpened: self._opened,
            OfferClaimed: self._live_offer,
            OfferAccepted: self._accepted,
            **dict.fromkeys(gave_back, self._unused),
            JobPlaced: self._placed,
            PartPlaced: self._part_placed,
            AssignmentReleased: self._released,
            AssignmentRevoked: self._released,
        }

    def at_end(self) -> Iterable[str]:
        if self._offers:
            yield f"{len(self._offers)} offers never ended"
        if self._places or self._parts:
            yield f"{len(self._places) + len(self._parts)} assignments never ended"

    def _joined(self, event: NodeJoined) -> None:
        demand(event.node not in self._capacity, event, "a node joins once")
        self._capacity[event.node] = event.capacity
        self._used[event.node] = Resources()

    def _ready(self, event: NodeReady) -> None:
        self._epoch[event.node] = event.epoch

    def _closed(self, event: NodeCordoned | NodeDown) -> None:
        self._epoch.pop(event.node, None)

    def _gone(self, event: NodeGone) -> None:
        demand(self._used.pop(event.node) == Resources(), event, "a node leaves only when nothing is on it")
        self._epoch.pop(event.node, None)
        del self._capacity[event.node]

    def _opened(self, event: OfferOpened) -> None:
        demand(event.offer not in self._offers, event, "an offer is opened once")
        demand(self._epoch.get(event.node) == event.epoch, event, "only ready nodes are offered, under their epoch")
        self._offers[event.offer] = event
        used = self._used[event.node] = self._used[event.node] + event.resources
        demand(used.fits_in(self._capacity[event.node]), event, f"no more is given than there is, now {used}")

    def _live_offer(self, event: OfferClaimed) -> None:
        offer = self._offers.get(event.offer)
        demand(offer is not None and event.at_us < offer.expires_at_us, event, "only live offers are claimed")
        assert offer is not None
        if event.lease_until_us and event.lease_until_us != offer.expires_at_us:
            demand(event.lease_until_us < offer.expires_at_us, event, "a claim never outlives its offer")
            self._offers[event.offer] = replace(offer, expires_at_us=event.lease_until_us)

    def _accepted(self, event: OfferAccepted) -> None:
        offer = self._offers.pop(event.offer, None)
        demand(offer is not None, event, "an offer ends once")
        assert offer is not None
        demand(self._epoch.get(offer.node) == offer.epoch, event, "a claim with an old epoch never commits")
        demand(event.at_us < offer.expires_at_us, event, "an expired offer is never accepted")
        self._used[offer.node] -= offer.resources  # the assignment takes it over, next event
        self._accepted_offers[event.assignment] = offer

    def _unused(self, event: OfferDeclined | OfferExpired | OfferRejected | OfferRescinded) -> None:
        offer = self._offers.pop(event.offer, None)
        demand(offer is not None, event, "an offer ends once")
        assert offer is not None
        if isinstance(event, OfferExpired):
            demand(event.at_us == offer.expires_at_us, event, f"expiry is exactly at {offer.expires_at_us}")
        self._used[offer.node] -= offer.resources

    def _placed(self, event: JobPlaced) -> None:
        offer = self._accepted_offers.pop(event.assignment, None)
        held = offer is not None and (offer.node, offer.resources) == (event.node, event.resources)
        demand(held, event, "a job is placed once, where and with what its accepted offer held")
        demand(event.job not in self._jobs, event, "a job has one place at a time")
        self._jobs.add(event.job)
        self._places[event.assignment] = event
        used = self._used[event.node] = self._used[event.node] + event.resources
        demand(used.fits_in(self._capacity[event.node]), event, f"no more is given than there is, now {used}")

    def _part_placed(self, event: PartPlaced) -> None:
        offer = self._accepted_offers.pop(event.assignment, None)
        held = offer is not None and (offer.node, offer.resources) == (event.node, event.resources)
        demand(held, event, "a part is placed once, where and with what its accepted offer held")
        self._parts[event.assignment] = event
        used = self._used[event.node] = self._used[event.node] + event.resources
        demand(used.fits_in(self._capacity[event.node]), event, f"no more is given than there is, now {used}")

    def _released(self, event: AssignmentReleased | AssignmentRevoked) -> None:
        part = self._parts.pop(event.assignment, None)
        if part is not None:
            self._used[part.node] -= part.resources
            return
        place = self._places.pop(event.assignment, None)
        demand(place is not None, event, "an assignment ends once")
        assert place is not None
        self._jobs.discard(place.job)
        self._used[place.node] -= place.resources


class EverythingEndsOnce:
    """Every job and pipeline ends exactly once and starts at most once an attempt; every worker ends."""

    def __init__(self) -> None:
        self._pipelines: dict[int, int] = {}  # pipeline → jobs that have not ended
        self._queued: dict[int, int] = {}  # job → attempt
        self._started: dict[int, int] = {}
        self._ended: set[int] = set()
        self._workers: dict[int, int] = {}  # worker → jobs taken

    def subscriptions(self) -> Translation:
        return {
            PipelineHeld: self._pipeline_started,
            PipelineStarted: self._pipeline_started,
            PipelineEnded: self._pipeline_ended,
            JobQueued: self._job_queued,
            JobStarted: self._job_started,
            JobEnded: self._job_ended,
            WorkerRequested: self._worker_requested,
            WorkerAcquired: self._worker_acquired,
            WorkerTerminated: self._worker_terminated,
        }

    def at_end(self) -> Iterable[str]:
        if self._queued:
            yield f"{len(self._queued)} jobs never ended"
        if self._pipelines:
            yield f"{len(self._pipelines)} pipelines never ended"
        if self._workers:
            yield f"{len(self._workers)} workers never ended"

    def _pipeline_started(self, event: PipelineHeld | PipelineStarted) -> None:
        self._pipelines.setdefault(event.pipeline, event.jobs)  # jobs may end while it is held

    def _pipeline_ended(self, event: PipelineEnded) -> None:
        demand(self._pipelines.pop(event.pipeline, -1) == 0, event, "a pipeline ends once, after its last job")

    def _job_queued(self, event: JobQueued) -> None:
        demand(event.job not in self._ended, event, "what has ended never queues again")
        demand(event.attempt == self._queued.get(event.job, 0) + 1, event, "attempts are counted one by one")
        self._queued[event.job] = event.attempt

    def _job_started(self, event: JobStarted) -> None:
        demand(self._queued.get(event.job) == event.attempt, event, "only a queued attempt starts")
        demand(self._started.get(event.job, 0) < event.attempt, event, "an attempt starts once")
        self._started[event.job] = event.attempt

    def _job_ended(self, event: JobEnded) -> None:
        demand(event.job not in self._ended, event, "a job ends exactly once")
        ran = event.job in self._queued
        demand(ran or event.state in ("SKIPPED", "CANCELLED"), event, "what never queued is skipped or cancelled")
        demand(self._pipelines.get(event.pipeline, 0) > 0, event, "a pipeline has the jobs that it began with")
        self._ended.add(event.job)
        self._queued.pop(event.job, None)
        self._started.pop(event.job, None)
        self._pipelines[event.pipeline] -= 1

    def _worker_requested(self, event: WorkerRequested) -> None:
        demand(event.worker not in self._workers, event, "a worker is requested once")
        self._workers[event.worker] = 0

    def _worker_acquired(self, event: WorkerAcquired) -> None:
        demand(event.worker in self._workers, event, "only live workers take jobs")
        self._workers[event.worker] += 1

    def _worker_terminated(self, event: WorkerTerminated) -> None:
        served = self._workers.pop(event.worker, -1)
        demand(served == event.jobs_served, event, f"a worker ends once; it took {served} jobs")


class TimeNeverGoesBack:
    """Events come in order of time."""

    def __init__(self) -> None:
        self._now = 0

    def __call__(self, events: Sequence[Event], causes: Sequence[int]) -> None:
        for event in events:
            demand(event.at_us >= self._now, event, f"it was {self._now} µs already")
            self._now = event.at_us
