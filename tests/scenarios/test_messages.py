"""A bad scenario is answered with these very messages: each file of `bad/` has its exact text beside it."""

import re
from pathlib import Path

import pytest

from scenarios.loader import load_scenario
from scenarios.problems import ScenarioError

BAD = Path(__file__).with_name("bad")


def messages(path: Path) -> str:
    """What a user reads about a file of `bad/`, wherever the checkout is."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    return caught.value.render().replace(f"{BAD}/", "") + "\n"


@pytest.mark.parametrize("name", sorted(path.stem for path in BAD.glob("*.yaml")))
def test_bad_scenario_is_answered_with_its_exact_messages(name: str) -> None:
    assert messages(BAD / f"{name}.yaml") == (BAD / f"{name}.txt").read_text(encoding="utf-8")


def test_every_message_names_the_file_what_was_found_and_what_is_allowed() -> None:
    for path in BAD.glob("*.yaml"):
        for line in messages(path).splitlines():
            assert re.fullmatch(rf"{path.name}:\d+: (.+: )?found .+, allowed: .+", line)
