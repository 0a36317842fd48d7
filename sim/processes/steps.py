"""Steps in time: the work of an attempt is divided by the shares of its steps, each with its own timeout."""

from itertools import accumulate

from domain.contracts.execution import ExecutionRunning
from domain.execution.executor import Executor
from domain.orchestration.orchestrator import Orchestrator
from domain.shared.events import Translation
from domain.shared.ids import ExecutionId
from sim.engine import Engine
from sim.truth import Truth


def run_steps(engine: Engine, executor: Executor, orchestrator: Orchestrator, truth: Truth) -> Translation:
    """The steps begin when an attempt is prepared; the last ends with the user's work. A tie is an end, no timeout."""

    def running(event: ExecutionRunning) -> None:
        execution = executor.live.get(event.execution)
        job = orchestrator.jobs.get(execution.job) if execution else None
        if execution is None or job is None or not job.spec.steps:
            return
        duration, _ = truth[job.id]
        ends = list(accumulate(step.share for step in job.spec.steps))
        for at, (step, end) in enumerate(zip(job.spec.steps, ends, strict=True)):
            begins = duration * (end - step.share) // ends[-1]
            takes = duration * end // ends[-1] - begins
            engine.after(begins, step_starts, (event.execution, at))
            if step.timeout_us and takes > step.timeout_us:
                engine.after(begins + step.timeout_us, step_times_out, (event.execution, at))
                return

    def step_starts(step: tuple[ExecutionId, int]) -> None:
        token, at = step
        execution = executor.live.get(token)
        if execution:
            orchestrator.work.step_started(engine.now, execution.job, execution.attempt, at)

    def step_times_out(step: tuple[ExecutionId, int]) -> None:
        token, at = step
        execution = executor.live.get(token)
        if execution:
            orchestrator.work.step_timed_out(engine.now, execution.job, execution.attempt, at)
            executor.finish(engine.now, token, "time_out")

    return {ExecutionRunning: running}
