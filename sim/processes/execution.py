"""Execution in time: an attempt prepares, works for as long as its job really takes, and stores what it made."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from domain.contracts.execution import ExecutionStarted
from domain.contracts.orchestration import JobEnded
from domain.execution.executions import Execution
from domain.execution.executor import Executor
from domain.shared.events import Translation
from domain.shared.ids import ExecutionId, JobId
from domain.shared.refusals import Refused
from scenarios.workload import CANCELLED, FAILED, SUCCEEDED
from sim.engine import Engine
from sim.truth import Truth

if TYPE_CHECKING:
    from sim.contexts.parts import Phase

Ends = Callable[[JobId, int, Callable[[Any], None], object], None]
"""Takes a job and how long it works from now, and what to call then with what."""

MOVES = {SUCCEEDED: "complete", FAILED: "fail", CANCELLED: "cancel"}


def run_executions(
    engine: Engine,
    executor: Executor,
    truth: Truth,
    preparing: Mapping[str, "Phase"],
    uploading: Mapping[str, "Phase"],
    ends: Ends | None = None,
) -> Translation:
    """One timer per attempt and phase that takes time; the timeout of the job is over all of them.

    A phase that would end after the timeout ends there (a tie is an end). A phase may refuse: the attempt fails.
    Phases may be added until the first attempt starts. `ends`, where given, times the end of the user's work.
    """

    after = engine.after

    def started(event: ExecutionStarted) -> None:
        if preparing:
            go_through(event.execution, iter(tuple(preparing.values())), prepared)
        else:
            prepared(event.execution)

    def go_through(token: ExecutionId, left: Iterator["Phase"], then: Callable[[ExecutionId], None]) -> None:
        """Go through the phases that are left, one after the other, and on."""
        execution = executor.live.get(token)
        if execution is None:
            return
        for phase in left:
            took = phase(engine.now, execution)
            if isinstance(took, Refused):
                executor.finish(engine.now, token, "fail", took.reason)
                return
            if took:
                within(execution, took, lambda _: go_through(token, left, then))
                return
        then(token)

    def prepared(token: ExecutionId) -> None:
        now = engine.now
        execution = executor.run(now, token)
        if not isinstance(execution, Refused):
            if execution.job not in truth:  # the job has ended: nobody waits for the attempt any more
                executor.finish(now, token, "cancel")
                return
            duration, outcome = truth[execution.job]
            left = execution.started_at_us + execution.timeout_us - now
            if duration > left:
                after(left, timed_out, token)
            elif ends is None:
                after(duration, over, (token, outcome))
            else:
                ends(execution.job, duration, over, (token, outcome))

    def over(end: tuple[ExecutionId, int]) -> None:
        token, outcome = end
        if outcome == SUCCEEDED and uploading and token in executor.live:
            executor.upload(engine.now, token)
            go_through(token, iter(tuple(uploading.values())), stored)
        else:
            executor.finish(engine.now, token, MOVES[outcome])

    def stored(token: ExecutionId) -> None:
        executor.finish(engine.now, token, "complete")

    def within(execution: Execution, duration: int, then: Callable[[Any], None], what: object = None) -> None:
        """After the duration call `then(what)`, or at the timeout end the attempt, whichever comes first."""
        left = execution.started_at_us + execution.timeout_us - engine.now
        if duration <= left:
            engine.after(duration, then, what)
        else:
            engine.after(left, timed_out, execution.id)

    def timed_out(token: ExecutionId) -> None:
        executor.finish(engine.now, token, "time_out")

    def ended(event: JobEnded) -> None:
        del truth[event.job]

    return {ExecutionStarted: started, JobEnded: ended}
