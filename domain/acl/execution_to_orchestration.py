"""Execution publishes to Orchestration: an attempt that starts or ends is news about its job."""

from domain.contracts.execution import ExecutionEnded, ExecutionStarted
from domain.orchestration.orchestrator import Orchestrator
from domain.shared.events import Translation


def translate(orchestrator: Orchestrator) -> Translation:
    def started(event: ExecutionStarted) -> None:
        orchestrator.started(event.at_us, event.job, event.attempt)

    def ended(event: ExecutionEnded) -> None:
        orchestrator.attempt_ended(event.at_us, event.job, event.attempt, event.state, event.cause)

    return {ExecutionStarted: started, ExecutionEnded: ended}
