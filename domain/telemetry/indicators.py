"""Indicators: which events count towards an objective, and which of them are good."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from domain.contracts.execution import ExecutionEnded
from domain.contracts.orchestration import JobEnded, JobQueued, JobStarted, PipelineEnded, PipelineStarted
from domain.shared.events import Translation
from domain.telemetry.objectives import Objective
from domain.telemetry.tallies import Tally


class Indicator(ABC):
    """Turns events into good and bad ones of one objective."""

    def __init__(self, objective: Objective, tally: Tally, begins_us: int) -> None:
        self.objective, self.tally = objective, tally
        self._begins_us = begins_us

    @abstractmethod
    def hears(self) -> Translation: ...

    @property
    def waits(self) -> bool:
        """Whether time alone may still make something bad."""
        return False

    def look(self, now: int) -> None:  # noqa: B027 (where nothing waits there is nothing to look at)
        """Count what has become bad by waiting alone."""

    def _mine(self, tenant: str, label: str = "") -> bool:
        want = self.objective
        return want.tenant in ("", tenant) and want.label in ("", label)

    def _count(self, at_us: int, good: bool) -> None:
        if at_us >= self._begins_us:
            self.tally.count(at_us, good)


class QueueWait(Indicator):
    """Of all waits in the queue, those up to the threshold. A wait is over when the job starts.

    A job that waits longer is bad from then on, not only when it starts at last: a total outage must alert. One that
    expires is bad, one that is cancelled while it waits does not count. A retried job waits again.
    """

    def __init__(self, objective: Objective, tally: Tally, begins_us: int) -> None:
        super().__init__(objective, tally, begins_us)
        self._waiting: dict[int, int] = {}  # job → since when, the longest first

    def hears(self) -> Translation:
        return {JobQueued: self._queued, JobStarted: self._started, JobEnded: self._ended}

    @property
    def waits(self) -> bool:
        return bool(self._waiting)

    def look(self, now: int) -> None:
        """What became bad since the last look is counted just before now, in the window that ends now."""
        due = now - self.objective.threshold_us
        overdue = []
        for job, since in self._waiting.items():
            if since >= due:
                break
            overdue.append(job)
        for job in overdue:
            del self._waiting[job]
            self._count(now - 1, good=False)

    def _queued(self, event: JobQueued) -> None:
        if self._mine(event.tenant, event.label):
            self._waiting.pop(event.job, None)  # back without having started: the new wait is the last in the row
            self._waiting[event.job] = event.at_us

    def _started(self, event: JobStarted) -> None:
        since = self._waiting.pop(event.job, -1)
        if since >= 0:
            self._count(event.at_us, event.at_us - since <= self.objective.threshold_us)

    def _ended(self, event: JobEnded) -> None:
        if self._waiting.pop(event.job, -1) >= 0 and event.state == "EXPIRED":
            self._count(event.at_us, good=False)


class JobSuccess(Indicator):
    """Of all jobs that ran to an end or expired, those that succeeded; cancelled and skipped ones do not count."""

    def hears(self) -> Translation:
        return {JobEnded: self._ended}

    def _ended(self, event: JobEnded) -> None:
        if event.state not in ("CANCELLED", "SKIPPED") and self._mine(event.tenant, event.label):
            self._count(event.at_us, event.state == "SUCCEEDED")


class InfraSuccess(Indicator):
    """Of all attempts that were not cancelled, those that the infrastructure did not fail, whatever the work did."""

    def __init__(self, objective: Objective, tally: Tally, begins_us: int) -> None:
        super().__init__(objective, tally, begins_us)
        self._others: set[int] = set()  # live jobs that do not count

    def hears(self) -> Translation:
        if not (self.objective.tenant or self.objective.label):
            return {ExecutionEnded: self._ended}
        return {JobQueued: self._queued, ExecutionEnded: self._ended, JobEnded: self._forget}

    def _queued(self, event: JobQueued) -> None:
        if not self._mine(event.tenant, event.label):
            self._others.add(event.job)

    def _ended(self, event: ExecutionEnded) -> None:
        if event.state != "CANCELLED" and event.job not in self._others:
            self._count(event.at_us, event.cause != "infra")

    def _forget(self, event: JobEnded) -> None:
        self._others.discard(event.job)


class PipelineDuration(Indicator):
    """Of all pipelines that were not cancelled, those that ended within the threshold."""

    def __init__(self, objective: Objective, tally: Tally, begins_us: int) -> None:
        super().__init__(objective, tally, begins_us)
        self._began: dict[int, int] = {}

    def hears(self) -> Translation:
        return {PipelineStarted: self._started, PipelineEnded: self._ended}

    def _started(self, event: PipelineStarted) -> None:
        if self._mine(event.tenant):
            self._began[event.pipeline] = event.at_us

    def _ended(self, event: PipelineEnded) -> None:
        began = self._began.pop(event.pipeline, -1)
        if began >= 0 and event.state != "CANCELLED":
            self._count(event.at_us, event.at_us - began <= self.objective.threshold_us)


INDICATORS: dict[str, Callable[[Objective, Tally, int], Indicator]] = {
    "queue_wait": QueueWait,
    "job_success": JobSuccess,
    "infra_success": InfraSuccess,
    "pipeline_duration": PipelineDuration,
}
