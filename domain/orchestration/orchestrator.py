"""The commands of Pipeline Orchestration: submit, and what follows as attempts are placed, start and end."""

from collections.abc import Sequence

from domain.orchestration.jobs import Job
from domain.orchestration.pipelines import Pipeline
from domain.orchestration.specs import PipelineSpec
from domain.shared.events import Publish
from domain.shared.ids import AssignmentId, JobId, PipelineId, sequence
from domain.shared.triggers import PUSH, Trigger

ENDING = {"COMPLETED": "succeed", "FAILED": "fail", "TIMED_OUT": "time_out", "CANCELLED": "cancel", "LOST": "fail"}
"""How an execution ended → the move of its job, when no attempt is left."""


class Orchestrator:
    """Keeps the live pipelines and jobs; a job is forgotten when it ends, a pipeline when its last job does.

    Commands about an attempt name it, and do nothing when the job has moved on: messages may come late or twice.
    """

    def __init__(self, publish: Publish) -> None:
        self.jobs: dict[JobId, Job] = {}
        self._publish = publish
        self._pipeline_ids = sequence(PipelineId)

    def submit(
        self, now: int, tenant: str, spec: PipelineSpec, ids: Sequence[JobId], trigger: Trigger = PUSH
    ) -> PipelineId:
        """Start a pipeline whose jobs are known by `ids`, in the order of `spec.jobs`; those without needs queue."""
        pipeline = Pipeline(self._pipeline_ids(), tenant, spec, len(spec.jobs), trigger)
        ready = []
        for id, one in zip(ids, spec.jobs, strict=True):
            job = self.jobs[id] = Job(id, pipeline, one, len(one.needs))
            for need in one.needs:
                pipeline.dependents.setdefault(need, []).append(job)
            if not one.needs:
                ready.append(job)
        self._publish(pipeline.start(now))
        for job in ready:
            self._publish(job.queue(now))
        return pipeline.id

    def placed(self, now: int, id: JobId, attempt: int, assignment: AssignmentId) -> None:
        job = self._at(id, attempt, "QUEUED")
        if job:
            self._publish(job.assign(now, assignment))

    def started(self, now: int, id: JobId, attempt: int) -> None:
        job = self._at(id, attempt, "ASSIGNED")
        if job:
            self._publish(job.start(now))

    def displaced(self, now: int, id: JobId, assignment: AssignmentId) -> None:
        """The place was lost. A job that waits for its worker queues again; a running one hears from its execution."""
        job = self.jobs.get(id)
        if job and job.state == "ASSIGNED" and job.assignment == assignment:
            self._publish(job.requeue(now))

    def attempt_ended(self, now: int, id: JobId, attempt: int, state: str, cause: str) -> None:
        """An execution ended in `state`, by a `cause` of `user`, `infra` or none: the job ends, or backs off."""
        job = self._at(id, attempt, "RUNNING")
        if not job:
            return
        if cause == "infra":
            job.infra_failures += 1
        elif cause == "user":
            job.user_failures += 1
        if cause and state != "TIMED_OUT" and job.may_retry(cause):
            self._publish(job.back_off(now, cause))
        else:
            self._end(now, job, ENDING[state])

    def retry(self, now: int, id: JobId, attempt: int) -> None:
        """The back-off after `attempt` is over."""
        job = self._at(id, attempt, "BACKOFF")
        if job:
            self._publish(job.queue(now))

    def expire(self, now: int, id: JobId, attempt: int) -> None:
        """The job has waited as long as it may."""
        job = self._at(id, attempt, "QUEUED")
        if job:
            self._end(now, job, "expire")

    def _at(self, id: JobId, attempt: int, state: str) -> Job | None:
        job = self.jobs.get(id)
        return job if job and job.attempt == attempt and job.state == state else None

    def _end(self, now: int, job: Job, move: str) -> None:
        """End the job, release or skip what waited for it, and end the pipeline after its last job."""
        pipeline = job.pipeline
        to_skip: list[Job] = []  # a stack: a chain of needs may be longer than recursion goes deep
        while True:
            ended = job.end(now, move)
            del self.jobs[job.id]
            pipeline.count_end(job.state)
            dependents = pipeline.dependents.pop(job.spec.name, ())
            self._publish(ended)
            if job.state != "SUCCEEDED":
                to_skip.extend(reversed(dependents))
            else:
                for dependent in dependents:
                    if dependent.state == "BLOCKED":
                        dependent.missing -= 1
                        if not dependent.missing:
                            self._publish(dependent.queue(now))
            while to_skip and to_skip[-1].state != "BLOCKED":
                to_skip.pop()
            if not to_skip:
                break
            job, move = to_skip.pop(), "skip"
        if not pipeline.remaining and pipeline.state == "RUNNING":
            self._publish(pipeline.end(now))
