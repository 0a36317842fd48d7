"""Idleness in time: things that have been idle for long enough are noticed, with one timer for all of them."""

from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from sim.engine import Engine


class CanIdle(Protocol):
    idle_since_us: int


Thing = TypeVar("Thing", bound=CanIdle)


class IdleWatch(Generic[Thing]):
    """Calls `over(thing)` for whatever has stayed idle for `timeout_us`.

    All wait equally long, so the deadlines come in the order in which things became idle, and only the first needs a
    timer. An entry whose thing has not been idle since then is dropped.
    """

    def __init__(self, engine: Engine, timeout_us: int, over: Callable[[Thing], None]) -> None:
        self._engine = engine
        self._timeout_us = timeout_us
        self._over = over
        self._idle: deque[tuple[int, Thing]] = deque()
        self._armed = False

    def watch(self, thing: Thing) -> None:
        """The thing has just become idle."""
        self._idle.append((thing.idle_since_us, thing))
        if not self._armed:
            self._armed = True
            self._engine.after(self._timeout_us, self._ring)

    def _ring(self, _: None) -> None:
        idle, long_enough = self._idle, self._engine.now - self._timeout_us
        while idle:
            since, thing = idle[0]
            if thing.idle_since_us == since:
                if since > long_enough:
                    self._engine.after(since - long_enough, self._ring)
                    return
                self._over(thing)
            idle.popleft()
        self._armed = False
