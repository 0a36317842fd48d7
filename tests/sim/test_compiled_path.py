"""A run decides the same on the compiled path: equal digests and outcomes, policy by policy."""

from pathlib import Path

import pytest

from scenarios.loader import load_scenario, resolve_policies
from sim.run import simulate

pytest.importorskip("numba", exc_type=ImportError, reason="the compiled path needs the extra `fast`")

MIXED = Path(__file__).parents[1] / "golden" / "mixed.yaml"


def test_every_policy_does_the_same_compiled() -> None:
    scenario = load_scenario(MIXED)
    for policy in resolve_policies(scenario):
        runs = []
        for path in ("readable", "compiled"):
            named = scenario.scheduling.model_copy(update={"path": path})
            runs.append(simulate(scenario.model_copy(update={"scheduling": named}), policy, check=True))
        readable, compiled = runs
        assert readable.digest == compiled.digest
        assert readable.work["offers"] == compiled.work["offers"]
