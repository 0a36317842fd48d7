"""What docs/machines.md shows is a scenario that loads and runs."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scenarios.loader import load_scenario, resolve_policies
from scenarios.presets import presets
from sim.run import simulate

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "machines.md").read_text(encoding="utf-8")
BLOCKS = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
BASE: dict[str, Any] = {
    "name": "x", "horizon": "1h",
    "workload": {"synthetic": {"pushes": {"rate": "20/h"}, "jobs": {"a": {
        "resources": {"cpu": "1cpu"}, "duration": "5m", "count": 3}}}},
    "fleet": {"providers": {"aws": {"pools": {"p": {
        "kind": "vm", "instance": "m6i.xlarge", "market": "spot", "nodes": {"min": 1, "max": 9}},
        "big": {"kind": "vm", "instance": "m6i.xlarge", "nodes": 1}}}}},
}  # fmt: skip


@pytest.mark.parametrize("block", BLOCKS, ids=[next(iter(block)) for block in BLOCKS])
def test_every_block_of_the_page_runs(tmp_path, block: dict[str, Any]) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(yaml.safe_dump(BASE | block))
    scenario = load_scenario(path)
    (policy,) = resolve_policies(scenario)
    result = simulate(scenario, policy, check=True)
    assert len(result.jobs) == result.work["jobs_submitted"] > 0


def test_the_page_has_every_kind() -> None:
    assert set(re.findall(r"^\| `([\w-]+)` \|", PAGE, re.MULTILINE)) == set(presets()["kinds"])
