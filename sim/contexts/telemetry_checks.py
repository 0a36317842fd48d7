"""What telemetry promises, checked from outside: counters only grow, alerts follow their table, spans nest."""

from collections.abc import Iterable, Sequence

from domain.contracts.telemetry import AlertFired, AlertResolved
from domain.shared.events import Translation
from domain.telemetry.instruments import Instruments
from domain.telemetry.points import Counter, ExponentialHistogram, Histogram
from domain.telemetry.recording import TraceRecording
from domain.telemetry.spans import Span, faults
from domain.telemetry.tags import TagSet
from sim.checkers import PromiseBroken


class CountersOnlyGrow:
    """No counter and no count of a histogram falls, and what its buckets hold adds up to its count."""

    def __init__(self, instruments: Instruments) -> None:
        self._instruments = instruments
        self._seen: dict[tuple[str, TagSet], int] = {}

    def subscriptions(self) -> Translation:
        return {}

    def at_end(self) -> Iterable[str]:
        self.look()
        return ()

    def look(self) -> None:
        for metric in self._instruments.metrics:
            for tags, point in metric:
                if isinstance(point, Counter):
                    reading = point.value
                elif isinstance(point, Histogram | ExponentialHistogram):
                    reading = point.count
                    zeros = point.zeros if isinstance(point, ExponentialHistogram) else 0
                    if sum(point.counts) + zeros != reading:
                        raise PromiseBroken(f"the buckets of {metric.name} {tags} do not add up to {reading}")
                else:
                    continue
                if reading < self._seen.get((metric.name, tags), 0):
                    raise PromiseBroken(f"a counter never falls: {metric.name} {tags} is {reading}")
                self._seen[metric.name, tags] = reading


class AlertsFollowTheirTable:
    """An alert fires only while it does not, is resolved only while it does, and says how long that was.

    What still fires at the end is no fault: the table of alerts reports it as open.
    """

    def __init__(self) -> None:
        self._firing: dict[int, int] = {}

    def subscriptions(self) -> Translation:
        return {AlertFired: self._fired, AlertResolved: self._resolved}

    def at_end(self) -> Iterable[str]:
        return ()

    def _fired(self, event: AlertFired) -> None:
        if event.alert in self._firing:
            raise PromiseBroken(f"at {event.at_us} µs: an alert that fires does not fire again: {event}")
        self._firing[event.alert] = event.at_us

    def _resolved(self, event: AlertResolved) -> None:
        since = self._firing.pop(event.alert, None)
        if since is None or event.at_us - since != event.fired_us:
            raise PromiseBroken(f"at {event.at_us} µs: only a firing alert is resolved, with its time: {event}")


class SpansNest:
    """Every trace is a tree in which each span lies within its parent."""

    def __init__(self, seed: int) -> None:
        self._recording = TraceRecording(seed, self._emitted)

    def subscriptions(self) -> Translation:
        return self._recording.handlers

    def at_end(self) -> Iterable[str]:
        return ()

    def _emitted(self, trace: Sequence[Span]) -> None:
        for fault in faults(trace):
            raise PromiseBroken(f"trace {trace[0].context.trace_id}: {fault}")
