"""Execution publishes to Workers: when an attempt ends, its worker is done."""

from domain.contracts.execution import ExecutionEnded
from domain.shared.events import Translation
from domain.workers.workforce import Workforce


def translate(workforce: Workforce) -> Translation:
    def ended(event: ExecutionEnded) -> None:
        workforce.job_done(event.at_us, event.worker, event.assignment)

    return {ExecutionEnded: ended}
