"""The pulse of a run: timers that would go on for ever stop while nothing happens to jobs, so that a stall is seen."""

from typing import Any

from domain.contracts.orchestration import JobEnded, JobQueued
from domain.shared.events import Event, Translation
from sim.engine import Call, Engine

PATIENCE_US = 7 * 86_400_000_000


class Pulse:
    """Sets timers as `engine.after` does; once no job has queued or ended for a week they sleep until one does."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._last = 0
        self._asleep: list[tuple[int, Call, Any]] = []

    def subscriptions(self) -> Translation:
        return {JobQueued: self._beat, JobEnded: self._beat}

    @property
    def sleeps(self) -> bool:
        """Whether what is asked for now waits until something happens to a job."""
        return self.engine.now - self._last > PATIENCE_US

    def after(self, delay_us: int, call: Call, what: Any = None) -> None:
        if self.sleeps:
            self._asleep.append((delay_us, call, what))
        else:
            self.engine.after(delay_us, call, what)

    def _beat(self, event: Event) -> None:
        self._last = event.at_us
        if self._asleep:
            asleep, self._asleep = self._asleep, []
            for delay_us, call, what in asleep:
                self.engine.after(delay_us, call, what)
