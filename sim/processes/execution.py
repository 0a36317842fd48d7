"""Execution in time: an attempt takes as long as its job really takes, or as long as it may."""

from domain.contracts.execution import ExecutionStarted
from domain.contracts.orchestration import JobEnded
from domain.execution.executor import Executor
from domain.shared.events import Translation
from domain.shared.ids import ExecutionId
from scenarios.workload import CANCELLED, FAILED, SUCCEEDED
from sim.engine import Engine
from sim.truth import Truth

MOVES = {SUCCEEDED: "complete", FAILED: "fail", CANCELLED: "cancel"}


def run_executions(engine: Engine, executor: Executor, truth: Truth) -> Translation:
    """Sets one timer per attempt: to its real end or to its timeout, whichever comes first (a tie is an end)."""

    def started(event: ExecutionStarted) -> None:
        duration, outcome = truth[event.job]
        timeout = executor.live[event.execution].timeout_us
        if duration <= timeout:
            engine.after(duration, over, (event.execution, MOVES[outcome]))
        else:
            engine.after(timeout, over, (event.execution, "time_out"))

    def over(end: tuple[ExecutionId, str]) -> None:
        executor.finish(engine.now, *end)

    def ended(event: JobEnded) -> None:
        del truth[event.job]

    return {ExecutionStarted: started, JobEnded: ended}
