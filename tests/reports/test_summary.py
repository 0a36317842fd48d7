"""A summary says what happened in the run, and warns where its figures would mislead."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reports.summary import summarise
from scenarios.workload import RefusedRows, TraceReading
from sim.results import OUTCOMES

S = 1_000_000


def test_outcomes_and_retries_of_the_window(make) -> None:
    jobs = [
        {"attempts": 3},
        {"outcome": "FAILED"},
        {"outcome": "SKIPPED", "queued_us": -1, "assigned_us": -1, "started_us": -1, "finished_us": 50, "attempts": 0},
        {"queued_us": 200 * S, "started_us": 200 * S, "finished_us": 201 * S, "attempts": 9},
    ]
    summary = summarise(make(jobs))
    assert summary.outcomes == dict.fromkeys(OUTCOMES, 0) | {"SUCCEEDED": 1, "FAILED": 1, "SKIPPED": 1}
    assert (summary.jobs, summary.retries) == (4, 2)


def test_the_shape_of_a_run_does_not_change_with_the_order_of_its_rows(live) -> None:
    result = live(500)
    shuffled = np.random.default_rng(3).permutation(len(result.jobs))
    jobs = type(result.jobs)(*(getattr(result.jobs, name)[shuffled] for name in result.jobs.__dataclass_fields__))
    assert summarise(replace(result, jobs=jobs)) == summarise(result)


def test_an_empty_run_is_said_to_be_empty(make) -> None:
    summary = summarise(make())
    assert summary.running.max == summary.queued.max == 0
    assert summary.fairness.service is None
    assert summary.cost.per_job_udollars is None
    assert "No job was queued" in summary.warnings[0]


def test_a_run_without_nodes_costs_nothing(make) -> None:
    summary = summarise(make(nodes=[]))
    assert summary.cost.udollars.total == summary.utilisation.cpu_us.total == 0


def test_overload_is_told_from_a_steady_state(live) -> None:
    assert any("Not in a steady state" in w for w in summarise(live(load=1.5)).warnings)
    assert summarise(live(load=0.6)).warnings == ()


def test_a_burst_at_the_horizon_is_not_taken_for_overload(make) -> None:
    late = [{"queued_us": 99 * S, "assigned_us": 101 * S, "started_us": 101 * S, "finished_us": 102 * S}] * 500
    assert summarise(make(late)).warnings == ()


def test_jobs_that_never_started_and_rows_not_used_are_told(make) -> None:
    reading = TraceReading("jobs.csv", rows=10, used=7, refused=(RefusedRows("no start", 3, 4),))
    job = {"assigned_us": -1, "started_us": -1, "outcome": "EXPIRED"}
    warnings = summarise(make([job, {}], reading=reading)).warnings
    assert warnings == (
        "1 job of 2 (50 %) never started and has no wait: 1 expired.",
        "3 rows of 10 of the trace not used: 3 no start.",
    )


def test_columns_that_contradict_each_other_are_told(make) -> None:
    twice = [{"started_us": 0, "finished_us": 100 * S, "cpu_millis": 4000}] * 2
    assert "contradict" in summarise(make(twice)).warnings[0]


@given(st.integers(1, 60), st.integers(0, 5), st.floats(0.2, 2))
def test_every_run_of_a_queue_makes_sense(live, count: int, seed: int, load: float) -> None:
    summary = summarise(live(count, seed=seed, load=load, servers=3))
    overall = summary.waits.overall
    if overall.started:
        assert 0 <= overall.p50_us <= overall.p95_us <= overall.p99_us <= overall.max_us
        assert overall.mean_us <= overall.max_us
    assert sum(summary.outcomes.values()) == overall.jobs
    assert summary.running.mean <= summary.running.max <= 3
    assert summary.running.p99 <= summary.running.max
