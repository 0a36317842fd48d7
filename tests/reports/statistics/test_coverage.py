"""95 % intervals hold the true value in 93 to 97 % of 1 000 small experiments whose answers queueing theory knows."""

from functools import cache

import numpy as np
import pytest

from reports.columns import exact_sum
from reports.statistics.intervals import Estimate, by_order, of_ratio, of_replications
from reports.statistics.paired import paired
from reports.statistics.sectioning import over_sections
from reports.statistics.stopping import precise, schedule
from reports.uncertainty import interval
from sim.quantiles import percentile
from tests.reports.statistics.queues import Waits, true_mean, true_quantile, waits

EXPERIMENTS, REPLICATIONS, JOBS = 1000, 10, 1000
QUEUES = {"M/M/1": (1, 0.5), "M/M/4": (4, 0.7)}
QUEUE = pytest.mark.parametrize("queue", QUEUES)


@cache
def simulated(queue: str) -> Waits:
    """(experiments × replications, jobs), the first 300 jobs of each left out."""
    return waits(*QUEUES[queue], jobs=JOBS, queues=EXPERIMENTS * REPLICATIONS, seed=11, leave_out=300)


def by_experiment(values: Waits) -> list[list[float]]:
    return values.reshape(EXPERIMENTS, -1).tolist()


def p95(values: Waits) -> Waits:
    return percentile(np.sort(values, axis=1).T, 95)


def covered(estimates: list[Estimate], truth: float) -> float:
    given = [each for each in estimates if each.low is not None and each.high is not None]
    assert len(given) > 0.95 * len(estimates)
    return sum(each.low <= truth <= each.high for each in given) / len(given)  # type: ignore[operator]


@QUEUE
def test_the_mean_wait_over_replications(queue: str) -> None:
    means = by_experiment(simulated(queue).mean(axis=1))
    assert 0.93 <= covered([of_replications(each) for each in means], true_mean(*QUEUES[queue])) <= 0.97


@QUEUE
def test_the_p95_wait_as_the_mean_of_each_replications_own(queue: str) -> None:
    found = by_experiment(p95(simulated(queue)))
    assert 0.93 <= covered([of_replications(each) for each in found], true_quantile(*QUEUES[queue], 0.95)) <= 0.97


@QUEUE
def test_the_p95_wait_of_all_replications_together_by_sectioning(queue: str) -> None:
    own = by_experiment(p95(simulated(queue)))
    whole = p95(simulated(queue).reshape(EXPERIMENTS, -1))
    truth = true_quantile(*QUEUES[queue], 0.95)
    inside = [abs(q - truth) <= over_sections(q, parts) for q, parts in zip(whole, own, strict=True)]
    assert 0.93 <= np.mean(inside) <= 0.97


@QUEUE
@pytest.mark.parametrize("figure", ["mean", "p95"])
def test_one_long_run_cut_into_batches(queue: str, figure: str) -> None:
    """As reports of a single run have it; a run that shows correlated batches gets no interval, and is not counted."""
    servers, load = QUEUES[queue]
    runs = np.round(waits(servers, load, jobs=24_000, queues=EXPERIMENTS, seed=12, leave_out=300) * 1e6)
    given = 0
    inside = 0
    truth = (true_mean(servers, load) if figure == "mean" else true_quantile(servers, load, 0.95)) * 1e6
    for run in runs.astype(np.int64):
        if figure == "mean":
            found = interval(run, lambda v: exact_sum(v) / len(v), 10)
        else:
            found = interval(run, lambda v: float(percentile(np.sort(v), 95)), 100)
        if found.low_us is not None and found.high_us is not None:
            given += 1
            inside += found.low_us <= truth <= found.high_us
    assert given > 0.9 * EXPERIMENTS
    assert 0.93 <= inside / given <= 0.97


@QUEUE
def test_a_quantile_of_independent_waits_by_order_statistics(queue: str) -> None:
    """The last wait of each of 200 queues: independent. It covers at least what it says: a jump of one is 3 %."""
    last = np.sort(waits(*QUEUES[queue], jobs=1, queues=EXPERIMENTS * 200, seed=13, leave_out=60).reshape(-1, 200))
    found = [by_order(each, 0.95) for each in last.tolist()]
    assert 0.93 <= covered(found, true_quantile(*QUEUES[queue], 0.95)) <= 0.98


def test_differences_and_ratios_of_two_queues_on_common_random_numbers() -> None:
    """The same arrivals and services with two servers and with three: paired, by a t test and by Fieller."""
    two = waits(2, 0.5, jobs=JOBS, queues=EXPERIMENTS * 20, seed=14, leave_out=300).mean(axis=1)
    three = waits(3, 1 / 3, jobs=JOBS, queues=EXPERIMENTS * 20, seed=14, leave_out=300).mean(axis=1)
    pairs = list(zip(by_experiment(two), by_experiment(three), strict=True))
    gaps = [paired(a, b) for a, b in pairs]
    assert 0.93 <= covered([gap.estimate for gap in gaps], true_mean(2, 0.5) - true_mean(3, 1 / 3)) <= 0.97
    assert all(gap.variance_reduction is not None and gap.variance_reduction > 0 for gap in gaps)
    ratios = [of_ratio(b, a) for a, b in pairs]
    assert 0.93 <= covered(ratios, true_mean(3, 1 / 3) / true_mean(2, 0.5)) <= 0.97


@pytest.mark.parametrize("target", [0.05, 0.10])
def test_stopping_when_it_is_precise_enough_keeps_what_it_promises(target: float) -> None:
    """The error asked for is kept; the interval covers a little less, the price of looking (docs/statistics.md)."""
    most = 200
    means = waits(1, 0.5, jobs=400, queues=500 * most, seed=15, leave_out=100).mean(axis=1).reshape(500, most).tolist()
    truth, inside, kept = true_mean(1, 0.5), 0, 0
    for experiment in means:
        looks = (of_replications(experiment[:n]) for n in schedule(most=most))
        stopped = next(each for each in looks if precise(each, target, relative=True) or each.n == most)
        assert stopped.value is not None and stopped.low is not None and stopped.high is not None
        inside += stopped.low <= truth <= stopped.high
        kept += abs(stopped.value - truth) <= target * truth
    assert 0.91 <= inside / 500 <= 0.97
    assert kept / 500 >= 0.95
