"""Which jobs run and which are skipped when what they need failed, by the table in `orchestration.conditions`."""

import pytest

from domain.orchestration.conditions import CANCELLED, FAILED, SKIPPED, accepts
from domain.orchestration.terms import CONDITIONS
from tests.domain.orchestration.orchestra import Orchestra, spec


@pytest.mark.parametrize(("condition", "runs"), [
    # above: nothing, failed, skipped, cancelled; then the same while the pipeline is being cancelled
    ("success", "1000 1000"),
    ("failure", "0100 0000"),
    ("completed", "1111 0000"),
    ("cancelled", "0000 1111"),
    ("always", "1111 1111"),
])  # fmt: skip
def test_the_table_of_conditions(condition, runs) -> None:
    found = [
        "".join(str(int(accepts(condition, above, cancelling))) for above in (0, FAILED, SKIPPED, CANCELLED))
        for cancelling in (False, True)
    ]
    assert found == runs.split()


def test_all_conditions_are_in_the_table() -> None:
    assert CONDITIONS == ("success", "failure", "always", "completed", "cancelled")


@pytest.mark.parametrize("end", ["FAILED", "TIMED_OUT", "LOST"])
def test_a_job_runs_only_if_its_condition_accepts_the_failure(end: str) -> None:
    one = Orchestra()
    one.submit(spec("build"), *(spec(condition, "build", condition=condition) for condition in CONDITIONS))
    for _ in range(3):
        one.start(1)
        one.orchestrator.attempt_ended(
            1, 1, one.orchestrator.jobs[1].attempt, end, "infra" if end == "LOST" else "user"
        )
        if 1 not in one.orchestrator.jobs:
            break
        one.orchestrator.retry(2, 1, one.orchestrator.jobs[1].attempt)
    assert {one.names[id] for id, state in one.ends.items() if state == "SKIPPED"} == {"success", "cancelled"}
    assert {one.names[id] for id in one.queued} == {"build", "failure", "always", "completed"}
    one.run(3, 4, 5)
    assert one.pipelines == {1: "FAILED"}


def test_a_job_with_a_condition_waits_for_all_its_needs() -> None:
    """Also when the first has failed: only then is it known how they all ended."""
    one = Orchestra()
    one.submit(spec("a"), spec("b"), spec("tell", "a", "b", condition="failure"), spec("deploy", "a", "b"))
    one.run(1, end="FAILED")
    assert one.queued == [1, 2]
    one.run(2)
    assert one.queued == [1, 2, 3]
    assert one.ends[4] == "SKIPPED"


def test_a_failure_reaches_down_the_whole_chain_of_needs_also_through_what_was_skipped_or_ran_in_spite_of_it() -> None:
    one = Orchestra()
    one.submit(
        spec("build"), spec("test", "build"), spec("report", "test", condition="always"), spec("publish", "report"),
        spec("alarm", "publish", condition="failure"),
    )  # fmt: skip
    one.run(1, end="FAILED")
    assert one.state(2) == "SKIPPED"
    one.run(3)
    assert one.state(4) == "SKIPPED", "report succeeded, but what is above it did not"
    one.run(5)
    assert one.pipelines == {1: "FAILED"}


def test_what_is_skipped_is_no_failure() -> None:
    one = Orchestra()
    one.submit(
        spec("build"), spec("alarm", "build", condition="failure"), spec("after", "alarm", condition="completed")
    )
    one.run(1)
    assert one.ends[2] == "SKIPPED"
    one.run(3)
    assert one.pipelines == {1: "SUCCEEDED"}


@pytest.mark.parametrize("end", ["FAILED", "TIMED_OUT"])
def test_a_failure_that_is_allowed_blocks_nobody_and_fails_nothing(end: str) -> None:
    one = Orchestra()
    one.submit(
        spec("lint", allow_failure=True), spec("deploy", "lint"), spec("alarm", "deploy", "lint", condition="failure")
    )
    one.run(1, end=end)
    one.run(2)
    assert one.ends == {1: end, 2: "SUCCEEDED", 3: "SKIPPED"}
    assert one.pipelines == {1: "SUCCEEDED"}


def test_to_cancel_is_not_a_failure_that_can_be_allowed() -> None:
    one = Orchestra()
    one.submit(spec("lint", allow_failure=True), spec("deploy", "lint"))
    one.start(1)
    one.orchestrator.cancel(1, 1)
    assert one.ends == {1: "CANCELLED", 2: "SKIPPED"}
    assert one.pipelines == {1: "CANCELLED"}


def test_what_runs_on_failure_or_cancelling_does_not_run_without_needs() -> None:
    one = Orchestra()
    one.submit(spec("a", condition="failure"), spec("b", condition="cancelled"), spec("c", "a", condition="always"))
    assert one.ends == {1: "SKIPPED", 2: "SKIPPED"}
    assert one.queued == [3]


def test_a_long_chain_with_conditions_is_skipped_to_its_end() -> None:
    one = Orchestra()
    chain = [spec("j0", allow_failure=True), *(spec(f"j{at}", f"j{at - 1}") for at in range(1, 4000))]
    one.submit(*chain)
    one.start(1)
    one.orchestrator.cancel(1, 1)
    assert list(one.ends.values()) == ["CANCELLED"] + ["SKIPPED"] * 3999
    assert not one.orchestrator.jobs
    assert not one.orchestrator.pipelines
