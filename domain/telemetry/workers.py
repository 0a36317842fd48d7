"""How many workers there are, by what they do: offline while they start or leave, available, busy."""

from typing import Any

from domain.contracts.workers import (
    WorkerAcquired,
    WorkerDraining,
    WorkerFailed,
    WorkerReady,
    WorkerReleased,
    WorkerRequested,
    WorkerTerminated,
)
from domain.shared.events import Event, Handler
from domain.telemetry import conventions as names
from domain.telemetry.hearing import Hears
from domain.telemetry.metrics import Metric
from domain.telemetry.points import UpDownCounter
from domain.telemetry.tags import TagSets

STATES: dict[type[Event], str] = {
    WorkerRequested: names.OFFLINE,
    WorkerReady: names.AVAILABLE,
    WorkerAcquired: names.BUSY,
    WorkerReleased: names.AVAILABLE,
    WorkerDraining: names.OFFLINE,
    WorkerFailed: names.OFFLINE,
}
"""What a worker is from this event on."""


class WorkerCount(Hears):
    """The metric `cicd.worker.count`. Ephemeral workers move five times a job, so this is counted after a run."""

    def __init__(self) -> None:
        self.metric = Metric(names.WORKER_COUNT, "{count}", "Workers by state.", UpDownCounter)
        tags = TagSets()
        self._points = {
            state: self.metric.at(tags({names.WORKER_STATE: state}))
            for state in (names.OFFLINE, names.AVAILABLE, names.BUSY)
        }
        self._states: dict[int, str] = {}
        moves: dict[type[Event], Handler] = {kind: self._into(state) for kind, state in STATES.items()}
        self.handlers = {**moves, WorkerTerminated: self._terminated}

    def _into(self, state: str) -> Handler:
        def moved(event: Any) -> None:
            before = self._states.get(event.worker)
            if before:
                self._points[before].add(-1)
            elif not isinstance(event, WorkerRequested):
                return  # late news of one that is gone
            self._states[event.worker] = state
            self._points[state].add(1)

        return moved

    def _terminated(self, event: WorkerTerminated) -> None:
        before = self._states.pop(event.worker, None)
        if before:
            self._points[before].add(-1)
