"""What the complete engine wrote down under a policy, with other seeds, is explained by that policy."""

import re
from pathlib import Path

import numpy as np
import pytest

from reports.hindcasting.comparing import Fleet, hindcast_all
from reports.hindcasting.measures import nearest
from scenarios.loader import load_text
from scenarios.traces.recording import Recording
from scenarios.workload import TraceReading
from sim.run import simulate

POLICIES = ("fifo", "lifo", "sjf", "drf")
SEEDS = (11, 12, 13)
WORKERS = 14
TEXT = (Path(__file__).parents[3] / "docs" / "hindcast.md").read_text(encoding="utf-8")

SCENARIO = """
name: recorded
question: Which policy was it?
horizon: 12h
tenants: {web: {}, ml: {}}
workload:
  synthetic:
    pushes: {rate: 12/h}
    jobs:
      lint: {resources: {cpu: 1cpu}, count: 2, duration: {lognormal: {median: 2m, sigma: 0.5}}}
      test: {resources: {cpu: 1cpu}, count: {lognormal: {median: 4, sigma: 0.8, max: 30}},
             duration: {lognormal: {median: 10m, sigma: 0.7}}}
fleet: {providers: {own: {pools: {workers: {nodes: 14, capacity: {cpu: 1cpu}}}}}}
scheduling: {allocator: fifo, ordering: fifo, placement: best-fit}
policies: {fifo: {}, lifo: {ordering: lifo}, sjf: {ordering: sjf}, drf: {allocator: drf}}
"""


def recorded(policy: str, seed: int) -> Recording:
    """When jobs queued, started and ended, and no more: not in which push they were, nor what the engine drew."""
    result = simulate(load_text(SCENARIO, "recorded.yaml", [f"seed={seed}"]), policy)
    jobs = result.jobs
    ended = np.flatnonzero((jobs.started_us >= 0) & (jobs.finished_us >= 0))
    rows = ended[np.argsort(jobs.queued_us[ended], kind="stable")]
    first = int(jobs.queued_us[rows[0]])
    size = len(rows)
    return Recording(
        reading=TraceReading("recorded.csv", size, size), origin_us=first, queued_us=jobs.queued_us[rows] - first,
        started_us=jobs.started_us[rows] - first, duration_us=(jobs.finished_us - jobs.started_us)[rows],
        label=jobs.label[rows].astype(np.int32), tenant=jobs.tenant[rows].astype(np.int32),
        pipeline=np.full(size, -1, np.int64), outcome=np.zeros(size, np.int8), labels=result.labels,
        tenants=result.tenants, has_outcomes=False,
    )  # fmt: skip


@pytest.mark.parametrize("made", POLICIES)
def test_the_policy_that_made_a_recording_of_another_seed_explains_it_best(made):
    misfits, seconds = [], []
    for seed in SEEDS:
        (queue,) = hindcast_all(recorded(made, seed), "all", Fleet({}, WORKERS), POLICIES, lambda *_: None)
        assert nearest(queue.matches) == (made,) and queue.verdict == "explained"
        misfits.append(queue.matches[0].misfit)
        seconds.append(queue.matches[1].misfit)
    (told,) = re.findall(rf"^\| `{made}` \| (.+) \|$", TEXT, re.MULTILINE)
    assert told == f"{min(misfits):.2f} … {max(misfits):.2f} | {min(seconds):.2f} … {max(seconds):.2f}"
