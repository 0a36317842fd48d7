"""Scheduling and Workers are partners: placed jobs need workers, freed machines may go, unmet demand needs machines."""

from domain.contracts.scheduling import AssignmentReleased, AssignmentRevoked, JobPlaced, NodeDown, NodeGone
from domain.scheduling.scheduler import Scheduler
from domain.shared.events import Translation
from domain.workers.machines import Machines
from domain.workers.scaling import UnmetDemand
from domain.workers.workforce import Workforce


def translate(machines: Machines, workforce: Workforce) -> Translation:
    def placed(event: JobPlaced) -> None:
        machines.took_job(event.node)
        workforce.request(event.at_us, event.node, event.pool, event.job, event.attempt, event.assignment)

    def released(event: AssignmentReleased) -> None:
        machines.lost_job(event.at_us, event.node)

    def revoked(event: AssignmentRevoked) -> None:
        machines.lost_job(event.at_us, event.node)
        workforce.job_displaced(event.at_us, event.assignment, event.reason)

    def down(event: NodeDown) -> None:
        workforce.machine_gone(event.at_us, event.node)

    def gone(event: NodeGone) -> None:
        workforce.machine_gone(event.at_us, event.node)
        machines.returned(event.at_us, event.node)

    return {
        JobPlaced: placed,
        AssignmentReleased: released,
        AssignmentRevoked: revoked,
        NodeDown: down,
        NodeGone: gone,
    }


def unmet_demand(scheduler: Scheduler) -> list[UnmetDemand]:
    """What waits although the scheduler looked everywhere: its parked shapes."""
    queue = scheduler.queue
    return [
        UnmetDemand(scheduler.shapes[shape].resources, scheduler.shapes[shape].runs_on, queue.waiting[shape])
        for shape in queue.parked
        if queue.waiting[shape]
    ]
