"""A newer pipeline of the same event and ref makes an older one superfluous, as far as the scenario lets it."""

import pytest

from domain.shared.requirements import Requirements
from tests.domain.orchestration.orchestra import Orchestra, spec

YES = Requirements(interruptible=True)


def two(mode: str, *, started: tuple[int, ...] = (), **second) -> Orchestra:
    """Jobs 1 (interruptible), 2 (not), and 3 (interruptible, needs 1), then the same again."""
    one = Orchestra()
    jobs = (spec("a", requirements=YES), spec("b"), spec("c", "a", requirements=YES))
    one.submit(*jobs, auto_cancel=mode)
    one.start(*started)
    one.submit(*jobs, auto_cancel=mode, **second)
    return one


def test_without_a_word_about_it_nothing_is_cancelled() -> None:
    assert not two("").ends


def test_conservative_cancels_the_whole_pipeline_while_only_interruptible_jobs_have_started() -> None:
    assert two("conservative", started=(1,)).causes == dict.fromkeys((1, 2, 3), "redundant")
    assert not two("conservative", started=(1, 2)).ends


def test_interruptible_cancels_those_jobs_alone() -> None:
    one = two("interruptible", started=(1, 2))
    assert one.causes == {1: "redundant", 3: "redundant"}
    assert one.state(2) == "RUNNING"


@pytest.mark.parametrize("other", [{"ref": "next"}, {"event": "schedule"}, {"tenant": "u"}])
def test_pipelines_of_another_line_are_left_alone(other) -> None:
    assert not two("conservative", **other).ends


def test_what_has_ended_is_forgotten() -> None:
    one = two("conservative")
    one.run(4, 5, 6)
    assert not one.orchestrator._redundant._live
