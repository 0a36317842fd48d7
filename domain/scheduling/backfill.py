"""Backfilling: who may go ahead of a job that waits for room, by estimates alone and without delaying it.

- `sticky`: nobody. The job whose turn it is waits until it fits, and everybody behind it waits as well.
- `easy`: it gets a reservation, the earliest time at which a node has room for it if all that runs there ends as
  estimated; others may start that do not move it. Lifka (JSSPP 1995); Mu'alem and Feitelson, "Utilization,
  predictability, workloads, and user runtime estimates in scheduling the IBM SP2 with backfilling", IEEE TPDS 12(6),
  2001.
- `conservative`: every job that waits has a reservation, and nobody may move that of anybody (the same paper).

The contract, for every decision: a job that has a reservation starts no later than it, as long as no job runs longer
than estimated and no node is lost; estimates decide, never what jobs really run for. Published simulators that are all
called EASY differ in the details below and give different results on one log, so each detail has a name.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from operator import itemgetter

import msgspec

from domain.scheduling.demand import Demand

NONE, STICKY, EASY, CONSERVATIVE = "none", "sticky", "easy", "conservative"
NEVER = 1 << 62
"""When a job ends of which nothing is known."""

Amounts = tuple[int, int, int, int]


class Backfill(msgspec.Struct, frozen=True):
    """How a scheduler backfills."""

    kind: str = EASY
    keep_head: bool = False
    """Once a job is found not to fit it stays the one that is waited for, whoever comes meanwhile."""
    keep_reservation: bool = False
    """Its reservation is made once; otherwise anew each round, and it only moves to an earlier time."""
    strict: bool = False
    """What goes ahead must end before the reservation; otherwise at the same time will do."""
    extra: str = "all"
    """What is free beside the reservation once it begins, for jobs that run on past it: of all that has ended by then
    (`all`), of just enough jobs in order of their end (`just-enough`), or nothing is (`none`)."""
    by_arrival: bool = False
    """Others are tried in the order of arrival, whatever the ordering is."""
    only_if_fits: bool = False
    """An arrival calls for a round only where that very job fits at once."""


class Reservation(msgspec.Struct):
    """A place for a job in the future; `spare` is what the node then has beside it."""

    demand: Demand
    row: int
    start_us: int
    spare: Amounts

    def allows(self, row: int, ask: Amounts, ends_us: int, strict: bool) -> bool:
        """Whether a job may start now on a row without moving the reservation."""
        return row != self.row or self.ended(ends_us, strict) or fits(ask, self.spare)

    def ended(self, ends_us: int, strict: bool) -> bool:
        return ends_us < self.start_us if strict else ends_us <= self.start_us

    def let_in(self, row: int, ask: Amounts, ends_us: int, strict: bool) -> None:
        """A job has started: where it runs on past the reservation, it uses what is spare."""
        if row == self.row and not self.ended(ends_us, strict):
            self.spare = minus(self.spare, ask)


def fits(ask: Amounts, room: Amounts) -> bool:
    return all(a <= b for a, b in zip(ask, room, strict=True))


def plus(some: Amounts, more: Amounts) -> Amounts:
    return (some[0] + more[0], some[1] + more[1], some[2] + more[2], some[3] + more[3])


def minus(some: Amounts, less: Amounts) -> Amounts:
    return (some[0] - less[0], some[1] - less[1], some[2] - less[2], some[3] - less[3])


def earliest(
    now: int, free: Amounts, ask: Amounts, ends: Iterable[tuple[int, Amounts]], extra: str
) -> tuple[int, Amounts]:
    """When a node has room if what runs there ends as estimated, and what is spare then; NEVER where it never has.

    `ends` are (estimated end, amounts), those that started first first. What has outlived its estimate may end at any
    moment, but has not by now.
    """
    room, start = free, NEVER
    by_end = sorted(((max(end, now + 1), held) for end, held in ends), key=itemgetter(0))
    rest: Iterator[tuple[int, Amounts]] = iter(by_end)
    for end, held in rest:
        room = plus(room, held)
        if fits(ask, room):
            start = end
            break
    else:
        return NEVER, (0, 0, 0, 0)
    if extra == "all":
        for end, held in rest:
            if end > start:
                break
            room = plus(room, held)
    return start, minus(room, ask) if extra != "none" else (-1, -1, -1, -1)


class Profile:
    """What a node has free from each moment on, as jobs that run and reservations say.

    What ends at this very moment by its estimate is free here: whether it has left already, the ledger says.
    """

    def __init__(self, now: int, free: Amounts, ends: Iterable[tuple[int, Amounts]]) -> None:
        self._times: list[int] = [now]
        self._free: list[Amounts] = [free]
        for end, held in sorted(((max(end, now), held) for end, held in ends), key=itemgetter(0)):
            if end == self._times[-1]:
                self._free[-1] = plus(self._free[-1], held)
            else:
                self._times.append(end)
                self._free.append(plus(self._free[-1], held))

    def earliest(self, ask: Amounts, length_us: int) -> int:
        """The first moment from which `ask` is free for so long."""
        times, free = self._times, self._free
        start: int | None = None
        for at, room in zip(times, free, strict=True):
            if start is not None and at >= start + length_us:
                return start
            if not fits(ask, room):
                start = None
            elif start is None:
                start = at
        return NEVER if start is None else start

    def change(self, start: int, length_us: int, ask: Amounts, sign: int) -> None:
        """Take (−1) or give back (+1) amounts for a while."""
        first, last = self._cut(start), self._cut(start + length_us)
        for at in range(first, last):
            self._free[at] = minus(self._free[at], ask) if sign < 0 else plus(self._free[at], ask)

    def _cut(self, at_us: int) -> int:
        """The index of the piece that begins at a moment, made where there was none."""
        index = bisect_left(self._times, at_us)
        if index == len(self._times) or self._times[index] != at_us:
            self._times.insert(index, at_us)
            self._free.insert(index, self._free[index - 1])
        return index
