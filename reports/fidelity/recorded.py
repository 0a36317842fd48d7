"""Recorded CI: statistics that others published of recordings, and the load of a replay."""

import csv
from pathlib import Path

import msgspec
import numpy as np

from reports.fidelity.checks import Line, exactly
from reports.trace_stats import file_statistics

BITCOIN, BITCOIN_DAYS = "bitcoin_core_ci/jobs.csv", "bitcoin_core_ci/expected_daily_stats.csv"
FIREFOX = "firefox_ci/gecko-t-t-linux-large.dat"
PEAK = (3.3, 4.1)
"""The 99th percentile of Firefox tasks at once, over their mean, with unlimited workers."""


def bitcoin_days(data: Path) -> list[Line]:
    """Every field of every published day."""
    with (data / BITCOIN_DAYS).open(encoding="utf-8") as file:
        expected = [{k: v if k == "period" else int(v) for k, v in row.items()} for row in csv.DictReader(file)]
    found = {day.period: msgspec.to_builtins(day) for day in file_statistics(data / BITCOIN).days}
    fields = sum(len(day) for day in expected)
    same = sum(found.get(str(day["period"]), {}).get(key) == value for day in expected for key, value in day.items())
    return [exactly(f"fields of {len(expected)} days", fields, same)]


def firefox_concurrency(data: Path) -> list[Line]:
    """A replay with unlimited workers: nobody waits, and the load is as peaked as it was."""
    from reports.summary import summarise
    from scenarios.loader import load_scenario, resolve_policies
    from sim.run import simulate

    pool = "fleet.providers.aws.pools.workers"
    scenario = load_scenario(
        "firefox-ci", [f"{pool}.node_boot=0s", f"{pool}.workers.start=0s"], trace=str(data / FIREFOX)
    )
    (policy,) = resolve_policies(scenario)
    result = simulate(scenario, policy)
    running = summarise(result).running
    ratio = running.p99 / running.mean
    late = int(np.count_nonzero(result.jobs.started_us != result.jobs.queued_us))
    low, high = PEAK
    return [
        exactly("jobs that wait", 0, late, f"{len(result.jobs):,} jobs"),
        Line("p99 of jobs at once ÷ mean", f"{low} to {high}", f"{ratio:.2f}", low <= ratio <= high, "the range"),
    ]
