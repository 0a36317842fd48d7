"""The commands of Pipeline Orchestration: submit, and what follows as attempts are placed, start and end."""

from collections.abc import Callable, Sequence

from domain.contracts.orchestration import CancelRequested
from domain.orchestration.conditions import SURVIVES, accepts, trouble
from domain.orchestration.gates import Gates, Member
from domain.orchestration.jobs import Job
from domain.orchestration.pipelines import Pipeline
from domain.orchestration.redundant import Redundant
from domain.orchestration.specs import PipelineSpec
from domain.orchestration.work import Work
from domain.shared.events import Publish
from domain.shared.ids import AssignmentId, JobId, PipelineId, sequence
from domain.shared.once import Once
from domain.shared.refusals import Refused
from domain.shared.triggers import PUSH, Trigger

ENDING = {"COMPLETED": "succeed", "FAILED": "fail", "TIMED_OUT": "time_out", "CANCELLED": "cancel", "LOST": "fail"}
"""How an execution ended → the move of its job, when no attempt is left."""

Admission = Callable[[int, str, PipelineSpec, Trigger], Refused | None]
"""Takes now, tenant, what is to run and why: the reason why it must not."""


class Orchestrator:
    """Keeps the live pipelines and jobs; a job is forgotten when it ends, a pipeline when its last job does.

    Commands about an attempt name it, and do nothing when the job has moved on: messages may come late or twice.
    A job that is cancelled while it holds a place ends when that has been given back, all others end at once; should
    its attempt complete before it hears of that, it has succeeded. Where messages come `at_least_once`, places that
    were heard of are remembered.
    """

    def __init__(self, publish: Publish, admit: Admission | None = None, at_least_once: bool = True) -> None:
        self.jobs: dict[JobId, Job] = {}
        self.pipelines: dict[PipelineId, Pipeline] = {}
        self.gates = Gates(publish, self._cancel, self._let_in)
        self.work = Work(publish)
        self.admit = admit
        self._publish = publish
        self._pipeline_ids = sequence(PipelineId)
        self._redundant = Redundant()
        self._places = Once() if at_least_once else None
        self._early: dict[JobId, list[Callable[[int], None]]] = {}
        """What was heard of an attempt before its place was: heard again when that comes."""

    def submit(
        self, now: int, tenant: str, spec: PipelineSpec, ids: Sequence[JobId], trigger: Trigger = PUSH
    ) -> PipelineId | Refused:
        """Start a pipeline whose jobs are known by `ids`, in the order of `spec.jobs`; those without needs queue.

        Where it is not admitted none of its jobs ever exists.
        """
        pipeline = Pipeline(self._pipeline_ids(), tenant, spec, len(spec.jobs), trigger, ids)
        if self.admit and (refused := self.admit(now, tenant, spec, trigger)):
            self._publish(pipeline.reject(now, refused))
            return refused
        self.pipelines[pipeline.id] = pipeline
        ready = []
        for id, one in zip(ids, spec.jobs, strict=True):
            job = self.jobs[id] = Job(id, pipeline, one, len(one.needs))
            for need in one.needs:
                pipeline.dependents.setdefault(need, []).append(job)
            if not one.needs:
                ready.append(job)
        if spec.plain:
            self._publish(pipeline.start(now))
            for job in ready:
                self._publish(job.queue(now))
        else:
            for id in ids:
                self._publish(self.jobs[id].created(now))
            for old, cause in self._redundant.newer(pipeline, self.jobs):
                self._cancel(now, old, cause)
            if spec.concurrency:
                self.gates.enter(now, pipeline)
            else:
                self._let_in(now, pipeline)
        return pipeline.id

    # --- about attempts ----------------------------------------------------------------------------------------

    def placed(self, now: int, id: JobId, attempt: int, assignment: AssignmentId) -> None:
        """A place that comes for a job that has ended is given back."""
        places, job = self._places, self.jobs.get(id)
        if job is not None and job.attempt == attempt and job.state == "QUEUED":
            if places is not None:
                places.first(assignment)
            self._publish(job.assign(now, assignment))
            for hear in self._early.pop(id, ()) if self._early else ():
                hear(now)
        elif job is None and (places is None or places.first(assignment)):
            self._publish(CancelRequested(now, id, attempt, assignment, "not-wanted"))

    def started(self, now: int, id: JobId, attempt: int) -> None:
        job = self.jobs.get(id)
        if job is not None and job.attempt == attempt and job.state == "ASSIGNED":
            self._publish(job.start(now))
            if not job.pipeline.spec.plain:
                job.pipeline.must_finish |= not job.spec.interruptible
                if job.spec.steps:
                    self.work.begin(job)
            if job.cause:  # it was cancelled as it began
                self._publish(job.ask_to_stop(now))
        elif self._at(id, attempt, "QUEUED"):
            self._early.setdefault(id, []).append(lambda now: self.started(now, id, attempt))

    def displaced(self, now: int, id: JobId, assignment: AssignmentId) -> None:
        """The place was lost. A job that waits for its worker queues again; a running one hears from its execution."""
        job = self.jobs.get(id)
        if job and job.state == "ASSIGNED" and job.assignment == assignment:
            if job.cause:
                self._end(now, job, "cancel")
            else:
                self._publish(job.requeue(now))

    def attempt_ended(self, now: int, id: JobId, attempt: int, state: str, cause: str) -> None:
        """An execution ended in `state`, by `user`, `infra`, `preempted` or no cause: the job ends, or backs off."""
        job = self._at(id, attempt, "RUNNING")
        if not job:
            if id in self._early and self._at(id, attempt, "QUEUED"):
                self._early[id].append(lambda now: self.attempt_ended(now, id, attempt, state, cause))
            return
        if job.spec.steps:
            self.work.end(now, job, state)
        if job.cause and state != "COMPLETED":
            self._end(now, job, "cancel")
            return
        why = "timeout" if state == "TIMED_OUT" else cause
        if why and job.failed(why):
            self._publish(job.back_off(now, why))
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
        if job and id not in self._early:
            self._end(now, job, "expire")

    # --- to stop -----------------------------------------------------------------------------------------------

    def cancel(self, now: int, id: JobId, cause: str = "user") -> None:
        """Stop one job; what needs it is skipped unless its condition says otherwise."""
        job = self.jobs.get(id)
        if job:
            self._cancel(now, job, cause)

    def cancel_pipeline(self, now: int, id: PipelineId, cause: str = "user") -> None:
        """Stop all jobs of a pipeline, except those that run whatever happens (`always`, `cancelled`)."""
        pipeline = self.pipelines.get(id)
        if pipeline:
            self._cancel(now, pipeline, cause)

    # --- inside ------------------------------------------------------------------------------------------------

    def _at(self, id: JobId, attempt: int, state: str) -> Job | None:
        job = self.jobs.get(id)
        return job if job and job.attempt == attempt and job.state == state else None

    def _let_in(self, now: int, member: Member) -> None:
        """A job has passed its gates, a pipeline its own."""
        if isinstance(member, Job):
            self._publish(member.queue(now))
            return
        self._publish(member.start(now))
        jobs = [job for id in member.ids if (job := self.jobs.get(id))]  # one may have been cancelled meanwhile
        for job in jobs:
            self.gates.announce(job)
        for job in jobs:
            if not job.missing and job.state == "BLOCKED":
                self._judge(now, job)

    def _judge(self, now: int, job: Job) -> None:
        """The pipeline begins, and nothing that the job needs is left to end."""
        if self._accepts(job):
            self.gates.arrive(now, job)
        else:
            self._end(now, job, "cancel" if job.pipeline.cancelling else "skip")

    def _accepts(self, job: Job) -> bool:
        return accepts(job.spec.condition, job.above, bool(job.pipeline.cancelling))

    def _cancel(self, now: int, member: Member, cause: str) -> None:
        if isinstance(member, Job):
            if member.state in ("BLOCKED", "QUEUED", "BACKOFF"):
                member.cause = cause
                self._end(now, member, "cancel")
            elif member.state in ("ASSIGNED", "RUNNING") and not member.cause:
                member.cause = cause
                self._publish(member.ask_to_stop(now))
        elif not member.cancelling:
            self._publish(member.ask_to_stop(now, cause))
            held = member.state == "CREATED"
            live = [job for id in member.ids if (job := self.jobs.get(id))]
            self._cancel_all(now, [job for job in live if held or job.spec.condition not in SURVIVES], cause)

    def _cancel_all(self, now: int, jobs: Sequence[Job], cause: str) -> None:
        """First those that wait, or else one would make room for another."""
        for job in sorted(jobs, key=lambda job: job.state != "BLOCKED"):
            self._cancel(now, job, cause)

    def _end(self, now: int, job: Job, move: str) -> None:
        """End the job, release or skip what waited for it, and end the pipeline after its last job."""
        pipeline = job.pipeline
        plain = pipeline.spec.plain
        todo: list[tuple[Job, str]] = []  # a stack: a chain of needs may be longer than recursion goes deep
        while True:
            ended = job.end(now, move)
            del self.jobs[job.id]
            if self._early:
                self._early.pop(job.id, None)
            pipeline.count_end(job.state, job.spec.allow_failure)
            dependents = pipeline.dependents.pop(job.spec.name, ())
            self._publish(ended)
            if not plain:
                todo.extend(reversed(self._consequences(now, job, dependents)))
            elif job.state != "SUCCEEDED":
                left_out = "cancel" if pipeline.cancelling else "skip"
                todo.extend([(dependent, left_out) for dependent in reversed(dependents)])
            else:
                for dependent in dependents:
                    if dependent.state == "BLOCKED":
                        dependent.missing -= 1
                        if not dependent.missing:
                            self._publish(dependent.queue(now))
            while todo and todo[-1][0].state != "BLOCKED":
                todo.pop()
            if not todo:
                break
            job, move = todo.pop()
        if not pipeline.remaining and not pipeline.ended:
            self._publish(pipeline.end(now))
            del self.pipelines[pipeline.id]
            if not plain:
                self.gates.close(pipeline)
                self._redundant.forget(pipeline)
                self.gates.leave(now, pipeline)

    def _consequences(self, now: int, job: Job, dependents: Sequence[Job]) -> list[tuple[Job, str]]:
        """What follows in a pipeline that uses more than needs; gives the jobs that will not run, and how they end."""
        spec, pipeline = job.spec, job.pipeline
        bits = trouble(job.state, spec.allow_failure)
        left_out = []
        for dependent in dependents:
            dependent.above |= job.above | bits
            dependent.missing -= 1
            held = pipeline.state == "CREATED" and not pipeline.cancelling  # judged when the pipeline begins
            if not (dependent.missing or held) and dependent.state == "BLOCKED":
                if pipeline.state == "RUNNING" and self._accepts(dependent):
                    self.gates.arrive(now, dependent)
                else:
                    left_out.append((dependent, "cancel" if pipeline.cancelling else "skip"))
        failed = not spec.allow_failure and job.state in ("FAILED", "TIMED_OUT", "EXPIRED")
        if failed and spec.matrix and spec.matrix.fail_fast:
            others = [other for id in pipeline.ids if (other := self.jobs.get(id)) and other.spec.matrix == spec.matrix]
            self._cancel_all(now, others, "fail-fast")
        self.gates.leave(now, job)
        return left_out
