"""Recorded Firefox CI through the whole engine, with as many workers as it asks for: nobody waits."""

import numpy as np

from reports.summary import summarise
from scenarios.loader import load_scenario, resolve_policies
from sim.results import OUTCOMES
from sim.run import simulate

POOL = "fleet.providers.aws.pools.workers"
NO_OVERHEAD = [f"{POOL}.node_boot=0s", f"{POOL}.workers.start=0s"]


def test_unlimited_workers_mean_no_wait_and_the_recorded_concurrency(data) -> None:
    trace = str(data("firefox_ci/gecko-t-t-linux-large.dat"))
    scenario = load_scenario("firefox-ci", NO_OVERHEAD, trace=trace)
    (policy,) = resolve_policies(scenario)
    result = simulate(scenario, policy, check=True)
    recorded = np.fromfile(trace, dtype=">u4").reshape(-1, 2).astype(np.int64) * 1000

    jobs = result.jobs
    assert len(jobs) == len(recorded) == 106_233
    assert (jobs.started_us == jobs.queued_us).all(), "no wait"
    assert (jobs.outcome == OUTCOMES.index("SUCCEEDED")).all()
    order = np.lexsort((jobs.finished_us, jobs.queued_us))
    replayed = np.column_stack([jobs.queued_us, jobs.finished_us - jobs.started_us])[order]
    expected = recorded[np.lexsort((recorded.sum(axis=1), recorded[:, 0]))]
    np.testing.assert_array_equal(replayed - [replayed[0, 0], 0], expected - [expected[0, 0], 0], "what was recorded")

    running = summarise(result).running
    assert 3.3 <= running.p99 / running.mean <= 4.1
