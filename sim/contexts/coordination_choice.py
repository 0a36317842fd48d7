"""From what a scenario says about schedulers to the one of a run, or to several with a loop each: the one switch."""

from collections.abc import Callable
from typing import Any

from domain.scheduling.coordination.cell import Cell
from domain.scheduling.coordination.models import MONOLITHIC, PARTITIONED, SHARED_STATE, TWO_LEVEL
from domain.scheduling.coordination.partitioned import PartitionedCell
from domain.scheduling.coordination.shared_state import SharedStateCell
from domain.scheduling.coordination.two_level import TwoLevelCell
from domain.scheduling.scheduler import Scheduler
from scenarios.schedulers import coordination_of, decides_in_us
from scenarios.semantics_gangs import has_gangs
from scenarios.spec import Scenario, Scheduling
from sim.checkers import ConservationOfCapacity
from sim.checkers_coordination import ConservationAmongSchedulers
from sim.contexts.parts import Checker
from sim.contexts.scheduling_rounds import scheduler_of
from sim.engine import Engine
from sim.processes.holder_loops import HolderLoops
from sim.processes.offer_loop import OfferLoop

CELLS: dict[str, Callable[..., Cell]] = {
    PARTITIONED: PartitionedCell,
    SHARED_STATE: SharedStateCell,
    TWO_LEVEL: TwoLevelCell,
}


def schedule(
    scenario: Scenario, scheduling: Scheduling, engine: Engine, after_round: Callable[[], None] | None,
    policy: Any, tenants: Any, publish: Any, **named: Any,
) -> tuple[OfferLoop, Scheduler]:  # fmt: skip
    """The loop and what it runs."""
    per_event = scheduling.rounds.per == "event"
    coordination = coordination_of(scenario, scheduling)
    if coordination.model == MONOLITHIC:
        loop = OfferLoop(engine, sum(decides_in_us(scheduling)), after_round, per_event)
        loop.scheduler = scheduler_of(scheduling, has_gangs(scenario), policy, tenants, publish, loop.wake, **named)
        return loop, loop.scheduler
    measured = (scheduling.decision and scheduling.decision.measured) or 0.0
    loops = HolderLoops(engine, measured, after_round, per_event)
    loops.cell = CELLS[coordination.model](policy, tenants, publish, loops.wake, coordination, **named)
    loops.scheduler = loops.cell
    return loops, loops.cell


def conservation_of(scheduling: Scheduling) -> Checker:
    """Who watches that no room is given twice."""
    if (scheduling.coordination or MONOLITHIC) == MONOLITHIC:
        return ConservationOfCapacity()
    return ConservationAmongSchedulers(scheduling.offer_ttl)
