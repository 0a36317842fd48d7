"""Scheduling's own part in a run: its deadlines in time, what holders decline, its checkers and its figures."""

from collections.abc import Mapping

from domain.contracts.scheduling import (
    AssignmentRejected,
    BurstEnded,
    BurstStarted,
    InverseOfferOpened,
    OfferDeclined,
)
from domain.scheduling.board import Admission
from domain.scheduling.demand import Demand
from domain.scheduling.nodes import Node
from domain.scheduling.preemption import INTERRUPTIBLE
from domain.scheduling.scheduler import Scheduler
from domain.shared.events import Translation
from domain.shared.ids import InverseOfferId
from domain.shared.matching import holds
from domain.shared.refusals import Refused
from domain.shared.requirements import Constraint
from scenarios.fits import classes
from scenarios.places import accepted, quota_of
from scenarios.semantics_gangs import has_gangs
from scenarios.spec import Scenario
from sim.checkers_gangs import GangsAreWhole
from sim.checkers_preemption import OnlyLesserWorkIsStopped
from sim.checkers_scheduling import HardQuotasHold, NeighboursSuit, PlacesSuit
from sim.contexts.gang_tables import Gangs
from sim.contexts.parts import Checker, Joined, Parts
from sim.contexts.preemption_tables import Preempted
from sim.contexts.scheduling_choice import prepare
from sim.contexts.scheduling_rounds import preemption_of
from sim.contexts.scheduling_tables import Setbacks, tables
from sim.engine import Engine


def join(parts: Parts, check: bool) -> Joined:
    """Only what happens costs: the timers are subscribed to events that plain runs do not have."""
    scheduler, scenario = parts.scheduler, parts.scenario
    wishes = {
        number: accepted(tenant.accepts)
        for number, tenant in enumerate(scenario.tenants.values())
        if tenant.accepts
    }  # fmt: skip
    if wishes:
        scheduler.admission = admitting(wishes, scheduler.admission)
    prepare(parts)
    setbacks = Setbacks()
    preemption = preemption_of(parts.scheduling)
    preempted = Preempted() if preemption is not None else None
    checkers = _checkers(scenario) if check else []
    if check and preemption is not None:
        checkers.append(OnlyLesserWorkIsStopped(preemption.rule == INTERRUPTIBLE, preemption.grace_us))
    gangs = Gangs() if has_gangs(scenario) else None
    if check and gangs:
        checkers.append(GangsAreWhole())
    books = [one for one in (preempted, gangs) if one is not None]
    return Joined(
        observes=(setbacks.subscriptions(), *(one.subscriptions() for one in books)),
        hears=(deadlines(parts.engine, scheduler),),
        checkers=checkers,
        tables=lambda: (*tables(parts, setbacks), *(table for one in books for table in one.tables())),
        work=preempted.work if preempted else dict,
    )


def deadlines(engine: Engine, scheduler: Scheduler) -> Translation:
    """Each deadline that Scheduling speaks of, told to it when it has come."""

    def refused(event: OfferDeclined | AssignmentRejected) -> None:
        engine.after(event.until_us - event.at_us, revive)

    def revive(_: None) -> None:
        scheduler.revive(engine.now)

    def asked(event: InverseOfferOpened) -> None:
        engine.after(event.deadline_us - event.at_us, due, event.inverse_offer)

    def due(id: InverseOfferId) -> None:
        scheduler.inverse_due(engine.now, id)

    def burst(event: BurstStarted | BurstEnded) -> None:
        engine.after(event.until_us - event.at_us, turned, event.tenant)

    def turned(tenant: str) -> None:
        scheduler.quota_turned(engine.now, tenant)

    return {
        OfferDeclined: refused,
        AssignmentRejected: refused,
        InverseOfferOpened: asked,
        BurstStarted: burst,
        BurstEnded: burst,
    }


def admitting(wishes: Mapping[int, tuple[Constraint, ...]], others: Admission | None) -> Admission:
    """What tenants decline by themselves, before anybody else is asked."""

    def admission(demand: Demand, node: Node) -> Refused | None:
        for constraint in wishes.get(demand.tenant, ()):
            if not holds(constraint, known(node)):
                return Refused("not-accepted", constraint.key)
        return others(demand, node) if others is not None else None

    return admission


def known(node: Node) -> dict[str, str]:
    """A node's labels and attributes, as constraints see them."""
    return {**dict.fromkeys(node.labels, ""), **dict(node.attributes)}


def _checkers(scenario: Scenario) -> list[Checker]:
    found: list[Checker] = [PlacesSuit()]
    if any(job.affinity or job.spread for _, job in classes(scenario)):
        found.append(NeighboursSuit(spread=scenario.security is None))
    quotas = {name: quota_of(tenant.quota).hard for name, tenant in scenario.tenants.items() if tenant.quota}
    if quotas:
        found.append(HardQuotasHold(quotas))
    return found
