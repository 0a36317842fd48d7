"""The checker of backfilling: nobody who goes ahead moves the reservation of a job that waits; estimates decide."""

from collections.abc import Callable, Iterable

from domain.contracts.orchestration import JobEnded, JobQueued
from domain.contracts.scheduling import (
    AssignmentReleased,
    AssignmentRevoked,
    JobBackfilled,
    JobPlaced,
    NodeCordoned,
    NodeDown,
    NodeGone,
    NodeJoined,
    PlaceReserved,
)
from domain.shared.events import Translation
from domain.shared.ids import JobId
from domain.shared.resources import Resources
from sim.checkers import PromiseBroken


class ReservationsHold:
    """Keeps its own books: capacity, what runs where and until when by estimate, and who was promised what.

    After every placement each promise must still stand by estimates. A job must start by the time that it was promised,
    unless since then some job has outlived its estimate or a node was lost: then nothing is promised any more.
    """

    def __init__(self, estimate_us: Callable[[JobId, str], int], turns_move: bool) -> None:
        """`estimate_us(job, label)`: 0 when nothing is known. `turns_move`: it may become somebody else's turn.

        Then whoever starts because it is his turn may move the place of a job whose turn it was.
        """
        self.decisions = 0
        self._turns_move = turns_move
        self._ahead: set[int] = set()  # jobs that start though it is not their turn
        self._estimate_us = estimate_us
        self._capacity: dict[int, Resources] = {}
        self._asks: dict[int, Resources] = {}  # job → what it wants
        self._estimates: dict[int, int] = {}  # as of when it queued: that is what the scheduler goes by
        self._running: dict[int, dict[int, tuple[int, Resources]]] = {}  # node → assignment → (estimated end, amounts)
        self._promises: dict[int, tuple[int, int]] = {}  # job → (node, start)
        self._first: dict[int, int] = {}  # job → the earliest start that it was promised

    def subscriptions(self) -> Translation:
        lost = (NodeCordoned, NodeDown, NodeGone)
        return {
            NodeJoined: self._joined,
            JobQueued: self._queued,
            JobEnded: self._ended,
            PlaceReserved: self._reserved,
            JobBackfilled: self._backfilled,
            JobPlaced: self._placed,
            AssignmentReleased: self._released,
            AssignmentRevoked: self._released,
            **dict.fromkeys(lost, self._lost),
        }

    def at_end(self) -> Iterable[str]:
        return ()

    def _joined(self, event: NodeJoined) -> None:
        self._capacity[event.node] = event.capacity
        self._running[event.node] = {}

    def _queued(self, event: JobQueued) -> None:
        self._asks[event.job] = event.resources
        self._estimates[event.job] = self._estimate_us(event.job, event.label)

    def _ended(self, event: JobEnded) -> None:
        self._asks.pop(event.job, None)
        self._estimates.pop(event.job, None)
        self._promises.pop(event.job, None)
        self._first.pop(event.job, None)

    def _backfilled(self, event: JobBackfilled) -> None:
        self._ahead.add(event.job)

    def _reserved(self, event: PlaceReserved) -> None:
        if self._turns_move and event.job not in self._promises:
            self._void()
        self._promises[event.job] = (event.node, event.start_us)
        self._first[event.job] = min(event.start_us, self._first.get(event.job, event.start_us))

    def _placed(self, event: JobPlaced) -> None:
        self.decisions += 1
        promised = self._first.pop(event.job, None)
        self._promises.pop(event.job, None)
        if event.job in self._ahead:
            self._ahead.discard(event.job)
        elif self._turns_move:
            self._void()
        late = promised is not None and event.at_us > promised
        if late and not self._overrun(event.at_us):
            raise PromiseBroken(f"at {event.at_us} µs: job {event.job} was promised to start by {promised}: {event}")
        estimate = self._estimates.get(event.job, 0)
        ends = event.at_us + estimate if estimate else 1 << 62
        self._running[event.node][event.assignment] = (ends, event.resources)
        for job, (node, start) in self._promises.items():
            if node == event.node and start > event.at_us and not self._stands(job, node, start):
                raise PromiseBroken(f"at {event.at_us} µs: this moves the place of job {job} at {start}: {event}")

    def _stands(self, job: int, node: int, start: int) -> bool:
        used = self._asks[job]
        for ends, held in self._running[node].values():
            if ends > start:
                used += held
        return used.fits_in(self._capacity[node])

    def _released(self, event: AssignmentReleased | AssignmentRevoked) -> None:
        for running in self._running.values():
            place = running.pop(event.assignment, None)
            if place is not None and event.at_us > place[0]:
                self._void()

    def _overrun(self, now: int) -> bool:
        """Whether some job that runs has outlived its estimate."""
        return any(ends < now for running in self._running.values() for ends, _ in running.values())

    def _lost(self, event: NodeCordoned | NodeDown | NodeGone) -> None:
        self._void()

    def _void(self) -> None:
        self._promises.clear()
        self._first.clear()
