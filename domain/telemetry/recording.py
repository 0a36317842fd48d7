"""From events to traces: pipeline → job → attempt → phase → step; a trace is whole when its pipeline has ended."""

from collections.abc import Callable, Sequence

import msgspec

from domain.contracts.execution import ExecutionEnded, ExecutionRunning, ExecutionStarted, ExecutionUploading
from domain.contracts.orchestration import (
    JobEnded,
    JobHeld,
    JobQueued,
    JobRetried,
    PipelineEnded,
    PipelineHeld,
    PipelineStarted,
    StepEnded,
    StepStarted,
)
from domain.contracts.scheduling import JobPlaced
from domain.telemetry import conventions as names
from domain.telemetry.hearing import Hears
from domain.telemetry.spans import Attribute, OpenSpan, Span
from domain.telemetry.tracing import one_in, trace_context, trace_id

HELD, BACK_OFF = "held", "back off"
PHASES = QUEUE, START, PREPARE, RUN, UPLOAD = "queue", "start", "prepare", "run", "upload"
"""Of an attempt, in this order; one that took no time may be missing."""


class LiveTrace(msgspec.Struct):
    """A pipeline that runs: its span, those below that have ended, and the jobs that have."""

    root: OpenSpan
    ended: list[Span] = []
    done: set[int] = set()


class LiveJob(msgspec.Struct):
    """A job with its latest attempt and the phase that it is in; between attempts a phase stands below the job.

    `number` and `stage` say how far it has come, so that late and repeated news are told from new ones. `steps` are
    those of the attempt, None when they are over; `cut_us` is when their phase ended, −1 while it goes on: news of
    them may come a little later.
    """

    trace: LiveTrace
    span: OpenSpan
    number: int = 0
    stage: int = 0
    attempt: OpenSpan | None = None
    phase: OpenSpan | None = None
    executions: list[int] = []
    steps: dict[int, OpenSpan | None] = {}
    cut_us: int = -1


