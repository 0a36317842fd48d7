"""Plots show what happened, peaks included, and are the same bytes every time."""

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import plots, plots_in_time
from reports.curves import BINS, binned, curves, ecdf
from reports.summary import summarise
from reports.timeline import steps

S = 1_000_000
SPANS = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 500)), min_size=1, max_size=20)


@pytest.fixture(scope="module")
def two(live):
    results = [live(800), live(800, "sjf")]
    return [curves(result) for result in results], [summarise(result) for result in results]


def drawings(drawn, summaries) -> dict[str, str]:
    return {
        "ecdf": plots.wait_ecdf(drawn, summaries), "tenants": plots.tenant_waits(summaries),
        "use": plots.use_bars(summaries), "cost": plots.cost_bars(summaries),
        "jobs": plots_in_time.jobs_in_time(drawn), "capacity": plots_in_time.capacity_in_time(drawn),
    }  # fmt: skip


def test_every_plot_is_valid_svg_with_its_words_and_the_same_bytes_again(two) -> None:
    first, second = drawings(*two), drawings(*two)
    assert first == second
    for name, svg in first.items():
        ElementTree.fromstring(svg)
        assert "<text" in svg, name
        assert "fifo" in svg and "sjf" in svg, name
        assert "<dc:date>" not in svg
        assert "http" not in svg.replace("http://www.w3.org/", "")


def test_names_in_plots_are_escaped(make) -> None:
    result = make([{}, {"tenant": 1}], tenants=("<script>alert(1)</script>", "$x_{2}$"), policy="</svg><script>")
    for svg in drawings([curves(result)], [summarise(result)]).values():
        ElementTree.fromstring(svg)
        assert "<script" not in svg


@pytest.mark.parametrize("jobs", [[], [{}], [{"started_us": -1, "assigned_us": -1, "outcome": "EXPIRED"}]])
def test_the_smallest_runs_can_be_drawn(make, jobs) -> None:
    result = make(jobs, nodes=[], horizon_us=S)
    for svg in drawings([curves(result)], [summarise(result)]).values():
        ElementTree.fromstring(svg)


@given(SPANS)
def test_bins_keep_every_peak_and_the_whole_area(spans) -> None:
    start = np.array([a for a, _ in spans], np.int64)
    end = np.array([a + b for a, b in spans], np.int64)
    of = steps(start, end)
    edges = np.linspace(0, 1000, 38)
    found = binned(of, edges)
    assert found.max.max() == of.value.max()
    assert (found.mean * np.diff(edges)).sum() == pytest.approx((end - start).sum())
    assert (found.mean <= found.max + 1e-9).all()


def test_the_curve_of_waits_starts_at_the_shortest_and_ends_at_the_longest(live) -> None:
    wait, share = ecdf(live(5000))
    assert len(wait) <= 400
    assert share[-1] == 1
    assert (np.diff(share) >= 0).all()
    none, _ = ecdf(replace(live(50), warm_up_us=0, horizon_us=0))
    assert len(none) == 0


def test_capacity_is_what_the_nodes_had(make) -> None:
    drawn = curves(make([{"finished_us": 100 * S, "cpu_millis": 2000}], nodes=[(0, 0, 50 * S, -1)] * 2))
    assert len(drawn.edges_us) == BINS + 1
    assert drawn.exist_cpus == pytest.approx(8)
    assert drawn.busy_cpus == pytest.approx(2)
    assert drawn.boot_cpus[:140] == pytest.approx(8)
    assert drawn.boot_cpus[160:] == pytest.approx(0)
