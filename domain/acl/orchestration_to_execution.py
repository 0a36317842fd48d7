"""Orchestration tells Execution what is to stop: the attempt ends, and its place with it."""

from domain.contracts.orchestration import CancelRequested
from domain.execution.executor import Executor
from domain.shared.events import Translation


def translate(executor: Executor) -> Translation:
    def cancelled(event: CancelRequested) -> None:
        executor.cancel(event.at_us, event.job, event.assignment)

    return {CancelRequested: cancelled}
