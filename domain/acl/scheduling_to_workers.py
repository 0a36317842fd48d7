"""Scheduling and Workers are partners: placed jobs need workers, freed machines may go, unmet demand needs machines."""

from domain.contracts.scheduling import AssignmentReleased, AssignmentRevoked, JobPlaced, NodeDown, NodeGone
from domain.scheduling.scheduler import Scheduler
from domain.scheduling.waiting import wanted
from domain.shared.events import Translation
from domain.shared.requirements import parts_of
from domain.workers.machines import Machines
from domain.workers.places import Places
from domain.workers.scaling import UnmetDemand
from domain.workers.workforce import Workforce


def translate(machines: Machines, workforce: Workforce, at_least_once: bool = True) -> Translation:
    """Places are begun and given up once each; a job that comes to a machine that has left finds no worker there.

    Where messages come `at_least_once` that takes a memory; where they come once and in order, there is no need.
    """
    places = Places() if at_least_once else None

    def placed(event: JobPlaced) -> None:
        if places is not None and (event.node not in machines.live or not places.begin(event.assignment)):
            return
        machines.took_job(event.at_us, event.node)
        workforce.request(event.at_us, event.node, event.pool, event.job, event.attempt, event.assignment)

    def released(event: AssignmentReleased) -> None:
        if places is None or places.end(event.assignment):
            machines.lost_job(event.at_us, event.node)

    def revoked(event: AssignmentRevoked) -> None:
        if places is None or places.end(event.assignment):
            machines.lost_job(event.at_us, event.node)
        workforce.job_displaced(event.at_us, event.assignment, event.reason)

    def down(event: NodeDown) -> None:
        workforce.machine_gone(event.at_us, event.node)

    def gone(event: NodeGone) -> None:
        workforce.machine_gone(event.at_us, event.node, with_jobs=True)
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
    unmet = ((scheduler.shapes[shape], wanted(scheduler, shape)) for shape in scheduler.queue.parked)
    return [
        UnmetDemand(shape.resources, shape.runs_on, jobs * parts_of(shape.requirements), shape.requirements)
        for shape, jobs in unmet
        if jobs
    ]