class TraceRecording(Hears):
    """Hands each trace to `emit` when its pipeline has ended: every span in it, children before their parents.

    `keep_one_in` n keeps about one trace in n, the same ones in every run of a seed.
    """

    def __init__(self, seed: int, emit: Callable[[Sequence[Span]], None], keep_one_in: int = 1) -> None:
        self.seed = seed
        self.kept = 0
        self._emit = emit
        self._keep_one_in = keep_one_in
        self._traces: dict[int, LiveTrace] = {}
        self._jobs: dict[int, LiveJob] = {}
        self._executions: dict[int, LiveJob] = {}
        self.handlers = {
            PipelineHeld: self._pipeline_began,
            PipelineStarted: self._pipeline_began,
            JobHeld: self._job_held,
            JobQueued: self._job_queued,
            JobPlaced: self._job_placed,
            ExecutionStarted: self._attempt_started,
            ExecutionRunning: self._attempt_running,
            StepStarted: self._step_started,
            StepEnded: self._step_ended,
            ExecutionUploading: self._attempt_uploading,
            ExecutionEnded: self._attempt_ended,
            JobRetried: self._job_retried,
            JobEnded: self._job_ended,
            PipelineEnded: self._pipeline_ended,
        }

    def _pipeline_began(self, event: PipelineStarted | PipelineHeld) -> None:
        if event.pipeline in self._traces:
            return  # it was held before
        if not one_in(trace_id(self.seed, event.pipeline), self._keep_one_in):
            return
        about = ((names.PIPELINE_NAME, event.tenant), (names.RUN_ID, str(event.pipeline)), (names.TENANT, event.tenant))
        context = trace_context(self.seed, event.pipeline)
        self._traces[event.pipeline] = LiveTrace(
            OpenSpan(context, "", f"RUN {event.tenant}", event.at_us, "server", about)
        )

    def _job_held(self, event: JobHeld) -> None:
        job = self._jobs.get(event.job) or self._new_job(event, event.at_us)
        if job:
            self._wait(job, event.at_us, f"{HELD}: {event.gate}", f"{HELD} {event.gate} {event.at_us}")

    def _job_queued(self, event: JobQueued) -> None:
        job = self._jobs.get(event.job) or self._new_job(event, event.at_us)
        if job is None or event.attempt <= job.number:
            return
        self._end_attempt(job, event.at_us, "LOST")  # its worker never came
        self._end_phase(job, event.at_us)  # of waiting for the next attempt
        number = ((names.ATTEMPT, event.attempt),)
        job.attempt = job.span.child(f"attempt {event.attempt}", event.at_us, attributes=number)
        job.number, job.stage = event.attempt, 0
        job.phase = job.attempt.child(QUEUE, event.at_us)

    def _new_job(self, event: JobQueued | JobEnded | JobHeld, now: int) -> LiveJob | None:
        trace = self._traces.get(event.pipeline)
        if trace is None or event.job in trace.done:
            return None
        about = ((names.TASK_NAME, event.label), (names.TASK_RUN_ID, str(event.job)), (names.TENANT, event.tenant))
        job = self._jobs[event.job] = LiveJob(trace, trace.root.child(event.label, now, f"job {event.job}", about))
        return job

    def _job_placed(self, event: JobPlaced) -> None:
        job = self._jobs.get(event.job)
        if job and job.attempt and job.number == event.attempt and self._enter(job, event.at_us, START):
            place: tuple[Attribute, ...] = ((names.NODE, event.node), (names.POOL, event.pool))
            job.attempt.attributes = (*job.attempt.attributes, *place)

    def _attempt_started(self, event: ExecutionStarted) -> None:
        job = self._jobs.get(event.job)
        if job and job.number == event.attempt and self._enter(job, event.at_us, PREPARE):
            self._executions[event.execution] = job
            job.executions.append(event.execution)

    def _attempt_running(self, event: ExecutionRunning) -> None:
        job = self._of(event.execution)
        if job:
            self._enter(job, event.at_us, RUN)

    def _attempt_uploading(self, event: ExecutionUploading) -> None:
        job = self._of(event.execution)
        if job:
            self._enter(job, event.at_us, UPLOAD)

    def _attempt_ended(self, event: ExecutionEnded) -> None:
        job = self._of(event.execution)
        if job:
            self._end_attempt(job, event.at_us, event.state)
        self._executions.pop(event.execution, None)

    def _step_started(self, event: StepStarted) -> None:
        job = self._jobs.get(event.job)
        if job and job.attempt and job.number == event.attempt and event.step not in job.steps:
            parent = job.phase if job.phase and job.phase.name == RUN else job.attempt
            job.steps[event.step] = parent.child(event.name, event.at_us, f"step {event.step}")
            job.cut_us = -1

    def _step_ended(self, event: StepEnded) -> None:
        job = self._jobs.get(event.job)
        step = job.steps.get(event.step) if job and job.number == event.attempt else None  # none: never reached
        if job and step:
            job.steps[event.step] = None
            end = event.at_us if job.cut_us < 0 else job.cut_us
            job.trace.ended.append(_ended(step, end, event.state, names.TASK_RESULT))

    def _job_retried(self, event: JobRetried) -> None:
        job = self._jobs.get(event.job)
        if job and job.number == event.attempt:
            self._end_attempt(job, event.at_us, "LOST")
            self._wait(job, event.at_us, BACK_OFF, f"{BACK_OFF} {event.attempt}")

    def _job_ended(self, event: JobEnded) -> None:
        job = self._jobs.get(event.job) or self._new_job(event, event.at_us)
        if job is None:
            return
        del self._jobs[event.job]
        job.trace.done.add(event.job)
        self._end_attempt(job, event.at_us, event.state)
        self._end_phase(job, event.at_us)
        for execution in job.executions:
            self._executions.pop(execution, None)
        job.trace.ended.append(_ended(job.span, event.at_us, event.state, names.TASK_RESULT))

    def _pipeline_ended(self, event: PipelineEnded) -> None:
        trace = self._traces.pop(event.pipeline, None)
        if trace:
            trace.ended.append(_ended(trace.root, event.at_us, event.state, names.PIPELINE_RESULT))
            self.kept += 1
            self._emit(trace.ended)

    def _of(self, execution: int) -> LiveJob | None:
        """The job of an execution that is its latest."""
        job = self._executions.get(execution)
        return job if job and job.executions[-1] == execution else None

    def _enter(self, job: LiveJob, now: int, name: str) -> bool:
        """Go on to a phase of the attempt; False where that is not news."""
        stage = PHASES.index(name)
        if job.attempt is None or stage <= job.stage:
            return False
        self._end_phase(job, now)
        job.stage = stage
        job.phase = job.attempt.child(name, now)
        return True

    def _wait(self, job: LiveJob, now: int, name: str, key: str) -> None:
        """A phase of the job outside its attempts; nothing where it is in one, or in this already."""
        if job.attempt is None and not (job.phase and job.phase.name == name):
            self._end_phase(job, now)
            job.phase = job.span.child(name, now, key)

    def _end_phase(self, job: LiveJob, now: int) -> None:
        """A phase that took no time leaves no span; the run does, for there may have been steps in it."""
        if job.phase and (job.phase.start_us < now or job.phase.name == RUN):
            job.trace.ended.append(job.phase.end(now))
        if job.cut_us < 0:
            job.cut_us = now
        job.phase = None

    def _end_attempt(self, job: LiveJob, now: int, state: str) -> None:
        if job.attempt:
            self._end_phase(job, now)
            job.trace.ended += [step.end(job.cut_us) for step in job.steps.values() if step]
            job.steps.clear()
            job.trace.ended.append(_ended(job.attempt, now, state, names.TASK_RESULT))
            job.attempt = None


def _ended(span: OpenSpan, now: int, state: str, attribute: str) -> Span:
    """The span with its result, and with the class of error where it was one."""
    status = "error" if state in names.FAILURES else "unset"
    return span.end(now, status, *names.ended_as(attribute, state).items())
