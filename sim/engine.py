"""Simulated time over simpy: one simpy event per thing that happens, plain callbacks instead of processes."""

from collections.abc import Callable
from typing import Any

import simpy

FOREVER = 1 << 62


class Engine:
    """The clock (`now`, integer microseconds since the start) and the calendar of what is due."""

    def __init__(self) -> None:
        self.now = 0
        self._env = simpy.Environment(initial_time=0)
        self._closing: list[Callable[[], None]] = []

    def after(self, delay_us: int, call: Callable[[Any], None], value: object = None) -> None:
        """Call `call(timer)` after a delay, with `value` in `timer.value`; at equal times in the order of asking."""
        timeout = simpy.Timeout(self._env, delay_us, value)
        timeout.callbacks.append(call)

    def at_close(self, call: Callable[[], None]) -> None:
        """Call `call()` at the end of this moment, when nothing else is due at it."""
        self._closing.append(call)

    def run(self, until_us: int = FOREVER, steps: int = 1000) -> bool:
        """Run what is due before `until_us`, at most `steps` timers of it; True when there may be more."""
        step, peek, closing = self._env.step, self._env.peek, self._closing
        now = self.now
        for _ in range(steps):
            due = peek()
            while closing and due > now:
                closing.pop(0)()
                due = peek()
            if due >= until_us:
                return False
            self.now = now = due  # type: ignore[assignment]  # simpy says float; all our times are whole
            step()
        return True
