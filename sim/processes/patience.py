"""Patience in time: queued jobs give up after their longest wait, retries come after their back-off."""

from domain.contracts.orchestration import JobQueued, JobRetried
from domain.orchestration.orchestrator import Orchestrator
from domain.shared.events import Translation
from domain.shared.ids import JobId
from sim.engine import Engine


def time_queues(engine: Engine, orchestrator: Orchestrator) -> Translation:
    def queued(event: JobQueued) -> None:
        if event.expires_at_us:
            engine.after(event.expires_at_us - event.at_us, expired, (event.job, event.attempt))

    def expired(attempt: tuple[JobId, int]) -> None:
        orchestrator.expire(engine.now, *attempt)

    def retried(event: JobRetried) -> None:
        engine.after(event.after_us, retry, (event.job, event.attempt))

    def retry(attempt: tuple[JobId, int]) -> None:
        orchestrator.retry(engine.now, *attempt)

    return {JobQueued: queued, JobRetried: retried}
