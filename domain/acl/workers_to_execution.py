"""Workers hosts Execution: a worker that took a job begins an attempt."""

from collections.abc import Callable

from domain.contracts.workers import WorkerAcquired
from domain.execution.executor import Executor
from domain.shared.events import Translation
from domain.shared.ids import JobId


def translate(executor: Executor, timeout_us: Callable[[JobId], int | None]) -> Translation:
    """`timeout_us(job)` is how long an attempt of the job may take; None: it has ended meanwhile, nothing begins."""

    def acquired(event: WorkerAcquired) -> None:
        timeout = timeout_us(event.job)
        if timeout is not None:
            executor.start(
                event.at_us, event.job, event.attempt, event.assignment, event.worker, event.node, timeout
            )  # fmt: skip

    return {WorkerAcquired: acquired}
