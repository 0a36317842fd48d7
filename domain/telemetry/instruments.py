"""What is measured of every pipeline and job, from the events that all contexts publish."""

from collections.abc import Sequence
from typing import Any

import msgspec

from domain.contracts.execution import ExecutionEnded
from domain.contracts.orchestration import JobEnded, JobQueued, JobStarted, PipelineEnded, PipelineStarted
from domain.contracts.workers import WorkerFailed
from domain.telemetry import conventions as names
from domain.telemetry.hearing import Hears
from domain.telemetry.metrics import CARDINALITY_LIMIT, Metric
from domain.telemetry.points import Counter, ExponentialHistogram, Histogram, UpDownCounter
from domain.telemetry.tags import TagSets


class LiveRun(msgspec.Struct):
    """A pipeline run that has begun; `executing_us` is when its first job started, −1 before."""

    tenant: str
    began_us: int
    executing_us: int = -1


class LiveJob(msgspec.Struct):
    """A job that has queued; `started_us` is −1 while it waits, for the first time or again."""

    pipeline: int
    queued_us: int
    started_us: int = -1


Series = tuple[Counter, Counter | None, ExponentialHistogram, Histogram]
"""Of the jobs of one (tenant, label, state): how many, how many errors, how long, and how long they waited."""


class Instruments(Hears):
    """The metrics of a run. A pipeline has no name of its own in the events: `cicd.pipeline.name` is its tenant.

    Waits and durations of a job are those of the result table: from its first queueing to its last start, and from
    there to its end. Amounts of time are whole microseconds; those with unit `s` become seconds when they are exported,
    which exponential buckets could not. The series of a (tenant, label, state) is found once and then kept.
    """

    def __init__(self, limit: int = CARDINALITY_LIMIT) -> None:
        self.tags = TagSets()
        self.run_duration = Metric(
            names.RUN_DURATION, "s", "Duration of a pipeline run grouped by pipeline, state and result.",
            spread, limit,
        )  # fmt: skip
        self.run_active = Metric(names.RUN_ACTIVE, "{run}", "Pipeline runs that are active.", UpDownCounter, limit)
        self.run_errors = Metric(names.RUN_ERRORS, "{error}", "Jobs that ended in an error.", Counter, limit)
        self.system_errors = Metric(
            names.SYSTEM_ERRORS, "{error}", "Attempts and workers that the infrastructure failed.", Counter, limit
        )
        self.jobs_ended = Metric(names.JOBS_ENDED, "{job}", "Jobs that have ended.", Counter, limit)
        self.job_duration = Metric(
            names.JOB_DURATION, "us", "From a job's last start to its end.", ExponentialHistogram, limit
        )
        self.queue_wait = Metric(names.QUEUE_WAIT, "s", "From a job's first queueing to its last start.", spread, limit)
        self._jobs: dict[int, LiveJob] = {}
        self._runs: dict[int, LiveRun] = {}
        self._series: dict[tuple[str, str, str], Series] = {}
        self.handlers = {
            PipelineStarted: self._run_began,
            JobQueued: self._job_queued,
            JobStarted: self._job_started,
            ExecutionEnded: self._attempt_ended,
            WorkerFailed: self._worker_failed,
            JobEnded: self._job_ended,
            PipelineEnded: self._run_ended,
        }

    @property
    def metrics(self) -> Sequence[Metric[Any]]:
        return (
            self.run_duration, self.run_active, self.run_errors, self.system_errors,
            self.jobs_ended, self.job_duration, self.queue_wait,
        )  # fmt: skip

    def _run_began(self, event: PipelineStarted) -> None:
        self._runs[event.pipeline] = LiveRun(event.tenant, event.at_us)
        self._active(event.tenant, names.PENDING, 1)

    def _run_executes(self, now: int, run: LiveRun) -> None:
        run.executing_us = now
        self._active(run.tenant, names.PENDING, -1)
        self._active(run.tenant, names.EXECUTING, 1)
        tags = self.tags({names.PIPELINE_NAME: run.tenant, names.RUN_STATE: names.PENDING})
        self.run_duration.at(tags).record(now - run.began_us)

    def _run_ended(self, event: PipelineEnded) -> None:
        run = self._runs.pop(event.pipeline, None)
        if run is None:
            return
        pending = run.executing_us < 0
        state, since = (names.PENDING, run.began_us) if pending else (names.EXECUTING, run.executing_us)
        self._active(event.tenant, state, -1)
        tags = {
            names.PIPELINE_NAME: event.tenant,
            names.RUN_STATE: state,
            **names.ended_as(names.PIPELINE_RESULT, event.state),
        }
        self.run_duration.at(self.tags(tags)).record(event.at_us - since)

    def _job_queued(self, event: JobQueued) -> None:
        job = self._jobs.get(event.job)
        if job:
            job.started_us = -1  # what the attempt before had is gone
        else:
            self._jobs[event.job] = LiveJob(event.pipeline, event.at_us)

    def _job_started(self, event: JobStarted) -> None:
        job = self._jobs.get(event.job)
        if job is None:
            return
        job.started_us = event.at_us
        run = self._runs.get(job.pipeline)
        if run and run.executing_us < 0:
            self._run_executes(event.at_us, run)

    def _job_ended(self, event: JobEnded) -> None:
        key = (event.tenant, event.label, event.state)
        ended, errors, durations, waits = self._series.get(key) or self._find(*key)
        ended.value += 1
        if errors:
            errors.value += 1
        job = self._jobs.pop(event.job, None)
        if job and job.started_us >= 0:
            durations.record(event.at_us - job.started_us)
            waits.record(job.started_us - job.queued_us)

    def _find(self, tenant: str, label: str, state: str) -> Series:
        job = {names.PIPELINE_NAME: tenant, names.TASK_NAME: label}
        how = names.ended_as(names.TASK_RESULT, state)
        error = {names.PIPELINE_NAME: tenant, names.ERROR_TYPE: how.get(names.ERROR_TYPE, "")}
        found = self._series[tenant, label, state] = (
            self.jobs_ended.at(self.tags({**job, **how})),
            self.run_errors.at(self.tags(error)) if names.ERROR_TYPE in how else None,
            self.job_duration.at(self.tags({**job, **how})),
            self.queue_wait.at(self.tags(job)),
        )
        return found

    def _attempt_ended(self, event: ExecutionEnded) -> None:
        if event.cause == "infra":
            self._system_error("agent", names.FAILURES.get(event.state, event.state.lower()))

    def _worker_failed(self, event: WorkerFailed) -> None:
        self._system_error("provider", event.cause)

    def _system_error(self, component: str, error: str) -> None:
        self.system_errors.at(self.tags({names.COMPONENT: component, names.ERROR_TYPE: error})).add()

    def _active(self, tenant: str, state: str, amount: int) -> None:
        self.run_active.at(self.tags({names.PIPELINE_NAME: tenant, names.RUN_STATE: state})).add(amount)


def spread() -> Histogram:
    return Histogram(names.DURATION_BOUNDS_US)
