"""What a context is given when it joins a run, and what it gives back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from domain.contracts.orchestration import JobQueued
from domain.execution.executions import Execution
from domain.execution.executor import Executor
from domain.orchestration.orchestrator import Orchestrator
from domain.scheduling.scheduler import Scheduler
from domain.shared.events import Translation
from domain.shared.refusals import Refused
from domain.shared.requirements import Requirements
from domain.workers.machines import Machines
from domain.workers.workforce import Workforce
from scenarios.spec import Scenario, Scheduling
from scenarios.workload import Arrival
from sim.bus import Bus
from sim.engine import Engine
from sim.processes.arrivals import Submissions
from sim.processes.offer_loop import OfferLoop
from sim.results import FiguresTable
from sim.streams import Streams
from sim.truth import Truth

Phase = Callable[[int, Execution], int | Refused]
"""Takes now and an attempt; gives how long the phase takes in µs, or the reason why the attempt fails in it."""

Requiring = Callable[[JobQueued, Requirements], Requirements]
"""Takes a job that queues and what it demands of its place so far; gives what it demands now."""


class Checker(Protocol):
    """Outside the system: listens, raises PromiseBroken where a promise is broken, and says at the end what is left."""

    def subscriptions(self) -> Translation: ...
    def at_end(self) -> Iterable[str]: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """The cluster so far. A context may subscribe to events, set timers and give commands to the services.

    `preparing` and `uploading` are the phases of every attempt before and after the user's work, in order, by name:
    a context adds its own. They are looked at once per attempt, so no phase at all costs nothing.
    `routes` take the arrivals of an event, by its name, instead of `submissions`.
    `requiring` add, in order, to what every job that queues demands of its place.
    """

    scenario: Scenario
    scheduling: Scheduling
    streams: Streams
    engine: Engine
    bus: Bus
    truth: Truth
    orchestrator: Orchestrator
    scheduler: Scheduler
    machines: Machines
    workforce: Workforce
    executor: Executor
    submissions: Submissions
    offer_loop: OfferLoop
    preparing: dict[str, Phase] = field(default_factory=dict)
    uploading: dict[str, Phase] = field(default_factory=dict)
    requiring: dict[str, Requiring] = field(default_factory=dict)
    routes: dict[str, Callable[[Arrival], None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Joined:
    """What a context gives back. `hears` is subscribed after everything of the core; `observes` before it."""

    observes: Sequence[Translation] = ()
    hears: Sequence[Translation] = ()
    checkers: Sequence[Checker] = ()
    tables: Callable[[], Sequence[FiguresTable]] = tuple
    work: Callable[[], dict[str, int]] = dict
    close: Callable[[int], None] = lambda now: None
    """Called with the time when the last job has ended: what is still open ends."""


Join = Callable[[Parts, bool], Joined]
"""`join(parts, check)`; gives an empty Joined where the scenario does not use the context."""
