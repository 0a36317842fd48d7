"""Designs of a sweep: grids are whole, Latin hypercubes are Latin, Sobol points are those of scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import qmc

from scenarios.designs import JOE_KUO, latin_hypercube, points, sobol
from scenarios.loader import load_scenario
from scenarios.problems import ScenarioError
from scenarios.variations import Axis, parse_axes, split


def axes(*texts: str) -> tuple[Axis, ...]:
    return parse_axes(texts, load_scenario("quickstart"))


def test_sobol_is_scipys() -> None:
    dimensions = len(JOE_KUO) + 1
    expected = qmc.Sobol(dimensions, scramble=False, bits=30).random(256)
    assert np.array_equal(sobol(dimensions, 256, None), expected)


@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 2**63 - 1))
def test_a_shifted_sobol_design_still_has_a_point_in_every_part(power: int, dimensions: int, seed: int) -> None:
    number = 2**power
    found = np.floor(sobol(dimensions, number, seed) * number).astype(int)
    for column in found.T:
        assert sorted(column) == list(range(number))


@given(st.integers(1, 50), st.integers(1, 12), st.integers(0, 2**63 - 1))
def test_a_latin_hypercube_has_one_point_in_every_part(number: int, dimensions: int, seed: int) -> None:
    found = latin_hypercube(dimensions, number, seed)
    for column in np.floor(found * number).astype(int).T:
        assert sorted(column) == list(range(number))


def test_the_same_seed_is_the_same_design_and_another_is_not() -> None:
    two = axes("linux.nodes=1..1000", "horizon=1d..9d")
    for design in ("lhs", "sobol"):
        assert points(design, two, 16, 5) == points(design, two, 16, 5)
        assert points(design, two, 16, 5) != points(design, two, 16, 6)


def test_a_grid_is_every_combination_in_order() -> None:
    found = points("grid", axes("nodes.linux.count=10,20,40", "tenants.web.weight=1,3"), None, 1)
    assert found == [("10", "1"), ("10", "3"), ("20", "1"), ("20", "3"), ("40", "1"), ("40", "3")]


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("nodes.linux.count=10..40", 4, ["10", "20", "30", "40"]),
        ("nodes.linux.count=1..3", 9, ["1", "2", "3"]),
        ("horizon=1d..2d", 3, ["1d", "1d12h", "2d"]),
        ("linux.price=$0.10/h..$0.30/h", 3, ["$0.1/h", "$0.2/h", "$0.3/h"]),
        ("pushes.rate=10/h..20/h", 3, ["10/h", "15/h", "20/h"]),
        ("pushes.weekend=0..1", 3, ["0", "0.5", "1"]),
        ("jobs.test.resources.cpu=500mcpu..2cpu", 2, ["500mcpu", "2cpu"]),
        ("jobs.build.duration.mixture.1.median=100s..300s", 2, ["1m40s", "5m"]),
    ],
)
def test_a_range_has_values_of_its_field(text: str, number: int, expected: list[str]) -> None:
    (axis,) = axes(text)
    assert [row[0] for row in points("grid", (axis,), number, 1)] == expected
    load_scenario("quickstart", [axis.setting(expected[0])])


@given(st.sampled_from(["1d..9d", "1us..2us", "1s..5200w"]), st.floats(0, 1, exclude_max=True))
def test_every_value_of_a_range_can_be_read_and_lies_in_it(text: str, share: float) -> None:
    from scenarios.quantities import DURATION

    (axis,) = axes(f"horizon={text}")
    assert axis.span is not None
    low, high = text.split("..")
    assert DURATION.parse(low) <= DURATION.parse(axis.span.at(share)) <= DURATION.parse(high)


def test_all_that_is_wrong_is_told_at_once_with_the_nearest_names() -> None:
    with pytest.raises(ScenarioError) as refused:
        axes(
            "nodes.linx.count=1,2", "fleet.providers.aws.pools.linx.nodes=1", "horizn=1d", "horizon=1d..2GiB",
            "linux.nodes=4..2", "linux.nodes=1.5..2", "nodes=3", "warm_up=", "horizon=1d,1d",
            "policies.fare.ordering=sjf",
        )  # fmt: skip
    lines = str(refused.value).splitlines()
    assert len(lines) == 10
    for hint in ("linux", "horizon", "fair"):
        assert f"did you mean {hint}?" in str(refused.value)


def test_values_split_outside_of_brackets_and_quotes() -> None:
    assert split('[a, b],{x: 1, y: 2},"c,d", e') == ["[a, b]", "{x: 1, y: 2}", '"c,d"', "e"]


def test_a_design_that_cannot_be_is_refused() -> None:
    for design, number in (("grid", None), ("lhs", None), ("sobol", None)):
        with pytest.raises(ScenarioError):
            points(design, axes("linux.nodes=1..100"), number, 1)
    with pytest.raises(ScenarioError, match="100,000"):
        points("grid", axes("linux.nodes=1..1000", "arm.nodes=1..1000"), 1000, 1)
