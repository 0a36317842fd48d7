"""The STRESS-DES checklist has all its items, what is known of each, and a mark where only the author can say."""

import re

import pytest

from reports.provenance import gather
from reports.stress import stress_des
from reports.summary import summarise
from scenarios.catalogue import FOLDER, names
from scenarios.loader import load_scenario

ITEMS = [
    "1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5.1", "2.5.2", "2.5.3", "2.5.4", "2.5.5", "3.1", "3.2", "3.3",
    "3.4", "4.1", "4.2", "4.3", "5.1", "5.2", "5.3", "5.4", "6.1",
]  # fmt: skip

PROVENANCE = gather(("run", "shop.yaml", "--seed", "3"), ())


def told(scenario: dict, *results) -> str:
    return stress_des(scenario, [summarise(each) for each in results], None, PROVENANCE, ("abc", "def"))


def test_every_item_is_there_in_order(live) -> None:
    text = told({"name": "shop"}, live(50))
    assert re.findall(r"^### ([\d.]+) ", text, re.MULTILINE) == ITEMS
    assert text.count("- [ ] **Author:**") == 11
    assert "doi:10.1080/17477778.2018.1442155" in text


def test_what_is_known_is_filled_in(live) -> None:
    text = told({"name": "shop", "question": "Who\n waits?"}, live(50), live(50, "sjf"))
    assert "Question that the scenario asks: Who waits?" in text
    assert "- fifo: `3fa9" in text
    assert "seed 1." in text
    assert "    windtunnel run shop.yaml --seed 3\n" in text
    assert "Compared under equal arrivals: fifo, sjf." in text


WITHOUT_TRACE = [name for name in names() if "trace:" not in (FOLDER / f"{name}.yaml").read_text()]


@pytest.mark.parametrize("name", WITHOUT_TRACE)
def test_every_scenario_of_the_catalogue_can_be_told(name: str, make) -> None:
    scenario = load_scenario(name)
    checklist = told(scenario.model_dump(mode="json", exclude_none=True), make([{}]))
    assert "{'" not in checklist
    assert "None" not in checklist
    for provider in scenario.fleet.providers.values():
        assert all(f"/{pool} |" in checklist for pool in provider.pools)


def test_a_name_cannot_break_a_table_or_a_line(live) -> None:
    text = told({"name": "a\n# b", "tenants": {}, "workload": {"synthetic": {"jobs": {"x|y": {}}}}}, live(20))
    assert "# STRESS-DES: a # b\n" in text
    assert "| x/y |" in text


def test_nothing_run_is_said() -> None:
    assert "none finished" in told({})
