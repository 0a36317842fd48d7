"""Arrivals: pipelines are submitted when the workload says, one timer at a time."""

from collections.abc import Iterator

from domain.orchestration.orchestrator import Orchestrator
from domain.shared.ids import JobId, sequence
from scenarios.workload import Arrival
from sim.engine import Engine
from sim.truth import Truth


class Arrivals:
    """Keeps one arrival in hand; `done` once there are no more. Files the truth about each job before it queues."""

    def __init__(self, engine: Engine, arrivals: Iterator[Arrival], truth: Truth, orchestrator: Orchestrator) -> None:
        self.done = False
        self.jobs = 0
        self._engine = engine
        self._arrivals = arrivals
        self._truth = truth
        self._orchestrator = orchestrator
        self._ids = sequence(JobId)
        self._wait()

    def _wait(self) -> None:
        arrival = next(self._arrivals, None)
        if arrival is None:
            self.done = True
        else:
            self._engine.after(arrival.at_us - self._engine.now, self._arrive, arrival)

    def _arrive(self, arrival: Arrival) -> None:
        ids = [self._ids() for _ in arrival.durations_us]
        self.jobs += len(ids)
        for id, duration, outcome in zip(ids, arrival.durations_us, arrival.outcomes, strict=True):
            self._truth[id] = (duration, outcome)
        self._orchestrator.submit(self._engine.now, arrival.tenant, arrival.spec, ids, arrival.trigger)
        self._wait()
