"""From what a scenario says about backfilling and rounds to the scheduler, and to the order of things at one moment."""

from collections.abc import Callable
from typing import Any

from domain.scheduling.backfill import Backfill
from domain.scheduling.backfilling import BackfillingScheduler
from domain.scheduling.ganging import GangScheduler
from domain.scheduling.preempting import PreemptingScheduler
from domain.scheduling.preemption import NEVER, Preemption
from domain.scheduling.scheduler import Scheduler
from domain.shared.ids import JobId
from scenarios.spec import Scheduling
from sim.checkers_backfill import ReservationsHold
from sim.contexts.parts import Checker
from sim.engine import EARLY, LATE, Engine
from sim.processes.ends import expected_first
from sim.processes.execution import Ends
from sim.processes.offer_loop import OfferLoop

RANKS = {"as-asked": None, "arrivals-first": EARLY, "ends-first": LATE}
"""Where arrivals stand among what is due at the same moment."""


def scheduler_of(scheduling: Scheduling, gangs: bool, *args: Any, **named: Any) -> Scheduler:
    """The simplest that does what the scenario asks; `gangs`: some jobs need several places at once."""
    if gangs:
        return GangScheduler(*args, **named)
    backfill = backfill_of(scheduling)
    if backfill is not None:
        return BackfillingScheduler(backfill, *args, **named)
    preemption = preemption_of(scheduling)
    return Scheduler(*args, **named) if preemption is None else PreemptingScheduler(preemption, *args, **named)


def preemption_of(scheduling: Scheduling) -> Preemption | None:
    written = scheduling.preemption
    return None if written is None or written.rule == NEVER else Preemption(written.rule, written.grace)


def backfill_of(scheduling: Scheduling) -> Backfill | None:
    if scheduling.backfill == "none":
        return None
    options = scheduling.backfill_options
    return Backfill(
        kind=scheduling.backfill,
        keep_head=options.head == "kept",
        keep_reservation=options.reservation == "kept",
        strict=options.end == "before-reservation",
        extra=options.extra,
        by_arrival=options.candidates == "arrival",
        only_if_fits=scheduling.rounds.on_arrival == "if-it-fits",
    )


def ends_of(
    scheduling: Scheduling, engine: Engine, loop: OfferLoop, estimate_us: Callable[[JobId], int]
) -> Ends | None:
    """How the ends of attempts are timed; None: like everything else."""
    if scheduling.rounds.expected_ends == "in-turn":
        return None
    return expected_first(engine, loop, estimate_us)


def backfill_checkers(scheduling: Scheduling, estimate_us: Callable[[JobId, str], int]) -> tuple[Checker, ...]:
    """The checker of reservations; under EASY turns may move where the order of jobs is not that of arrival."""
    if scheduling.backfill == "none":
        return ()
    first_come = (scheduling.allocator, scheduling.ordering) == ("fifo", "fifo")
    moves = scheduling.backfill == "easy" and not first_come and scheduling.backfill_options.head == "each-round"
    return (ReservationsHold(estimate_us, moves),)
