"""Replays the jobs of a recording on a fleet of so many workers, and gives the simulated wait of each job."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.scheduling.policies import ALLOCATORS, ORDERINGS
from scenarios.quantities import FROM_FILE
from scenarios.spec import Scenario
from scenarios.traces.recording import Recording
from scenarios.traces.replay import TraceWorkload, arrival_order
from sim.results import RunResult
from sim.run import simulate

Ints = NDArray[np.int64]
NOT_STARTED = -1

USUAL = ("fifo", "lifo", "sjf", "ljf")
"""Orders that need nothing but what a recording says."""

FAIR = ("drf", "round-robin", "fewest-running")
"""Allocators, for recordings that say whose jobs are."""


def scenario_for(recording: Recording, workers: int, policies: Sequence[str]) -> Scenario:
    """One pool of `workers` nodes that each take one job; every policy is an ordering or an allocator by its name."""
    tenants: dict[str, Any] = {name: {} for name in recording.tenants} or {"all": {}}
    choices = {
        name: {"ordering": name} if name in ORDERINGS else {"allocator": name, "ordering": "fifo"} for name in policies
    }
    pool = {"nodes": workers, "capacity": {"cpu": "1cpu"}}
    one = {"resources": {"cpu": "1cpu"}, "timeout": "520w"}
    return Scenario.model_validate(
        {
            "name": "hindcast",
            "question": "Do these workers and this order give the recorded waits?",
            "tenants": tenants,
            "workload": {
                "trace": {
                    "file": "recorded", "format": "csv", "columns": {"queued": 0}, "times": "epoch_s", "default": one
                }
            },
            "fleet": {"providers": {"recorded": {"pools": {"workers": pool}}}},
            "scheduling": {"allocator": "fifo", "ordering": "fifo", "placement": "best-fit"},
            "policies": choices,
        },
        context=FROM_FILE,
    )  # fmt: skip


def known_policies() -> list[str]:
    return [*ORDERINGS, *(name for name in ALLOCATORS if name not in ORDERINGS)]


def alone(recording: Recording, rows: Ints) -> Recording:
    """Some jobs of a recording as one of its own: time 0 is the first of them, and each arrives alone."""
    r = recording
    first = int(r.queued_us[rows[0]])
    return replace(
        r,
        origin_us=r.origin_us + first,
        queued_us=r.queued_us[rows] - first,
        started_us=None if r.started_us is None else r.started_us[rows] - first,
        duration_us=r.duration_us[rows],
        label=r.label[rows],
        tenant=r.tenant[rows],
        pipeline=np.full(len(rows), -1, np.int64),
        outcome=r.outcome[rows],
        processors=None,
        estimate_us=None,
        queue=None,
        queues=(),
        wait_known=None if r.wait_known is None else r.wait_known[rows],
    )


def replay(recording: Recording, scenario: Scenario, policy: str) -> Ints:
    """Per job of the recording its simulated wait, NOT_STARTED where it never started."""
    trace = scenario.workload.trace
    assert trace is not None
    workload = TraceWorkload(recording, trace, tuple(scenario.tenants), None)
    return simulated_waits(recording, simulate(scenario, policy, workload=workload))


def simulated_waits(recording: Recording, result: RunResult) -> Ints:
    """Of any run that replayed it. Jobs are numbered as they arrive; those after the horizon never start."""
    jobs = result.jobs
    order = np.argsort(jobs.job, kind="stable")
    rows = arrival_order(recording, result.horizon_us)
    if len(rows) != len(order) or not np.array_equal(recording.queued_us[rows], jobs.queued_us[order]):
        raise ValueError("the run does not have the jobs of the recording")
    waits = np.full(len(recording), NOT_STARTED, np.int64)
    started = jobs.started_us[order]
    waits[rows] = np.where(started >= 0, started - jobs.queued_us[order], NOT_STARTED)
    return waits
