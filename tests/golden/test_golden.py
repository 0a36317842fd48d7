"""Golden runs: what a fixed scenario does under each policy, event for event, and what that looks like in words.

A change here is a change of behaviour: look at it, then `WINDTUNNEL_GOLDEN=write make test` to accept it.
"""

import json
import os
from pathlib import Path

import numpy as np

from scenarios.loader import load_scenario, resolve_policies
from sim.results import OUTCOMES, RunResult
from sim.run import simulate

HERE = Path(__file__).parent
RECORD = HERE / "mixed.json"


def in_words(result: RunResult) -> dict[str, object]:
    """What a person would want to know about a change of digest."""
    jobs = result.jobs
    waits = np.sort((jobs.started_us - jobs.queued_us)[jobs.started_us >= 0])
    return {
        "digest": result.digest,
        "events": result.events,
        "outcomes": {name: int((jobs.outcome == code).sum()) for code, name in enumerate(OUTCOMES)},
        "queue_wait_us": {f"p{p}": int(waits[(len(waits) - 1) * p // 100]) for p in (50, 95, 99)},
        "nodes": len(result.nodes),
        "end_us": result.end_us,
        "work": result.work,
    }


def test_every_policy_does_what_it_did() -> None:
    scenario = load_scenario(HERE / "mixed.yaml")
    runs = {policy: in_words(simulate(scenario, policy, check=True)) for policy in resolve_policies(scenario)}
    if os.environ.get("WINDTUNNEL_GOLDEN") == "write":
        RECORD.write_text(json.dumps(runs, indent=2) + "\n")
    assert runs == json.loads(RECORD.read_text())


def test_the_policies_differ() -> None:
    """Otherwise the record would prove little."""
    record = json.loads(RECORD.read_text())
    assert len({run["digest"] for run in record.values()}) == len(record) == 5
    assert record["oracle"]["queue_wait_us"]["p50"] < record["fifo"]["queue_wait_us"]["p50"]
    assert record["slow"]["work"]["scheduler_busy_us"] > 0
    for name in ("SUCCEEDED", "FAILED", "TIMED_OUT", "EXPIRED", "SKIPPED"):
        assert sum(run["outcomes"][name] for run in record.values()) > 0
