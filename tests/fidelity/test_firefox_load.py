"""The recorded Firefox CI load has the figures published of it, and the generator comes as near to them as we say."""

import re
from pathlib import Path

import numpy as np
import pytest

from reports.trace_load import HOUR_US, MINUTE_US, batches, concurrency, dispersion, peak_over_mean, spread
from reports.trace_stats import file_statistics
from scenarios.firefox import PRESETS
from scenarios.synthetic import SyntheticWorkload
from sim.streams import Streams

FILES = {"build-linux": "gecko-3-b-linux.dat", "test-linux": "gecko-t-t-linux-large.dat"}
SPAN_US = 111 * HOUR_US  # both recordings are 111 hours long, to the started hour
SEEDS = range(1, 9)

FIGURES = (
    "jobs per hour", "busiest hour ÷ mean", "1-minute dispersion", "batch mean", "batch p90", "batch p99",
    "duration p50 s", "duration p90 s", "duration p99 s", "p99 ÷ mean of jobs at once",
)  # fmt: skip

PUBLISHED = {  # fidelity figures of the recordings; the last from a replay with unlimited workers
    "build-linux": (329, 7.6, 38, 3.9, 10, 36, 259, 1787, 3434, 4.10),
    "test-linux": (957, 3.5, 121, 20, 65, 236, 1177, 1820, 3260, 3.31),
}


def figures(queued_us, duration_us):
    queued_us = queued_us - queued_us[0]
    batch, duration = spread(batches(queued_us)), spread(duration_us)
    seconds = [getattr(duration, p) / 1e6 for p in ("p50", "p90", "p99")]
    return (
        len(queued_us) * HOUR_US / queued_us[-1], peak_over_mean(queued_us, HOUR_US),
        dispersion(queued_us, MINUTE_US), batch.mean, batch.p90, batch.p99, *seconds,
        concurrency(queued_us, duration_us).p99_over_mean,
    )  # fmt: skip


@pytest.fixture(scope="module")
def generated():
    """Pool → mean figures of the preset over eight seeds of as many hours as were recorded."""

    def one(name, seed):
        pushes = list(SyntheticWorkload(PRESETS[name], ("one",), Streams(seed), SPAN_US).arrivals())
        queued = np.repeat([push.at_us for push in pushes], [len(push.durations_us) for push in pushes])
        return figures(queued, np.array([us for push in pushes for us in push.durations_us]))

    return {name: np.mean([one(name, seed) for seed in SEEDS], axis=0) for name in PRESETS}


@pytest.mark.parametrize("name", FILES)
def test_the_recording_has_the_published_figures(data, name):
    stats = file_statistics(data(f"firefox_ci/{FILES[name]}"))
    duration = stats.duration_us
    found = (
        stats.jobs_per_hour, stats.peak_over_mean_hour, stats.dispersion_1min, stats.batch_jobs.mean,
        stats.batch_jobs.p90, stats.batch_jobs.p99, duration.p50 / 1e6, duration.p90 / 1e6, duration.p99 / 1e6,
        stats.concurrency.p99_over_mean,
    )  # fmt: skip
    assert found == pytest.approx(PUBLISHED[name], rel=0.015)


def test_p99_concurrency_of_test_linux_is_three_to_four_times_its_mean(data):
    assert 3.3 <= file_statistics(data("firefox_ci/gecko-t-t-linux-large.dat")).concurrency.p99_over_mean <= 4.1


@pytest.mark.parametrize("name", FILES)
def test_the_generator_has_the_rate_batches_and_durations_that_were_recorded(generated, name):
    found, published = (
        dict(zip(FIGURES, generated[name], strict=True)),
        dict(zip(FIGURES, PUBLISHED[name], strict=True)),
    )
    assert found["jobs per hour"] == pytest.approx(published["jobs per hour"], rel=0.05)
    for figure in ("batch mean", "batch p90", "batch p99", "duration p90 s", "duration p99 s"):
        assert found[figure] == pytest.approx(published[figure], rel=0.13), figure
    assert found["duration p50 s"] == pytest.approx(published["duration p50 s"], rel=0.2)


def test_the_generator_is_as_bursty_as_recorded_for_tests_and_half_as_bursty_for_builds(generated):
    for name, low, high in (("test-linux", 0.9, 1.1), ("build-linux", 0.45, 0.65)):
        found, published = generated[name], PUBLISHED[name]
        assert low <= found[2] / published[2] <= high
        assert 0.75 <= found[9] / published[9] <= 1.1
    assert generated["build-linux"][2] > 15  # a Poisson process has 1


def test_the_documentation_shows_what_the_generator_does(generated):
    """Every generated figure in the table of docs/workloads.md, to 2 %, beside the published one."""
    text = (Path(__file__).parents[2] / "docs" / "workloads.md").read_text(encoding="utf-8")
    rows = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        if cells[0] in FIGURES:
            rows[cells[0]] = [float(re.sub("[ ,]", "", cell)) for cell in cells[1:]]
    shown = np.array([rows[figure] for figure in FIGURES]).T
    for column, name in ((0, "build-linux"), (2, "test-linux")):
        assert shown[column] == pytest.approx(PUBLISHED[name])
        assert shown[column + 1] == pytest.approx(generated[name], rel=0.02)
