"""The scenarios that come with Windtunnel load as they are, and ask what they say they ask."""

import re
from pathlib import Path

import pytest

from scenarios.catalogue import STARTER, Entry, entries
from scenarios.loader import load_scenario, resolve_policies
from scenarios.schema import SCHEMA_FILE


def test_each_entry_has_its_file_name_and_a_question() -> None:
    assert {entry.name for entry in entries()} >= {"firefox-ci", "quickstart"}
    for entry in entries():
        assert entry.path.stem == entry.name and entry.question.endswith("?")


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.name)
def test_each_entry_loads_by_name(entry: Entry) -> None:
    trace = __file__ if entry.name in ("easy-backfilling", "firefox-ci", "rlscheduler") else None
    scenario = load_scenario(entry.name, trace=trace)
    assert (scenario.name, scenario.question) == (entry.name, entry.question)


@pytest.mark.parametrize("path", [STARTER, *(entry.path for entry in entries())], ids=lambda path: path.stem)
def test_the_first_line_tells_editors_the_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert match and (path.parent / match[1]).resolve() == SCHEMA_FILE.resolve()


def test_the_starter_loads() -> None:
    assert list(resolve_policies(load_scenario(STARTER))) == ["fair", "first-come"]


def test_quickstart_is_a_week_of_a_hundred_nodes_under_three_policies() -> None:
    scenario = load_scenario("quickstart")
    pools = [pool for provider in scenario.fleet.providers.values() for pool in provider.pools.values()]
    assert scenario.horizon == 7 * 86_400_000_000
    assert sum(pool.nodes.min for pool in pools) == 100
    assert all(pool.nodes.min == pool.nodes.max for pool in pools)
    assert len(resolve_policies(scenario)) == 3
