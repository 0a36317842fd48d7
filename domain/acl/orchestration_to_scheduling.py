"""Orchestration is the customer of Scheduling: queued jobs become demands, ended ones are withdrawn."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from domain.contracts.orchestration import CancelRequested, JobEnded, JobQueued
from domain.scheduling.asked import Asked
from domain.scheduling.scheduler import Scheduler
from domain.shared.events import Translation
from domain.shared.ids import JobId
from domain.shared.requirements import Requirements


def translate(
    scheduler: Scheduler,
    estimate_us: Callable[[JobId, str], int],
    requiring: Mapping[str, Callable[[JobQueued, Requirements], Requirements]] = MappingProxyType({}),
    at_least_once: bool = True,
) -> Translation:
    """`estimate_us(job, label)` is what the job is expected to run for, 0 when nothing is known.

    `requiring`, by name, add to what a job demands of its place; more may come until the first job queues.
    Where messages come `at_least_once`, it is remembered who has asked; where they come once, there is no need.
    """

    asked = Asked() if at_least_once else None

    def queued(event: JobQueued) -> None:
        if asked is not None and not asked.first(event.job, event.attempt):
            return
        requirements = event.requirements
        if requiring:
            for require in requiring.values():
                requirements = require(event, requirements)
        scheduler.submit(
            event.at_us, event.job, event.attempt, event.tenant, event.label, event.resources, event.runs_on,
            estimate_us(event.job, event.label), requirements, event.pipeline,
        )  # fmt: skip

    def ended(event: JobEnded) -> None:
        if asked is not None:
            asked.end(event.job)
        scheduler.withdraw(event.at_us, event.job)

    def cancelled(event: CancelRequested) -> None:
        """Execution has ended the attempt, and its place with it, if one had begun: this is about the others."""
        scheduler.revoke(event.at_us, event.assignment, "cancelled")

    return {JobQueued: queued, JobEnded: ended, CancelRequested: cancelled}
