"""The examples of docs/places.md are a scenario that loads."""

import re
from pathlib import Path

from scenarios.loader import load_text

PAGE = Path(__file__).parents[2] / "docs" / "places.md"


def test_the_examples_of_the_page_load_together() -> None:
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    amd = "\n        amd: {nodes: 1, capacity: {cpu: 8cpu}, attributes: {arch: amd64, cores: 8}}\nworkload:"
    scenario = load_text("name: page\nhorizon: 1h\n" + blocks[0].replace("\nworkload:", amd) + blocks[1])
    assert list(scenario.tenants) == ["release", "research", "picky"]
    assert scenario.workload.synthetic.jobs["build"].affinity[1].anti
