"""The checker of executions accepts what is right and objects to each way of doing work twice or for nothing."""

import pytest

from domain.contracts import execution as e
from domain.contracts.orchestration import JobEnded
from sim.checkers import PromiseBroken
from sim.checkers_execution import NothingExecutesTwice


def ended(execution: int, attempt: int, state: str, job: int = 7) -> e.ExecutionEnded:
    return e.ExecutionEnded(5, execution, job, attempt, 1, 1, 1, state, "", 4)


START, RUN, STORE = e.ExecutionStarted(1, 1, 7, 1, 1, 1), e.ExecutionRunning(1, 1), e.ExecutionUploading(4, 1)
DONE, LOST = ended(1, 1, "COMPLETED"), ended(1, 1, "LOST")
AGAIN = [e.ExecutionStarted(6, 2, 7, 2, 1, 1), e.ExecutionRunning(6, 2), e.ExecutionUploading(7, 2)]
SUCCESS = JobEnded(9, 7, 1, "t", "l", "SUCCEEDED", 1)


def tell(events) -> list[str]:
    checker = NothingExecutesTwice()
    hears = checker.subscriptions()
    for event in events:
        hears[type(event)](event)
    return list(checker.at_end())


@pytest.mark.parametrize("history", [
    [START, RUN, STORE, DONE, SUCCESS],
    [START, LOST, *AGAIN, ended(2, 2, "COMPLETED"), SUCCESS],
    [START, RUN, ended(1, 1, "FAILED"), JobEnded(9, 7, 1, "t", "l", "FAILED", 1)],
    [JobEnded(9, 7, 1, "t", "l", "SKIPPED", 0)],
])  # fmt: skip
def test_what_is_right_passes(history) -> None:
    assert tell(history) == []


@pytest.mark.parametrize(("history", "promise"), [
    ([START, e.ExecutionStarted(2, 2, 7, 2, 1, 1)], "once at a time"),
    ([START, LOST, e.ExecutionStarted(6, 2, 7, 1, 1, 1)], "in order"),
    ([START, RUN, RUN], "work begins once"),
    ([START, STORE], "after the work"),
    ([START, RUN, STORE, STORE], "stored once"),
    ([START, RUN, DONE], "has stored its results"),
    ([START, RUN, STORE, DONE, DONE], "ends once"),
    ([LOST], "ends once"),
    ([START, LOST, SUCCESS], "by an attempt that completed"),
])  # fmt: skip
def test_each_wrong_is_objected_to(history, promise: str) -> None:
    with pytest.raises(PromiseBroken, match=promise):
        tell(history)


def test_what_never_ends_is_told_at_the_end() -> None:
    assert tell([START]) == ["1 executions never ended"]
