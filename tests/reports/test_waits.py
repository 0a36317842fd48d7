"""Queue waits are about jobs queued in the window, and say how many of them never started."""

from statistics import fmean

import numpy as np
import pytest

from reports.uncertainty import BATCHES, interval
from reports.waits import queue_waits
from sim.quantiles import percentile

S = 1_000_000


def job(queued: int, started: int, **more: object) -> dict[str, object]:
    return {"queued_us": queued, "started_us": started, "finished_us": max(queued, started) + S, **more}


def test_waits_by_hand(make) -> None:
    jobs = [job(i * S, i * S + wait * S) for i, wait in enumerate([4, 1, 3, 2])]
    overall = queue_waits(make(jobs)).overall
    assert (overall.jobs, overall.started) == (4, 4)
    # sorted 1 2 3 4: p50 is element 3·50 // 100 = 1, p95 and p99 element 2
    assert (overall.p50_us, overall.p95_us, overall.p99_us) == (2 * S, 3 * S, 3 * S)
    assert (overall.mean_us, overall.max_us) == (2_500_000, 4 * S)


def test_only_jobs_queued_between_warm_up_and_horizon_count(make) -> None:
    jobs = [job(at, at + 5) for at in (9, 10, 19, 20)] + [job(-1, -1, finished_us=15, outcome="SKIPPED")]
    waits = queue_waits(make(jobs, warm_up_us=10, horizon_us=20))
    assert waits.overall.jobs == 2


def test_jobs_that_never_started_have_no_wait_and_are_counted_by_outcome(make) -> None:
    jobs = [job(0, 7), job(1, -1, outcome="EXPIRED"), job(2, -1, outcome="EXPIRED"), job(3, -1, outcome="CANCELLED")]
    waits = queue_waits(make(jobs))
    assert (waits.overall.jobs, waits.overall.started, waits.overall.max_us) == (4, 1, 7)
    assert waits.never_started == {"CANCELLED": 1, "EXPIRED": 2}


def test_groups_agree_with_counting_one_by_one(live) -> None:
    result = live(3000)
    waits, jobs = queue_waits(result), result.jobs
    mine = (jobs.queued_us >= result.warm_up_us) & (jobs.queued_us < result.horizon_us)
    for t, tenant in enumerate(result.tenants):
        for k, label in enumerate(result.labels):
            rows = mine & (jobs.tenant == t) & (jobs.label == k)
            each = sorted((jobs.started_us - jobs.queued_us)[rows].tolist())
            found = waits.by_tenant_label[tenant][label]
            assert found.jobs == len(each)
            assert (found.p50_us, found.p95_us, found.p99_us) == tuple(percentile(each, p) for p in (50, 95, 99))
            assert found.max_us == each[-1]
            assert found.mean_us == pytest.approx(fmean(each), abs=0.5001)
    assert sum(w.jobs for w in waits.by_tenant.values()) == waits.overall.jobs
    assert sum(w.jobs for w in waits.by_label.values()) == waits.overall.jobs


def test_no_jobs_have_no_figures(make) -> None:
    waits = queue_waits(make())
    assert waits.overall.p95_us is None
    assert waits.overall.mean_us is None
    assert "too few jobs" in waits.mean_interval.why_none


def test_the_interval_of_a_mean_covers_the_truth_as_often_as_it_says() -> None:
    """500 intervals at 95 % from independent exponential values of mean 1000: 95 % ± 4 standard errors cover it."""
    rng = np.random.default_rng(20)
    given_, covered = 0, 0
    for _ in range(500):
        found = interval(rng.exponential(1000, 40 * BATCHES).astype(np.int64), lambda v: float(v.mean()), 10)
        if found.low_us is not None and found.high_us is not None:
            given_ += 1
            covered += found.low_us <= 999.5 <= found.high_us
    assert given_ > 450
    assert 0.91 < covered / given_ < 0.99


def test_no_interval_where_waits_drift_and_the_reason_is_said() -> None:
    growing = np.arange(10_000, dtype=np.int64)
    found = interval(growing, lambda v: float(v.mean()), 10)
    assert found.low_us is None
    assert "drift" in found.why_none
