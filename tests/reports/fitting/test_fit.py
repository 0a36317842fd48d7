"""A trace sampled from a known model is fitted back; what does not fit is said, and the scenario runs."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.fitting.arrivals import fit_arrivals, hours_of_week
from reports.fitting.batches import Batches, fit_batches
from reports.fitting.durations import by_chance, distance, fit_durations
from reports.fitting.lognormals import mixtures
from reports.fitting.model import fit_recording
from reports.fitting.page import fit_page
from reports.fitting.sampling import compare
from reports.fitting.scenario import scenario_of
from reports.html import to_html
from scenarios.imports.writing import to_yaml
from scenarios.loader import load_text
from scenarios.profiles import PROFILES
from scenarios.quantities import FROM_FILE
from scenarios.spec import Synthetic
from scenarios.synthetic import SyntheticWorkload
from scenarios.traces.recording import Recording
from scenarios.workload import TraceReading
from sim.run import simulate
from sim.streams import Streams

HOUR, DAY, WEEK = 3_600_000_000, 86_400_000_000, 7 * 86_400_000_000
MONDAY = 1_767_571_200_000_000  # 2026-01-05T00:00Z

KNOWN = {
    "pushes": {"rate": "30/h", "profile": "office-hours", "weekend": 0.3},
    "batch": {"lognormal": {"median": 3.0, "sigma": 1.0, "max": 40}},
    "jobs": {
        "build": {"resources": {"cpu": "1cpu"}, "share": 0.25,
                  "duration": {"lognormal": {"median": "6m", "sigma": 0.5}}},
        "test": {"resources": {"cpu": "1cpu"}, "share": 0.75, "failure_rate": 0.1,
                 "duration": {"mixture": [{"weight": 0.3, "median": "2m", "sigma": 0.4},
                                          {"weight": 0.7, "median": "20m", "sigma": 0.3}]}},
    },
}  # fmt: skip


def recorded(model=KNOWN, span=2 * WEEK, seed=7) -> Recording:
    """What a platform would have written down of a load drawn from `model`."""
    workload = SyntheticWorkload(Synthetic.model_validate(model, context=FROM_FILE), ("all",), Streams(seed), span)
    names = list(model["jobs"])
    rows = [
        (arrival.at_us, push, names.index(job.label), duration, outcome)
        for push, arrival in enumerate(workload.arrivals())
        for job, duration, outcome in zip(arrival.spec.jobs, arrival.durations_us, arrival.outcomes, strict=True)
    ]
    at, push, label, duration, outcome = (np.array(column) for column in zip(*rows, strict=True))
    return Recording(
        reading=TraceReading("known.csv", len(at), len(at)), origin_us=MONDAY + int(at[0]), queued_us=at - at[0],
        started_us=None, duration_us=duration, label=label.astype(np.int32), tenant=np.full(len(at), -1, np.int32),
        pipeline=push, outcome=outcome.astype(np.int8), labels=tuple(names), tenants=(), has_outcomes=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def recording():
    return recorded()


@pytest.fixture(scope="module")
def found(recording):
    return fit_recording(recording)


def test_the_rate_its_hours_and_its_weekend_are_found_again(found):
    arrivals = found.arrivals
    assert arrivals.profile == "day and weekend"
    assert arrivals.rate_per_hour == pytest.approx(30, rel=0.03)
    assert arrivals.weekend == pytest.approx(0.3, rel=0.15)
    known = np.array(PROFILES["office-hours"])
    known /= known.mean()
    assert np.abs(np.array(arrivals.hours) - known).max() < 0.25


def test_the_sizes_of_pushes_are_found_again(found):
    assert found.batch.model == "lognormal" and found.batch.by == "pipeline and moment"
    assert found.batch.median == pytest.approx(3, rel=0.05) and found.batch.sigma == pytest.approx(1, rel=0.05)


def test_kinds_their_shares_failures_and_durations_are_found_again(found):
    kinds = {kind.name: kind for kind in found.kinds}
    assert kinds["test"].share == pytest.approx(0.75, abs=0.01)
    assert kinds["test"].failure_rate == pytest.approx(0.1, abs=0.01) and kinds["build"].failure_rate == 0
    build, test = kinds["build"].duration, kinds["test"].duration
    assert build.model == "lognormal"
    assert build.parts[0][1:] == (pytest.approx(360e6, rel=0.03), pytest.approx(0.5, rel=0.03))
    assert test.model == "mixture" and len(test.parts) == 2
    (light, short, _), (heavy, long, _) = test.parts
    assert (light, heavy) == (pytest.approx(0.3, abs=0.02), pytest.approx(0.7, abs=0.02))
    assert (short, long) == (pytest.approx(120e6, rel=0.05), pytest.approx(1200e6, rel=0.03))
    assert test.distance < test.by_chance


def test_samples_of_the_fit_give_the_recording_back(found, recording):
    compared = compare(found, recording, scenario_of(found, "known"), 2_000_000, 3, 1)
    figures = {one.figure: one for one in compared.compared}
    for name in ("jobs an hour", "run time, mean", "run time, p99", "jobs that fail", "work: jobs at once, mean"):
        assert figures[name].fitted == pytest.approx(figures[name].recorded, rel=0.1), name
    assert figures["dispersion, 1 minute"].held


def test_the_scenario_runs_and_carries_about_the_recorded_load(found, recording):
    scenario = load_text(to_yaml(scenario_of(found, "known"), ["said"]), "known.yaml", ["horizon=2d", "warm_up=1h"])
    result = simulate(scenario, "fifo")
    weekday = len(recording) / 2 * 24 / 168 / ((5 + 2 * 0.3) / 7)
    assert len(result.jobs) == pytest.approx(2 * weekday, rel=0.15)


def test_what_no_mixture_fits_is_drawn_from_its_quantiles():
    generator = np.random.default_rng(5)
    values = np.concatenate([generator.uniform(1e6, 60e6, 3_000), np.full(2_000, 90_000_000), np.full(1_000, 5_000)])
    fit = fit_durations(values.astype(np.int64))
    assert fit.model == "empirical" and len(fit.quantiles_us) == 101 and len(fit.bic) == 3
    assert (fit.quantiles_us[0], fit.quantiles_us[-1]) == (5_000, 90_000_000)


@pytest.mark.parametrize(("values", "model"), [([5], "constant"), ([7] * 40, "constant"), ([0, 0], "constant"), ([1, 9], "empirical")])  # fmt: skip  # noqa: E501
def test_few_jobs_are_not_made_more_of_than_they_are(values, model):
    assert fit_durations(np.array(values, np.int64) * 1_000_000).model == model


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=200))
def test_any_durations_can_be_fitted_and_the_model_can_be_written(values):
    fit = fit_durations(np.array(values, np.int64))
    assert fit.model in ("constant", "lognormal", "mixture", "empirical")
    assert np.isfinite(fit.mean_us) and 0 <= fit.distance <= 1


def test_one_lognormal_is_preferred_to_three_that_are_no_better():
    values = np.exp(np.random.default_rng(3).normal(20, 0.4, 5_000))
    tried = mixtures(values)
    assert np.argmin([one.bic for one in tried]) == 0
    assert tried[0].sigmas[0] == pytest.approx(0.4, rel=0.03)


def test_the_distance_is_that_of_kolmogorov_and_smirnov():
    stats = pytest.importorskip("scipy.stats")
    values = np.sort(np.random.default_rng(1).normal(0, 1, 500))
    assert distance(stats.norm.cdf(values), 500) == pytest.approx(stats.kstest(values, "norm").statistic)


@given(st.lists(st.integers(1, 500), min_size=1, max_size=300))
def test_sizes_of_pushes_keep_their_mean(sizes):
    fit = fit_batches(Batches(np.arange(len(sizes)), np.array(sizes), "moment"))
    assert fit.mean == pytest.approx(np.mean(sizes), rel=0.06)
    assert fit.largest == max(sizes)


def test_hours_are_those_of_the_zone_and_follow_summer_time():
    winter, summer = 1_767_571_200_000_000, 1_783_296_000_000_000  # Mondays 00:00 UTC, January and July 2026
    at = np.array([winter, summer])
    assert hours_of_week(at, "UTC").tolist() == [0, 0]
    assert hours_of_week(at, "Europe/Berlin").tolist() == [1, 2]
    assert hours_of_week(at, "America/New_York").tolist() == [163, 164]
    assert hours_of_week(at + HOUR // 2, "Asia/Kolkata").tolist() == [6, 6]


def test_hours_that_were_seen_more_often_do_not_count_as_busier():
    at = MONDAY + np.arange(0, 10 * DAY, HOUR // 4)  # ten days, four an hour throughout
    fit = fit_arrivals(at, MONDAY, MONDAY + 10 * DAY, "UTC", "week")
    assert fit.rate_per_hour == pytest.approx(4, rel=0.01)
    assert max(fit.hours) == pytest.approx(min(fit.hours), rel=0.02)


def test_a_short_trace_has_a_flat_rate_and_that_is_said():
    found = fit_recording(recorded(span=6 * HOUR))
    assert found.arrivals.profile == "flat" and any("any time" in remark for remark in found.remarks)


def test_many_labels_are_fitted_as_a_few_and_all_others(recording):
    found = fit_recording(recording, kinds=1)
    assert [kind.name for kind in found.kinds] == ["all others"] and found.kinds[0].jobs == len(recording)


def test_the_page_has_a_picture_of_the_quantiles(found):
    page = to_html(fit_page(found))
    assert page.count("<svg") == 2 and "Quantiles of test" in page


def test_the_table_of_the_documentation_is_what_the_fit_gives(data):
    from pathlib import Path

    from reports.fitting.rows import compared_table
    from scenarios.traces.formats import PRESETS
    from scenarios.traces.trace import read_recording

    text = (Path(__file__).parents[3] / "docs" / "workloads.md").read_text(encoding="utf-8")
    of = read_recording(data("linkerd_gha/jobs.json"), PRESETS["linkerd-gha"])
    fit = fit_recording(of)
    rows = compared_table(compare(fit, of, scenario_of(fit, "linkerd"), 2_000_000, 5, 1)).rows
    shown = [(name, *cells) for name, *cells in rows if f"| {name} | " in text]
    assert len(shown) == 9
    for figure, trace, fitted, _, held in shown:
        assert f"| {figure} | {trace} | {fitted} | {held} |".replace("|  |", "| |") in text


def test_jobs_that_fail_late_keep_their_work():
    late = {**KNOWN, "jobs": {name: {**job, "failure_rate": 0.5, "failures": "late"} for name, job in KNOWN["jobs"].items()}}  # fmt: skip  # noqa: E501
    of = recorded(late)
    found = fit_recording(of)
    assert {kind.failures for kind in found.kinds} == {"late"}
    figures = {one.figure: one for one in compare(found, of, scenario_of(found, "late"), 2_000_000, 2, 1).compared}
    assert figures["work: jobs at once, mean"].fitted == pytest.approx(
        figures["work: jobs at once, mean"].recorded, rel=0.1
    )


def test_the_one_per_cent_point_is_that_of_lognormals_that_are_fitted():
    generator = np.random.default_rng(2)
    for size in (30, 100):
        away = []
        for _ in range(400):
            logs = np.sort(generator.normal(19, 0.8, size))
            single = mixtures(np.exp(logs))[0]
            away.append(distance(single.cdf(np.exp(logs)), size))
        assert np.mean(np.array(away) > by_chance(size)) <= 0.03
        assert np.quantile(away, 0.99) == pytest.approx(by_chance(size), rel=0.15)


def test_a_shape_that_no_mixture_has_is_not_kept_because_jobs_are_few():
    generator = np.random.default_rng(1)
    half = generator.random(40) < 0.5
    values = np.where(half, 300e6 + generator.integers(0, 3, 40) * 1e6, generator.uniform(1e6, 900e6, 40))
    fit = fit_durations(values.astype(np.int64))
    assert fit.model == "empirical" or fit.distance <= 0.17


def test_names_too_long_for_a_scenario_are_cut_and_stay_different(recording):
    long = tuple("x" * 130 + end for end in ("a", "b"))
    found = fit_recording(replace(recording, labels=long))
    names = [kind.name for kind in found.kinds]
    assert len(set(names)) == 2 and max(map(len, names)) <= 120
    assert load_text(to_yaml(scenario_of(found, "long"), ["said"]), "long.yaml", []).workload.synthetic is not None
