"""Orchestration is the customer of Scheduling: queued jobs become demands, ended jobs are withdrawn."""

from collections.abc import Callable

from domain.contracts.orchestration import JobEnded, JobQueued
from domain.scheduling.scheduler import Scheduler
from domain.shared.events import Translation
from domain.shared.ids import JobId


def translate(scheduler: Scheduler, estimate_us: Callable[[JobId, str], int]) -> Translation:
    """`estimate_us(job, label)` is what the job is expected to run for, 0 when nothing is known."""

    def queued(event: JobQueued) -> None:
        scheduler.submit(
            event.at_us, event.job, event.attempt, event.tenant, event.label, event.resources, event.runs_on,
            estimate_us(event.job, event.label),
        )  # fmt: skip

    def ended(event: JobEnded) -> None:
        scheduler.withdraw(event.at_us, event.job)

    return {JobQueued: queued, JobEnded: ended}
