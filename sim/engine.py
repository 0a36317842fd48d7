"""Simulated time over simpy: its calendar and its order of events, with timers lighter than simpy's own."""

from collections.abc import Callable
from heapq import heappop, heappush
from operator import attrgetter
from typing import Any, cast

import simpy
from simpy.events import NORMAL

FOREVER = 1 << 62

AT_ONCE, FIRST, EARLY, LATE = -2, -1, 0, 2
"""Ranks among things that are due at one moment, for `ranked`; what `after` asks for comes between EARLY and LATE."""

Call = Callable[[Any], None]


class Engine(simpy.Environment):
    """A simpy environment whose clock, `now`, counts whole microseconds since the start of the run.

    Everything simpy has (processes, resources, conditions) works in it. What happens to every job goes through `after`
    instead: an entry in the same calendar that is a call and its argument, not an event object, which costs a
    quarter of a simpy.Timeout with a callback and keeps the same order.
    """

    def __init__(self) -> None:
        super().__init__(initial_time=0)
        self._closing: list[Callable[[], None]] = []

    now = cast("int", property(attrgetter("_now")))

    def after(self, delay_us: int, call: Call, what: Any = None) -> None:
        """Call `call(what)` after a delay ≥ 0; at equal times in the order of asking."""
        queue: Any = self._queue
        heappush(queue, (self._now + delay_us, NORMAL, next(self._eid), (call, what)))

    def ranked(self, rank: int, delay_us: int, call: Call, what: Any = None) -> None:
        """As `after`, but before or behind what else is due at that moment: by rank, then in the order of asking."""
        queue: Any = self._queue
        heappush(queue, (self._now + delay_us, rank, next(self._eid), (call, what)))

    def at_close(self, call: Callable[[], None]) -> None:
        """Call `call()` at the end of this moment, when nothing else is due at it."""
        self._closing.append(call)

    def step(self) -> None:
        """Run the next thing that is due; raises simpy.core.EmptySchedule when nothing is."""
        queue: Any = self._queue
        if queue and type(queue[0][3]) is tuple:
            self._now, _, _, (call, what) = heappop(queue)
            call(what)
        else:
            super().step()

    def advance(self, until_us: int = FOREVER, steps: int = 1) -> bool:
        """Run what is due before `until_us`, at most `steps` things of it; True when there may be more."""
        closing = self._closing
        queue: Any = self._queue
        for _ in range(steps):
            while closing and (not queue or queue[0][0] > self._now):
                closing.pop(0)()
            if not queue:
                return False
            due, _, _, timer = queue[0]
            if due >= until_us:
                return False
            if type(timer) is tuple:  # as in `step`, without calling it
                heappop(queue)
                self._now = due
                timer[0](timer[1])
            else:
                super().step()
        return True
