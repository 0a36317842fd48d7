"""Three ways to keep offers and what happened to them: plain objects, pooled objects, a columnar arena.

Each keeps the whole history of every offer, and can tell it: (opened, node, epoch, job, cpu, memory, expires, claimed,
accepted, released). The arena is the default, and how the run's own recorder keeps its jobs.
"""

import gc
import time
import tracemalloc
from array import array
from collections import deque
from collections.abc import Callable
from struct import Struct
from typing import Any, Protocol

import msgspec

from domain.contracts.scheduling import AssignmentReleased, OfferAccepted, OfferClaimed, OfferOpened
from domain.shared.ids import AssignmentId, JobId, NodeId, OfferId
from domain.shared.resources import Resources

Life = tuple[int, int, int, int, int, int, int, int, int, int]
LIVE = 1000
"""Offers that live at the same time."""


class OfferStore(Protocol):
    """Opens, claims and accepts an offer in one step, and releases it later by its handle."""

    def place(self, now: int, node: int, epoch: int, job: int, cpu: int, memory: int, expires: int) -> Any: ...
    def release(self, now: int, handle: Any) -> None: ...
    def history(self) -> list[Life]: ...


class _PlainOffer:
    def __init__(self, id: int, opened: OfferOpened, job: int) -> None:
        self.id = id
        self.opened = opened
        self.job = job
        self.state = "OPEN"


class PlainObjects:
    """An object an offer, and an event for everything that happens to it, all kept."""

    def __init__(self) -> None:
        self._offers: dict[int, _PlainOffer] = {}
        self._events: list[Any] = []

    def place(self, now: int, node: int, epoch: int, job: int, cpu: int, memory: int, expires: int) -> _PlainOffer:
        id = OfferId(len(self._offers) + 1)
        opened = OfferOpened(now, id, NodeId(node), epoch, "team", Resources(cpu, memory), expires)
        offer = self._offers[id] = _PlainOffer(id, opened, job)
        self._events.append(opened)
        offer.state = "CLAIMED"
        self._events.append(OfferClaimed(now, id, JobId(job), expires))
        offer.state = "ACCEPTED"
        self._events.append(OfferAccepted(now, id, AssignmentId(id)))
        return offer

    def release(self, now: int, handle: _PlainOffer) -> None:
        handle.state = "RELEASED"
        self._events.append(AssignmentReleased(now, AssignmentId(handle.id), NodeId(handle.opened.node)))

    def history(self) -> list[Life]:
        claimed = {event.offer: event.at_us for event in self._events if type(event) is OfferClaimed}
        accepted = {event.offer: event.at_us for event in self._events if type(event) is OfferAccepted}
        released = {int(event.assignment): event.at_us for event in self._events if type(event) is AssignmentReleased}
        return [
            (
                offer.opened.at_us, offer.opened.node, offer.opened.epoch, offer.job, offer.opened.resources.cpu_millis,
                offer.opened.resources.memory_mib, offer.opened.expires_at_us, claimed[OfferId(id)],
                accepted[OfferId(id)], released.get(id, -1),
            )
            for id, offer in self._offers.items()
        ]  # fmt: skip


class _Slot:
    """An offer that is used again once its history is written."""

    __slots__ = ("accepted", "claimed", "cpu", "epoch", "expires", "id", "job", "memory", "node", "opened", "state")
    id: int
    opened: int
    node: int
    epoch: int
    job: int
    cpu: int
    memory: int
    expires: int
    claimed: int
    accepted: int
    state: str


