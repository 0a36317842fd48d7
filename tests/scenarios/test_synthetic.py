"""Generated workloads: as many pushes as promised, when promised, in the shapes promised, from independent streams."""

from itertools import islice, pairwise
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.orchestration.specs import PipelineSpec
from scenarios.profiles import PROFILES, hourly_rates
from scenarios.spec import Count, CountLogNormal, Distribution, Exponential, JobResources, Pushes, Synthetic
from scenarios.spec import SyntheticJobClass as Jobs
from scenarios.synthetic import SyntheticWorkload
from scenarios.workload import FAILED, SUCCEEDED
from sim.streams import Streams

S, HOUR, WEEK = 1_000_000, 3_600_000_000, 604_800_000_000
ONE_CPU = JobResources(cpu=1000)
MINUTE_LONG = Distribution(exponential=Exponential(mean=60 * S))


def jobs(**changes):
    return Jobs(**({"resources": ONE_CPU, "duration": MINUTE_LONG} | changes))


def workload(pushes, classes=None, horizon=WEEK, tenants=("one",), seed=1):
    synthetic = Synthetic(pushes=pushes, jobs=classes or {"build": jobs()})
    return SyntheticWorkload(synthetic, tenants, Streams(seed), horizon)


def times(pushes, **options):
    return np.array([arrival.at_us for arrival in workload(pushes, **options).arrivals()])


PROFILE = tuple(float(hour % 6) for hour in range(24))


@pytest.mark.parametrize("profile", ["flat", "office-hours", PROFILE])
@pytest.mark.parametrize("weekend", [0.0, 0.3, 1.0, 2.5])
def test_the_weekly_mean_is_the_rate_whatever_the_profile(profile, weekend):
    """Over four weeks, within four standard deviations of a Poisson count."""
    expected = 50.0 * 168 * 4
    found = len(times(Pushes(rate=50.0, profile=profile, weekend=weekend), horizon=4 * WEEK))
    assert abs(found - expected) < 4 * sqrt(expected)
    assert hourly_rates(Pushes(rate=50.0, profile=profile, weekend=weekend)).mean() == pytest.approx(50.0)


