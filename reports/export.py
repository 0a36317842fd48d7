"""A stored run for other tools: its events read once, and told to each of the writers that is wanted."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Protocol

import msgspec

from domain.contracts.orchestration import JobEnded
from domain.shared.events import Event
from domain.telemetry.access import AccessMetrics
from domain.telemetry.hearing import Hears
from domain.telemetry.instruments import Instruments
from domain.telemetry.recording import TraceRecording
from domain.telemetry.transfers import TransferMetrics
from domain.telemetry.workers import WorkerCount
from reports.event_reading import stored_events
from reports.manifest import RunFacts
from reports.otlp import Write
from reports.otlp_metrics import OtlpMetrics
from reports.otlp_traces import OtlpTraces
from reports.perfetto import PerfettoTrace

COLLECT_EVERY_US = 3_600_000_000
"""How often every series of the metrics is written."""

AT_US = attrgetter("at_us")
Tell = Callable[[float, int], None]
"""Takes the fraction of the run that has been read, and how many jobs have ended by then."""


class Exported(msgspec.Struct):
    """How much was written."""

    traces: int = 0
    spans: int = 0
    points: int = 0
    slices: int = 0


class Sink(Protocol):
    """Something that hears the events it asks for in `kinds`, in batches in the order of time."""

    kinds: frozenset[type[Event]]

    def hear(self, events: Sequence[Event]) -> None: ...

    def close(self, now: int, done: Exported) -> None:
        """The run ended at `now`: write the rest, and say in `done` how much it was."""


class TraceSink:
    def __init__(self, write: Write, facts: RunFacts, keep_one_in: int) -> None:
        self._out = OtlpTraces(write, facts)
        self._recording = TraceRecording(facts.seed, self._out.add, keep_one_in)
        self.kinds = frozenset(self._recording.handlers)

    def hear(self, events: Sequence[Event]) -> None:
        self._recording.hear(events)

    def close(self, now: int, done: Exported) -> None:
        self._out.close()
        done.traces, done.spans = self._recording.kept, self._out.spans


class MetricSink:
    def __init__(self, write: Write, facts: RunFacts, every_us: int = COLLECT_EVERY_US) -> None:
        instruments, workers, access, transfers = Instruments(), WorkerCount(), AccessMetrics(), TransferMetrics()
        self._counting: Sequence[Hears] = (instruments, workers, access, transfers)
        metrics = (*instruments.metrics, workers.metric, *access.metrics, *transfers.metrics)
        self._out = OtlpMetrics(write, facts, metrics)
        self._every_us = self._due_us = every_us
        self.kinds = frozenset(kind for one in self._counting for kind in one.handlers)

    def hear(self, events: Sequence[Event]) -> None:
        """What happens at the very moment of a collection belongs to the next."""
        first = 0
        while events and events[-1].at_us >= self._due_us:
            until = bisect_left(events, self._due_us, first, key=AT_US)
            self._count(events[first:until])
            self._out.collect(self._due_us)
            self._due_us += self._every_us
            first = until
        self._count(events[first:])

    def _count(self, events: Sequence[Event]) -> None:
        for one in self._counting:
            one.hear(events)

    def close(self, now: int, done: Exported) -> None:
        self._out.collect(now)
        done.points = self._out.points


class PerfettoSink:
    def __init__(self, write: Write, facts: RunFacts, keep_one_in: int) -> None:
        self._out = PerfettoTrace(write, facts.seed, keep_one_in)
        self.kinds = frozenset(self._out.handlers)

    def hear(self, events: Sequence[Event]) -> None:
        self._out.hear(events)

    def close(self, now: int, done: Exported) -> None:
        self._out.close(now)
        done.slices = self._out.slices


def export(events: Path, facts: RunFacts, sinks: Sequence[Sink], tell: Tell) -> Exported:
    """Tell every sink the events of one policy that it asks for; raises StoreError where they cannot be read."""
    wanted = frozenset().union(*(sink.kinds for sink in sinks)) | {JobEnded}
    now = jobs = 0
    for batch in stored_events(events, facts.policy, sorted(wanted, key=lambda kind: kind.__name__)):
        if not batch:
            continue
        for sink in sinks:
            sink.hear(batch)
        now = batch[-1].at_us
        jobs += sum(type(event) is JobEnded for event in batch)
        tell(min(now / max(facts.end_us, 1), 1.0), jobs)
    done = Exported()
    for sink in sinks:
        sink.close(max(now, facts.end_us), done)
    return done
