"""`list`, `init` and `schema`: what can be named, a file to start from, and help for editors."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from domain.scheduling.policies import ALLOCATORS, ORDERINGS, PLACEMENTS
from tests.windtunnel.conftest import Windtunnel


def test_list_says_a_line_about_everything_that_has_a_name(windtunnel: Windtunnel) -> None:
    sections = json.loads(windtunnel("list", "--json").out)
    assert {"quickstart", "firefox-ci"} <= set(sections["scenarios"])
    assert set(sections["allocators"]) == set(ALLOCATORS)
    assert set(sections["orderings"]) == set(ORDERINGS)
    assert set(sections["placements"]) == set(PLACEMENTS)
    assert all(about for names in sections.values() for about in names.values())
    shown = windtunnel("list")
    assert shown.code == 0
    assert all(f"  {name} " in shown.out for names in sections.values() for name in names)
    assert max(map(len, shown.out.splitlines())) <= 80


def test_init_writes_a_scenario_that_runs(windtunnel: Windtunnel) -> None:
    assert windtunnel("init", "ours").code == 0
    assert windtunnel("validate", "ours.yaml").code == 0
    outcome = windtunnel("run", "ours.yaml", "--set", "horizon=6h", "--json", "-")
    assert {summary["scenario"] for summary in json.loads(outcome.out)["summaries"]} == {"ours"}


@pytest.mark.parametrize("name", ["", ".", "..", ".yaml"])
def test_init_wants_a_name(windtunnel: Windtunnel, name: str) -> None:
    outcome = windtunnel("init", name)
    assert outcome.code == 2
    assert "no name for a scenario" in outcome.err
    assert list(Path().iterdir()) == []


def test_init_says_a_command_that_can_be_pasted(windtunnel: Windtunnel) -> None:
    assert "windtunnel run 'our fleet.yaml'" in windtunnel("init", "our fleet").out


def test_init_replaces_nothing_unless_forced(windtunnel: Windtunnel) -> None:
    Path("ours.yaml").write_text("precious")
    refused = windtunnel("init", "ours")
    assert refused.code == 2
    assert "--force" in refused.err
    assert Path("ours.yaml").read_text() == "precious"
    assert windtunnel("init", "ours.yaml", "--force").code == 0
    assert Path("ours.yaml").read_text().startswith("#")


def test_schema_accepts_what_init_writes_and_refuses_an_unknown_key(windtunnel: Windtunnel) -> None:
    schema = json.loads(windtunnel("schema").out)
    windtunnel("init", "ours")
    scenario = yaml.safe_load(Path("ours.yaml").read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert list(validator.iter_errors(scenario)) == []
    assert list(validator.iter_errors({**scenario, "horizn": "2d"})) != []
