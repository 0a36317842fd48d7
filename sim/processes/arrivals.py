"""Arrivals: pipelines are submitted when the workload says, one timer at a time."""

from collections.abc import Callable, Iterator

from domain.contracts.orchestration import JobEnded
from domain.orchestration.orchestrator import Orchestrator
from domain.shared.events import Translation
from domain.shared.ids import JobId, PipelineId, sequence
from domain.shared.refusals import Refused
from scenarios.workload import Arrival
from sim.engine import Engine
from sim.truth import Truth


class Submissions:
    """Gives jobs their ids, and files the truth about each before it queues."""

    def __init__(self, engine: Engine, truth: Truth, orchestrator: Orchestrator) -> None:
        self.jobs = 0
        self.requested: dict[JobId, int] = {}  # job → what its user said that it would run for, where that is known
        self._engine = engine
        self._truth = truth
        self._orchestrator = orchestrator
        self._ids = sequence(JobId)

    def submit(self, arrival: Arrival) -> PipelineId | Refused:
        ids = [self._ids() for _ in arrival.durations_us]
        self.jobs += len(ids)
        for id, duration, outcome in zip(ids, arrival.durations_us, arrival.outcomes, strict=True):
            self._truth[id] = (duration, outcome)
        if arrival.estimates_us:
            self.requested.update(zip(ids, arrival.estimates_us, strict=True))
        answer = self._orchestrator.submit(self._engine.now, arrival.tenant, arrival.spec, ids, arrival.trigger)
        if isinstance(answer, Refused):  # its jobs never exist
            self.jobs -= len(ids)
            for id in ids:
                del self._truth[id]
                self.requested.pop(id, None)
        return answer


def forgetting(requested: dict[JobId, int]) -> Translation:
    """Forget what was requested for jobs that have ended, in runs where anything was."""

    def ended(event: JobEnded) -> None:
        requested.pop(event.job, None)

    return {JobEnded: ended}


class Arrivals:
    """Keeps one arrival in hand; `done` once there are no more.

    `routes` take the arrivals of an event instead of submitting them at once, and may be added until the first comes.
    """

    def __init__(
        self,
        engine: Engine,
        arrivals: Iterator[Arrival],
        submissions: Submissions,
        routes: dict[str, Callable[[Arrival], None]],
        rank: int | None = None,
    ) -> None:
        """`rank` places arrivals before or behind what else is due at the same moment; None: in the order of asking."""
        self.done = False
        self._engine = engine
        self._arrivals = arrivals
        self._submissions = submissions
        self._routes = routes
        self._rank = rank
        self._wait()

    @property
    def jobs(self) -> int:
        return self._submissions.jobs

    def _wait(self) -> None:
        arrival = next(self._arrivals, None)
        if arrival is None:
            self.done = True
        else:
            delay = arrival.at_us - self._engine.now
            if self._rank is None:
                self._engine.after(delay, self._arrive, arrival)
            else:
                self._engine.ranked(self._rank, delay, self._arrive, arrival)

    def _arrive(self, arrival: Arrival) -> None:
        route = self._routes.get(arrival.trigger.event) if self._routes else None
        if route:
            route(arrival)
        else:
            self._submissions.submit(arrival)
        self._wait()
