"""The table of policies says what the code says, and the page about them is up to date and its example runs."""

import re
from pathlib import Path
from typing import get_args

import pytest

from domain.scheduling.policies import ALLOCATORS, LEVEL_FACTS, ORDERINGS, PLACEMENTS, ROW_FACTS
from domain.scheduling.preemption import INTERRUPTIBLE, NEVER, PRIORITY
from domain.scheduling.sampling import Sampling
from reports.policies import policy_rows
from reports.policy_page import BEGIN, PAGE, renewed
from reports.scheduling_rules import RULES_ABOUT, rule_rows
from scenarios.plugins import load_plugin
from scenarios.spec_backfill import Backfilling
from scenarios.spec_coordination import Commit, CoordinationModel
from windtunnel.benching.memory import STORES
from windtunnel.benching.shared_state import STRATEGIES

ROWS = policy_rows()
TEXT = PAGE.read_text(encoding="utf-8")


def test_everything_that_can_be_named_is_there_once() -> None:
    named = [(row.question, row.name) for row in ROWS]
    assert named == [
        *(("allocator", name) for name in ALLOCATORS),
        *(("ordering", name) for name in ORDERINGS),
        *(("placement", name) for name in PLACEMENTS),
    ]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.question}-{row.name}")
def test_every_policy_says_what_it_does_and_conforms(row) -> None:
    assert row.about.endswith(".")
    assert row.conformance == "conforms"
    assert row.answers
    assert row.path in ("fast", "readable")
    if row.question == "placement":
        assert re.search(r"\d{4}|v1\.\d\d", row.source), "a source, with its date"


def test_every_rule_that_a_scenario_may_name_is_there_with_its_source() -> None:
    named: dict[str, list[str]] = {}
    for row in rule_rows():
        named.setdefault(row.question, []).append(row.name)
        assert row.about.endswith(".")
        assert row.source
    assert list(named) == list(RULES_ABOUT)
    assert named["preemption"] == [NEVER, INTERRUPTIBLE, PRIORITY]
    assert named["backfill"] == list(get_args(Backfilling))
    assert named["coordination"] == list(get_args(CoordinationModel))
    assert named["commit"] == list(get_args(Commit))
    assert named["sampling"] == list(get_args(Sampling.__annotations__["order"]))
    assert named["memory"] == list(STORES)
    assert named["shared-state"] == list(STRATEGIES)


def test_the_page_is_up_to_date() -> None:
    assert renewed(TEXT) == TEXT, "run `python -m reports.policy_page`"


def test_a_page_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks"):
        renewed(TEXT.replace(BEGIN, ""))


def test_the_page_explains_every_fact() -> None:
    for fact in (*LEVEL_FACTS, *ROW_FACTS):
        family = re.sub(r"^(free_|total_|)(cpu|memory|disk|gpu)$", r"\1cpu", fact)
        assert f"`{family}`" in TEXT.partition(BEGIN)[0], fact


def test_the_example_of_the_page_is_a_plugin_that_conforms(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    path = tmp_path / "my_policy.py"
    path.write_text(example)
    (policy,) = load_plugin(str(path)).policies
    assert policy.complaints() == []
    assert policy.policy(total_cpu=64_000, leftover=5) < policy.policy(total_cpu=4000, leftover=5)
