"""Metrics are the figures of the summary where it has them, and the same formulas for any selection of jobs."""

import msgspec
import numpy as np
import pytest

from reports.metrics import UnknownMetric, value_of, within_run
from reports.summary import summarise
from scenarios.thresholds import parse_metric
from sim.quantiles import percentile
from sim.results import FiguresTable
from tests.reports.conftest import S, lived, made

TENANTS = {"tenants": ("acme", "globex", "initech"), "labels": ("build", "test", "lint")}


def measured(text: str, result, summary=None) -> float | None:  # type: ignore[no-untyped-def]
    return value_of(parse_metric(text), result, summary or summarise(result))


def test_they_are_the_figures_of_the_summary() -> None:
    result = lived(**TENANTS)
    summary = summarise(result)
    waits, tenant = summary.waits.overall, summary.waits.by_tenant["globex"]
    both = summary.waits.by_tenant_label["acme"]["test"]
    for text, expected in {
        "mean(wait)": waits.mean_us, "p50(wait)": waits.p50_us, "p95(wait)": waits.p95_us, "p99(wait)": waits.p99_us,
        "max(wait)": waits.max_us, "p95(wait{tenant=globex})": tenant.p95_us,
        "mean(wait{tenant=acme,label=test})": both.mean_us, "mean(queued)": summary.queued.mean,
        "max(running)": summary.running.max, "p99(queued)": summary.queued.p99,
        "busy": summary.utilisation.cpu_us.share("busy"), "idle": summary.utilisation.cpu_us.share("idle"),
        "memory_busy": summary.utilisation.memory_us.share("busy"), "cost": summary.cost.udollars.total,
        "cost{tenant=acme}": summary.cost.by_tenant["acme"], "cost{label=test}": summary.cost.by_label["test"],
        "cost_per_job": summary.cost.per_job_udollars, "fairness": summary.fairness.service,
        "count(job.failed)": summary.outcomes["FAILED"],
    }.items():  # fmt: skip
        assert measured(text, result, summary) == pytest.approx(expected), text


def test_durations_and_turnarounds_are_of_the_same_jobs() -> None:
    result = lived(**TENANTS)
    jobs = result.jobs
    mine = (jobs.queued_us < result.horizon_us) & (jobs.queued_us >= result.warm_up_us) & (jobs.label == 1)
    ran, whole = (jobs.finished_us - jobs.started_us)[mine], (jobs.finished_us - jobs.queued_us)[mine]
    assert measured("p90(duration{label=test})", result) == percentile(np.sort(ran), 90)
    assert measured("min(turnaround{label=test})", result) == whole.min()


ENDED = made([
    {"outcome": "SUCCEEDED"}, {"outcome": "FAILED", "attempts": 3}, {"outcome": "TIMED_OUT"},
    {"outcome": "CANCELLED", "started_us": 0}, {"outcome": "CANCELLED", "started_us": -1, "assigned_us": -1},
    {"outcome": "EXPIRED", "started_us": -1, "assigned_us": -1},
    {"outcome": "SKIPPED", "queued_us": -1, "started_us": -1, "assigned_us": -1},
    {"outcome": "SUCCEEDED", "queued_us": 200 * S, "started_us": 201 * S, "finished_us": 202 * S},
])  # fmt: skip


@pytest.mark.parametrize(("event", "times"), [
    ("succeeded", 1), ("failed", 1), ("timed_out", 1), ("cancelled", 2), ("expired", 1), ("skipped", 1), ("killed", 2),
    ("retried", 1),
])  # fmt: skip
def test_events_are_counted_over_all_jobs_of_the_window(event: str, times: int) -> None:
    """Killed: those that had started. The job that was queued after the horizon counts nowhere."""
    assert measured(f"count(job.{event})", ENDED) == times
    assert measured(f"rate(job.{event})", ENDED) == pytest.approx(times / 7)


def test_what_there_is_none_of_has_no_value() -> None:
    assert measured("p95(wait{label=nothing})", ENDED) is None
    assert measured("count(job.failed{label=nothing})", ENDED) == 0
    assert measured("rate(job.failed{label=nothing})", ENDED) is None


def test_counters_and_contexts_figures_are_found_or_refused_with_what_there_is() -> None:
    table = FiguresTable("artifacts", "Caches", (("cache", "text"), ("hit rate", "share"), ("saves", "count")),
                         (("deps", 0.9, 10), ("build", 0.5, 5)))  # fmt: skip
    result = ENDED
    summary = msgspec.structs.replace(summarise(result), contexts=(table,))
    assert measured("work.placements_tried", result, summary) == result.work["placements_tried"]
    assert measured("artifacts.caches.hit_rate{cache=deps}", result, summary) == 0.9
    assert measured("artifacts.caches.saves", result, summary) == 15
    assert measured("artifacts.caches.hit_rate{cache=none}", result, summary) is None
    assert measured("security.decisions.times", result, summary) is None
    for text, complaint in {
        "work.offres": "no counter offres, this run has placements_tried",
        "artifacts.caches.hit_rate": "choose one with cache",
        "artifacts.caches.misses": "has no figure misses, only hit_rate, saves",
        "artifacts.cache.saves": "has no table cache, only caches",
        "artifacts.caches.saves{pool=x}": "has no names pool, only cache",
    }.items():
        with pytest.raises(UnknownMetric, match=complaint):
            measured(text, result, summary)


def test_one_run_has_intervals_of_waits_and_rates_when_it_has_the_jobs() -> None:
    result = lived(20_000, load=0.5, **TENANTS)
    summary = summarise(result)
    found = within_run(parse_metric("p95(wait)"), result)
    given = summary.waits.p95_interval
    assert given.low_us is not None and given.high_us is not None and found.low is not None and found.high is not None
    assert (found.low, found.high) == (pytest.approx(given.low_us, abs=1), pytest.approx(given.high_us, abs=1))
    rate = within_run(parse_metric("rate(job.failed)"), result)
    assert rate.low is not None and rate.high is not None and rate.low < 0.2 < rate.high
    assert "too few jobs" in within_run(parse_metric("p99(wait{tenant=acme,label=test})"), result).why_none
    assert "replications" in within_run(parse_metric("cost"), result).why_none


def test_what_never_happened_is_not_taken_for_impossible() -> None:
    """Three in n, about: with 300 jobs and no failure, 1.2 % may still be the truth (two-sided 95 %)."""
    result = made([{"queued_us": i} for i in range(300)])
    found = within_run(parse_metric("rate(job.failed)"), result)
    assert (found.value, found.low, found.high) == (0.0, 0.0, pytest.approx(0.0122, abs=1e-4))
