"""The schedulers of a scenario as the domain knows them: who decides for whom, how fast, and how they get along."""

from domain.scheduling.coordination.models import MONOLITHIC, Coordination, Desk
from domain.shared.resources import Resources
from scenarios.spec import Scenario, Scheduling
from scenarios.spec_coordination import Decision


def coordination_of(scenario: Scenario, scheduling: Scheduling) -> Coordination:
    """Of one policy. Schedulers that are only counted are called `scheduler 1`, … and take tenants in turn."""
    part = scheduling.slice
    return Coordination(
        model=scheduling.coordination or MONOLITHIC,
        desks=_desks(list(scenario.tenants), scheduling),
        batch=scheduling.batch or 1,
        gang=scheduling.commit == "gang",
        coarse=scheduling.conflicts == "coarse",
        refresh_us=scheduling.snapshot.refresh if scheduling.snapshot else 0,
        round_robin=scheduling.turn == "round-robin",
        slice=Resources(part.cpu, part.memory, part.disk, part.gpu) if part else None,
    )


def decides_in_us(scheduling: Scheduling, own: Decision | None = None) -> tuple[int, int]:
    """Per job and per place, what it takes to decide."""
    decision = own or scheduling.decision
    return (decision.per_job, decision.per_task) if decision else (scheduling.decision_time, 0)


def _desks(tenants: list[str], scheduling: Scheduling) -> tuple[Desk, ...]:
    written = scheduling.schedulers
    if isinstance(written, dict):
        return tuple(
            Desk(name, tuple(map(tenants.index, one.tenants)), *decides_in_us(scheduling, one.decision))
            for name, one in written.items()
        )
    count = written or 1
    per_job, per_task = decides_in_us(scheduling)
    return tuple(
        Desk(f"scheduler {number + 1}", tuple(range(number, len(tenants), count)), per_job, per_task)
        for number in range(count)
    )
