"""Execution publishes to Scheduling: when an attempt ends, its place is free, and how long it took is worth knowing."""

from domain.contracts.execution import ExecutionEnded
from domain.scheduling.estimates import History
from domain.scheduling.scheduler import Scheduler
from domain.shared.events import Translation


def translate(scheduler: Scheduler, history: History) -> Translation:
    def ended(event: ExecutionEnded) -> None:
        assignment = scheduler.assignments.get(event.assignment)
        if assignment is None:
            return
        if event.state == "COMPLETED":
            history.learn(assignment.demand.label, event.ran_us)
        scheduler.release(event.at_us, event.assignment)

    return {ExecutionEnded: ended}
