"""Scheduling supplies Orchestration: a placed job is assigned, a lost place sends it back to the queue."""

from domain.contracts.scheduling import AssignmentRevoked, JobPlaced
from domain.orchestration.orchestrator import Orchestrator
from domain.shared.events import Translation


def placements(orchestrator: Orchestrator) -> Translation:
    def placed(event: JobPlaced) -> None:
        orchestrator.placed(event.at_us, event.job, event.attempt, event.assignment)

    return {JobPlaced: placed}


def losses(orchestrator: Orchestrator) -> Translation:
    def revoked(event: AssignmentRevoked) -> None:
        orchestrator.displaced(event.at_us, event.job, event.assignment)

    return {AssignmentRevoked: revoked}
