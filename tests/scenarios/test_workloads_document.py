"""What docs/workloads.md shows is accepted, and what it lists of the readers is what they say."""

import re
from pathlib import Path

import pytest
import yaml

from scenarios.quantities import FROM_FILE
from scenarios.spec import WorkloadSpec

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "workloads.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL))
def test_examples_are_valid(example):
    WorkloadSpec.model_validate(yaml.safe_load(example)["workload"], context=FROM_FILE)


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / "docs" / target).exists(), target
    for path in re.findall(r"`((?:scenarios|tests|reports)/[\w/.]+)`", TEXT):
        assert (ROOT / path).exists(), path