@pytest.mark.parametrize("profile", ["office-hours", PROFILE])
def test_pushes_follow_the_hour(profile):
    at = times(Pushes(rate=200.0, profile=profile), horizon=4 * WEEK)
    shape = np.array(PROFILES.get(profile, profile) if isinstance(profile, str) else profile)
    expected = len(at) * shape / shape.sum()
    found = np.bincount(at // HOUR % 24, minlength=24)
    assert (np.abs(found - expected) <= 4.5 * np.sqrt(expected)).all()


def test_weekends_are_as_much_quieter_as_said():
    at = times(Pushes(rate=200.0, weekend=0.25), horizon=4 * WEEK)
    saturday_or_sunday = np.count_nonzero(at % WEEK >= 5 * 24 * HOUR)
    share = 2 * 0.25 / (5 + 2 * 0.25)
    assert abs(saturday_or_sunday - share * len(at)) < 4 * sqrt(len(at) * share * (1 - share))


def test_a_run_starts_on_monday_at_midnight():
    assert times(Pushes(rate=50.0, weekend=0.0), horizon=WEEK).max() < 5 * 24 * HOUR
    assert times(Pushes(rate=50.0, profile=(1.0, *[0.0] * 23)), horizon=WEEK).min() < HOUR


def test_a_flat_profile_has_exponential_gaps():
    """Kolmogorov–Smirnov against 1 − exp(−λx), at the 0.1 % level: 1.95 / √n."""
    at = times(Pushes(rate=3600.0), horizon=24 * HOUR)
    gaps = np.sort(np.diff(np.concatenate([[0], at])))
    cumulative = 1 - np.exp(-gaps / S)
    steps = np.arange(len(gaps) + 1) / len(gaps)
    distance = max(np.max(cumulative - steps[:-1]), np.max(steps[1:] - cumulative))
    assert distance < 1.95 / sqrt(len(gaps))


def test_single_jobs_at_a_flat_rate_are_poisson_and_batches_are_not():
    minutes = 4 * WEEK // (60 * S)
    single = np.bincount(times(Pushes(rate=60.0), horizon=4 * WEEK) // (60 * S), minlength=minutes)
    assert abs(single.var() / single.mean() - 1) < 4 * sqrt(2 / minutes)
    batch = Count(lognormal=CountLogNormal(median=5, sigma=1.0, max=400))
    counts = np.zeros(minutes)
    sizes = []
    for arrival in workload(Pushes(rate=60.0), {"build": jobs(count=batch)}, 4 * WEEK).arrivals():
        counts[arrival.at_us // (60 * S)] += len(arrival.durations_us)
        sizes.append(len(arrival.durations_us))
    compound = np.mean(np.square(sizes)) / np.mean(sizes)  # of a compound Poisson process: E[B²] / E[B]
    assert counts.var() / counts.mean() == pytest.approx(compound, rel=0.1)
    assert compound > 10


def test_tenants_get_their_shares():
    pushes = Pushes(rate=100.0, by_tenant={"one": 3.0, "three": 1.0})
    owners = [arrival.tenant for arrival in workload(pushes, tenants=("one", "two", "three")).arrivals()]
    assert "two" not in owners
    assert abs(owners.count("one") - 0.75 * len(owners)) < 4 * sqrt(len(owners) * 0.75 * 0.25)
    even = [arrival.tenant for arrival in workload(Pushes(rate=100.0), tenants=("one", "two", "three")).arrivals()]
    assert all(abs(even.count(name) - len(even) / 3) < 4 * sqrt(len(even) * 2 / 9) for name in ("one", "two", "three"))


def test_failing_jobs_fail_at_their_rate_and_stop_half_way_on_average():
    long = Distribution(constant=1000 * S)
    ended = [
        (duration, outcome)
        for arrival in workload(Pushes(rate=100.0), {"build": jobs(duration=long, failure_rate=0.2)}).arrivals()
        for duration, outcome in zip(arrival.durations_us, arrival.outcomes, strict=True)
    ]
    failed = np.array([duration for duration, outcome in ended if outcome == FAILED])
    assert abs(len(failed) - 0.2 * len(ended)) < 4 * sqrt(len(ended) * 0.2 * 0.8)
    assert abs(failed.mean() / (1000 * S) - 0.5) < 4 / sqrt(12 * len(failed))
    assert {duration for duration, outcome in ended if outcome == SUCCEEDED} == {1000 * S}


BUILD = jobs(count=Count(lognormal=CountLogNormal(median=3, sigma=1.0)), failure_rate=0.1)
MIXED = Distribution.model_validate({"mixture": [{"weight": w, "median": w * S, "sigma": 1.0} for w in (1, 2)]})


def by_class(arrivals, name):
    """Per push: when, whose, and the true fate of the jobs of class `name`."""
    return [
        (arrival.at_us, arrival.tenant, tuple(
            fate for job, *fate in zip(arrival.spec.jobs, arrival.durations_us, arrival.outcomes, strict=True)
            if job.label == name
        ))
        for arrival in arrivals
    ]  # fmt: skip


@pytest.mark.parametrize(
    "others",
    [
        {"test": jobs(duration=MIXED, count=BUILD.count)},
        {"test": jobs(needs=("build",), count=Count(constant=40), failure_rate=0.5)},
        {"lint": jobs(count=Count(constant=0)), "docs": jobs(duration=MIXED)},
    ],
)
def test_other_classes_change_nothing_about_a_class(others):
    pushes, tenants = Pushes(rate=30.0, profile="office-hours"), ("one", "two")
    alone = workload(pushes, {"build": BUILD}, tenants=tenants).arrivals()
    among = workload(pushes, {**others, "build": BUILD}, tenants=tenants).arrivals()
    assert by_class(alone, "build") == by_class(among, "build")


def test_failures_change_no_count_time_or_surviving_job():
    before = list(workload(Pushes(rate=30.0), {"build": jobs(count=BUILD.count)}).arrivals())
    after = list(workload(Pushes(rate=30.0), {"build": BUILD}).arrivals())
    assert [arrival.at_us for arrival in before] == [arrival.at_us for arrival in after]
    for one, other in zip(before, after, strict=True):
        pairs = zip(one.durations_us, other.durations_us, other.outcomes, strict=True)
        assert all(ran == now if outcome == SUCCEEDED else now <= ran for ran, now, outcome in pairs)


def test_twice_the_rate_is_the_same_pushes_in_half_the_time():
    slow = workload(Pushes(rate=30.0), {"build": BUILD}).arrivals()
    fast = workload(Pushes(rate=60.0), {"build": BUILD}).arrivals()
    for one, other in islice(zip(slow, fast, strict=False), 1000):
        assert abs(one.at_us - 2 * other.at_us) <= 2
        assert one.durations_us == other.durations_us


def test_a_longer_horizon_only_adds_arrivals():
    classes = {"build": BUILD, "test": jobs(duration=MIXED, needs=("build",), count=BUILD.count)}
    short = list(workload(Pushes(rate=30.0), classes, horizon=30 * HOUR).arrivals())
    long = list(workload(Pushes(rate=30.0), classes, horizon=WEEK).arrivals())
    assert short == long[: len(short)]
    assert long[len(short)].at_us >= 30 * HOUR


def test_another_seed_is_another_week():
    assert times(Pushes(rate=30.0), seed=1).tolist() != times(Pushes(rate=30.0), seed=2).tolist()


def test_a_job_waits_for_every_job_of_the_classes_it_needs():
    classes = {
        "build": jobs(count=Count(constant=2)),
        "docs": jobs(count=Count(constant=0)),
        "test": jobs(count=Count(constant=3), needs=("build", "docs")),
    }
    spec = next(workload(Pushes(rate=30.0), classes).arrivals()).spec
    assert [job.name for job in spec.jobs] == ["build-1", "build-2", "test-1", "test-2", "test-3"]
    assert {job.needs for job in spec.jobs if job.label == "build"} == {()}
    assert {job.needs for job in spec.jobs if job.label == "test"} == {("build-1", "build-2")}


def test_pipelines_of_one_shape_share_their_spec():
    arrivals = list(workload(Pushes(rate=100.0), {"build": jobs(count=Count(constant=2)), "test": BUILD}).arrivals())
    specs = {}
    for arrival in arrivals:
        assert specs.setdefault(len(arrival.durations_us), arrival.spec) is arrival.spec
    assert len(specs) < len(arrivals) / 10


def test_a_job_asks_for_what_its_class_says():
    asked = jobs(resources=JobResources(cpu=500, memory=1024, disk=7, gpu=250), runs_on=("linux",), timeout=5 * S,
                 max_queue_time=9 * S)  # fmt: skip
    (job,) = next(workload(Pushes(rate=30.0), {"build": asked}).arrivals()).spec.jobs
    assert job.resources.as_tuple() == (500, 1024, 7, 250)
    assert (job.runs_on, job.timeout_us, job.max_queue_us) == (("linux",), 5 * S, 9 * S)


@pytest.mark.parametrize(
    ("pushes", "classes", "reason"),
    [
        ({}, {"build": {"count": Count(constant=0)}}, "no job class"),
        ({}, {"build": {"needs": ("tests",)}}, "no class is called tests"),
        ({}, {"a": {"needs": ("b",)}, "b": {"needs": ("a",)}}, "cycle"),
        ({"by_tenant": {"two": 1.0}}, {"build": {}}, "two"),
        ({"by_tenant": {"one": 0.0}}, {"build": {}}, "no tenant"),
    ],
)
def test_a_workload_that_cannot_be_is_refused_before_it_starts(pushes, classes, reason):
    with pytest.raises(ValueError, match=reason):
        workload(Pushes(rate=1.0, **pushes), {name: jobs(**changes) for name, changes in classes.items()})


durations = st.one_of(
    st.builds(lambda us: Distribution(constant=us), st.integers(0, 10**10)),
    st.builds(lambda us: Distribution(exponential=Exponential(mean=us)), st.integers(1, 10**10)),
    st.just(MIXED),
)
counts = st.one_of(
    st.builds(lambda n: Count(constant=n), st.integers(0, 5)),
    st.builds(
        lambda median, sigma, most: Count(lognormal=CountLogNormal(median=median, sigma=sigma, max=most)),
        st.floats(0.1, 10), st.floats(0, 2), st.integers(1, 30),
    ),
)  # fmt: skip
classes = st.dictionaries(
    st.sampled_from("abcd"),
    st.builds(
        lambda duration, count, rate: jobs(duration=duration, count=count, failure_rate=rate),
        durations, counts, st.floats(0, 1),
    ),
    min_size=1,
).filter(lambda found: any(job.count.constant != 0 for job in found.values()))  # fmt: skip
profiles = st.one_of(
    st.sampled_from(["flat", "office-hours"]),
    st.lists(st.floats(0, 10), min_size=24, max_size=24).map(tuple).filter(any),
)


@settings(max_examples=60)
@given(
    classes, profiles, st.floats(0.01, 500), st.floats(0, 3), st.integers(1, 3 * 24 * HOUR), st.integers(0, 2**63 - 1)
)
def test_any_workload_is_sorted_valid_within_its_horizon_and_repeatable(kinds, profile, rate, weekend, horizon, seed):
    chained = {
        name: job.model_copy(update={"needs": tuple(other for other in kinds if other < name)})
        for name, job in kinds.items()
    }
    pushes = Pushes(rate=rate, profile=profile, weekend=weekend)
    made = workload(pushes, chained, horizon, ("one", "two"), seed)
    arrivals = list(islice(made.arrivals(), 400))
    assert arrivals == list(islice(made.arrivals(), 400))
    assert all(one.at_us <= other.at_us for one, other in pairwise(arrivals))
    for arrival in arrivals:
        assert 0 <= arrival.at_us < horizon
        assert PipelineSpec(arrival.spec.jobs) == arrival.spec
        assert len(arrival.spec.jobs) == len(arrival.durations_us) == len(arrival.outcomes)
        assert min(arrival.durations_us) >= 1
        assert set(arrival.outcomes) <= {SUCCEEDED, FAILED}
