"""The warm-up that pilots show: how many are in the system, bin by bin, and where that settles."""

import numpy as np
import pytest

from reports.timeline import level, steps
from reports.transient import BINS, in_system, warm_up
from tests.reports.conftest import S, lived, made


def test_bins_add_up_to_the_mean_over_the_whole_run() -> None:
    result = lived(2000)
    moves = steps(result.jobs.queued_us, result.jobs.finished_us)
    whole = level(moves, (0, result.horizon_us)).mean
    assert in_system(result).mean() == pytest.approx(whole)
    assert len(in_system(result)) == BINS


def test_each_bin_has_its_own_mean() -> None:
    result = made([{"queued_us": 10 * S, "started_us": 20 * S, "finished_us": 55 * S}])
    assert in_system(result, 10).tolist() == pytest.approx([0, 1, 1, 1, 1, 0.5, 0, 0, 0, 0])
    assert in_system(made([]), 4).tolist() == [0, 0, 0, 0]


def test_a_fleet_that_fills_up_is_cut_where_it_is_full() -> None:
    rng = np.random.default_rng(2)
    ramp = np.minimum(np.arange(BINS) / 200, 1.0) * 50
    ends, found = warm_up([ramp + rng.normal(0, 1, BINS) for _ in range(5)], 1000 * S)
    assert not found.why_none
    assert 180 * S <= ends <= 260 * S


def test_a_queue_that_only_grows_has_no_steady_state() -> None:
    _, found = warm_up([np.arange(BINS, dtype=float)], 1000 * S)
    assert "no steady state" in found.why_none
