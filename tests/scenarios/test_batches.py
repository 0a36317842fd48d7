"""Batches with shares, counts with weights, recorded durations and weekly profiles are drawn as they are written."""

import numpy as np
import pytest

from scenarios.distributions import sample_counts, sample_us
from scenarios.loader import load_text
from scenarios.problems import ScenarioError
from scenarios.profiles import hourly_rates
from scenarios.quantities import FROM_FILE
from scenarios.sizes import mean_count, mean_shares
from scenarios.spec import Count, Distribution, Pushes, Synthetic
from scenarios.synthetic import SyntheticWorkload
from sim.streams import Streams

HOUR = 3_600_000_000

SCENARIO = """\
name: batches
horizon: 2d
workload:
  synthetic:
    pushes: {{rate: 60/h}}
    {batch}
    jobs:
      lint: {{resources: {{cpu: 1cpu}}, {lint}, duration: 10s}}
      test: {{resources: {{cpu: 1cpu}}, {test}, duration: {{empirical: {{quantiles: {quantiles}}}}}}}
fleet: {{providers: {{own: {{pools: {{all: {{nodes: 400, capacity: {{cpu: 1cpu}}}}}}}}}}}}
"""
BATCH = "batch: {weighted: {values: [0, 2, 10], weights: [1, 2, 1]}}"


def text(batch=BATCH, lint="share: 1", test="share: 3", quantiles="[1m, 2m, 10m]"):
    return SCENARIO.format(batch=batch, lint=lint, test=test, quantiles=quantiles)


def arrivals(scenario):
    synthetic, horizon = scenario.workload.synthetic, scenario.horizon
    return list(SyntheticWorkload(synthetic, ("all",), Streams(3), horizon).arrivals())


def test_a_push_has_the_jobs_of_its_batch_split_by_the_shares():
    drawn = arrivals(load_text(text()))
    sizes = np.array([len(arrival.spec.jobs) for arrival in drawn])
    assert set(sizes.tolist()) == {2, 10}  # a push of no jobs is none
    assert (sizes == 2).mean() == pytest.approx(2 / 3, abs=0.04)
    labels = [job.label for arrival in drawn for job in arrival.spec.jobs]
    assert labels.count("test") / len(labels) == pytest.approx(0.75, abs=0.02)


def test_a_batch_leaves_other_draws_as_they_were():
    alone = arrivals(load_text(text(batch="", lint="count: 1", test="count: 1")))
    batched = arrivals(load_text(text(batch="batch: 2")))
    assert [one.at_us for one in alone] == [one.at_us for one in batched]


def test_recorded_durations_lie_between_their_quantiles():
    one = Distribution.model_validate({"empirical": {"quantiles": ["1m", "2m", "10m"]}}, context=FROM_FILE)
    drawn = sample_us(one, np.random.default_rng(1), 40_000) / 60e6
    assert drawn.min() >= 1 and drawn.max() <= 10
    assert (np.median(drawn), drawn.mean()) == (pytest.approx(2, abs=0.05), pytest.approx((1.5 + 6) / 2, abs=0.05))


def test_weighted_counts_are_as_often_as_their_weights():
    count = Count.model_validate({"weighted": {"values": [1, 7], "weights": [3, 1]}})
    drawn = sample_counts(count, np.random.default_rng(2), 20_000)
    assert (drawn == 7).mean() == pytest.approx(0.25, abs=0.01) and mean_count(count) == 2.5
    synthetic = load_text(text()).workload.synthetic
    assert mean_shares(synthetic) == {"lint": pytest.approx(3.5 / 4), "test": pytest.approx(3.5 * 3 / 4)}
    assert isinstance(synthetic, Synthetic)


def test_a_profile_of_a_week_has_a_rate_for_each_hour():
    week = [0.0] * 168
    week[30] = 5.0
    rates = hourly_rates(Pushes.model_validate({"rate": "2/h", "profile": week}, context=FROM_FILE))
    assert rates[30] == pytest.approx(2 * 168) and rates.sum() == pytest.approx(2 * 168)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"batch": ""}, "only with `batch`"),
        ({"lint": "count: 2", "test": "count: 1"}, "`share` above 0 in at least one class"),
        ({"lint": "share: 0", "test": "share: 0"}, "`share` above 0"),
        ({"lint": "share: 1, count: 2"}, "`share` or `count`, not both"),
        ({"lint": "share: 1, needs: [test]"}, "`share` or `needs`, not both"),
        ({"batch": "batch: {weighted: {values: [1, 2], weights: [1]}}"}, "as many weights as values"),
        ({"batch": "batch: {weighted: {values: [0], weights: [1]}}"}, "a number above 0"),
        ({"quantiles": "[2m, 1m]"}, "durations that rise or stay"),
    ],
)
def test_what_contradicts_itself_is_refused(change, words):
    with pytest.raises(ScenarioError, match=words):
        load_text(text(**change))
