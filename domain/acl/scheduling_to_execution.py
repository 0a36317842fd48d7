"""Scheduling tells Execution of places that were lost: what ran there is lost too."""

from domain.contracts.scheduling import AssignmentRevoked
from domain.execution.executor import Executor
from domain.shared.events import Translation


def translate(executor: Executor) -> Translation:
    def revoked(event: AssignmentRevoked) -> None:
        executor.lose(event.at_us, event.job, event.assignment, event.reason)

    return {AssignmentRevoked: revoked}