class PooledObjects:
    """Objects of a pool: an ended offer is written to a table and used again."""

    ROW = Struct("11q")

    def __init__(self) -> None:
        self._spare: list[_Slot] = []
        self._live: dict[int, _Slot] = {}
        self._ended = bytearray()
        self._count = 0

    def place(self, now: int, node: int, epoch: int, job: int, cpu: int, memory: int, expires: int) -> _Slot:
        slot = self._spare.pop() if self._spare else _Slot()
        slot.id = self._count
        self._count += 1
        slot.opened, slot.node, slot.epoch, slot.job, slot.cpu, slot.memory = now, node, epoch, job, cpu, memory
        slot.expires = expires
        slot.claimed = slot.accepted = now
        slot.state = "ACCEPTED"
        self._live[slot.id] = slot
        return slot

    def release(self, now: int, handle: _Slot) -> None:
        self._ended += self.ROW.pack(handle.id, *_life(handle, now))
        del self._live[handle.id]
        self._spare.append(handle)

    def history(self) -> list[Life]:
        rows = [(row[0], row[1:]) for row in self.ROW.iter_unpack(bytes(self._ended))]
        rows += [(slot.id, _life(slot, -1)) for slot in self._live.values()]
        return [life for _, life in sorted(rows)]


def _life(slot: _Slot, released: int) -> Life:
    return (
        slot.opened, slot.node, slot.epoch, slot.job, slot.cpu, slot.memory, slot.expires, slot.claimed, slot.accepted,
        released,
    )  # fmt: skip


class ColumnarArena:
    """No objects: a handle is a row of integers, written once; only the moment of release comes later."""

    ROW = Struct("9q")

    def __init__(self) -> None:
        self._rows = bytearray()
        self._released = array("q")

    def place(self, now: int, node: int, epoch: int, job: int, cpu: int, memory: int, expires: int) -> int:
        self._rows += self.ROW.pack(now, node, epoch, job, cpu, memory, expires, now, now)
        self._released.append(-1)
        return len(self._released) - 1

    def release(self, now: int, handle: int) -> None:
        self._released[handle] = now

    def history(self) -> list[Life]:
        rows = zip(self.ROW.iter_unpack(bytes(self._rows)), self._released, strict=True)
        return [(*row, released) for row, released in rows]


STORES: dict[str, Callable[[], OfferStore]] = {
    "objects": PlainObjects, "pooled": PooledObjects, "columnar": ColumnarArena,
}  # fmt: skip
DEFAULT = "columnar"


class Cost(msgspec.Struct):
    """What keeping offers costs. Pauses are those of Python's garbage collector."""

    strategy: str
    offers: int
    ns_per_offer: float
    peak_mib: float
    gc_pauses: int
    gc_total_ms: float
    gc_longest_ms: float


def drive(store: OfferStore, offers: int) -> None:
    """Open so many, LIVE at a time, the oldest ending first."""
    live: deque[Any] = deque()
    for number in range(offers):
        if len(live) == LIVE:
            store.release(number + 10_000, live.popleft())
        live.append(
            store.place(number + 10_000, number % 997 + 1000, 1, number + 5000, 2000, 4096, number + 30_000_000)
        )


def measure(strategy: str, offers: int, rounds: int = 3) -> Cost:
    """Time and pauses first (the best of some rounds), then memory, since watching memory takes time."""
    best, pauses = float("inf"), list[float]()
    for _ in range(rounds):
        store = STORES[strategy]()
        found: list[float] = []
        start = [0.0]

        def watch(phase: str, info: dict[str, int], found: list[float] = found, start: list[float] = start) -> None:
            if phase == "start":
                start[0] = time.perf_counter()
            else:
                found.append(time.perf_counter() - start[0])

        gc.collect()
        gc.callbacks.append(watch)
        try:
            begin = time.process_time()
            drive(store, offers)
            spent = time.process_time() - begin
        finally:
            gc.callbacks.remove(watch)
        if spent < best:
            best, pauses = spent, found
        del store
    tracemalloc.start()
    drive(STORES[strategy](), offers)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return Cost(
        strategy, offers, 1e9 * best / offers, peak / (1 << 20), len(pauses), 1e3 * sum(pauses),
        1e3 * max(pauses, default=0.0),
    )  # fmt: skip
