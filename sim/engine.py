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
        env = self._env
        step, peek = env.step, env.peek
        for _ in range(steps):
            due = peek()
            while self._closing and due > self.now:
                calls, self._closing = self._closing, []
                for call in calls:
                    call()
                due = peek()
            if due >= until_us:
                return False
            self.now = int(due)
            step()
        return True
