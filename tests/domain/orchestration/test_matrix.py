"""A matrix expands as GitHub documents it, value by value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.orchestration.matrix import expand

FRUIT = {"fruit": ["apple", "pear"], "animal": ["cat", "dog"]}


def test_every_combination_of_the_axes_the_first_varying_slowest() -> None:
    assert expand({"version": [10, 12, 14], "os": ["ubuntu-latest", "windows-latest"]}) == (
        {"version": 10, "os": "ubuntu-latest"},
        {"version": 10, "os": "windows-latest"},
        {"version": 12, "os": "ubuntu-latest"},
        {"version": 12, "os": "windows-latest"},
        {"version": 14, "os": "ubuntu-latest"},
        {"version": 14, "os": "windows-latest"},
    )


def test_the_worked_example_of_include() -> None:
    """docs.github.com, "Running variations of jobs in a workflow", expanding or adding configurations; read 2026-11."""
    include = [
        {"color": "green"},
        {"color": "pink", "animal": "cat"},
        {"fruit": "apple", "shape": "circle"},
        {"fruit": "banana"},
        {"fruit": "banana", "animal": "cat"},
    ]
    assert expand(FRUIT, include) == (
        {"fruit": "apple", "animal": "cat", "color": "pink", "shape": "circle"},
        {"fruit": "apple", "animal": "dog", "color": "green", "shape": "circle"},
        {"fruit": "pear", "animal": "cat", "color": "pink"},
        {"fruit": "pear", "animal": "dog", "color": "green"},
        {"fruit": "banana"},
        {"fruit": "banana", "animal": "cat"},
    )


def test_an_include_that_matches_expands_and_one_that_does_not_adds() -> None:
    """The same page: npm is added where node is 16 on windows; windows with node 17 is one more."""
    axes = {"os": ["windows-latest", "ubuntu-latest"], "node": [14, 16]}
    assert expand(axes, [{"os": "windows-latest", "node": 16, "npm": 6}]) == (
        {"os": "windows-latest", "node": 14},
        {"os": "windows-latest", "node": 16, "npm": 6},
        {"os": "ubuntu-latest", "node": 14},
        {"os": "ubuntu-latest", "node": 16},
    )
    assert expand(axes, [{"os": "windows-latest", "node": 17}])[4:] == ({"os": "windows-latest", "node": 17},)


def test_a_matrix_of_includes_alone() -> None:
    include = [{"site": "production", "datacenter": "site-a"}, {"site": "staging", "datacenter": "site-b"}]
    assert expand({}, include) == tuple(include)


def test_the_worked_example_of_exclude() -> None:
    """The same page: 12 combinations, of which a whole and a partial match take 1 and 2 away."""
    axes = {
        "os": ["macos-latest", "windows-latest"],
        "version": [12, 14, 16],
        "environment": ["staging", "production"],
    }
    exclude = [
        {"os": "macos-latest", "version": 12, "environment": "production"},
        {"os": "windows-latest", "version": 16},
    ]
    left = expand(axes, exclude=exclude)
    assert len(left) == 9
    assert {"os": "macos-latest", "version": 12, "environment": "staging"} in left
    assert not [one for one in left if one["os"] == "windows-latest" and one["version"] == 16]


def test_include_comes_after_exclude_and_can_bring_back_what_was_excluded() -> None:
    assert expand(FRUIT, [{"fruit": "pear", "animal": "dog"}], [{"fruit": "pear"}]) == (
        {"fruit": "apple", "animal": "cat"},
        {"fruit": "apple", "animal": "dog"},
        {"fruit": "pear", "animal": "dog"},
    )


def test_everything_may_be_excluded() -> None:
    assert expand(FRUIT, exclude=[{"fruit": "pear"}, {"fruit": "apple"}]) == ()
    assert expand({}) == ()


def test_true_is_not_one() -> None:
    assert expand({"debug": [True, 1]}, exclude=[{"debug": 1}]) == ({"debug": True},)


@pytest.mark.parametrize(("axes", "exclude", "said"), [
    ({"os": []}, [], "'os' has no values"),
    ({"os": ["linux"]}, [{"node": 1}], "'node', which is no axis"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused(axes, exclude, said) -> None:
    with pytest.raises(ValueError, match=said):
        expand(axes, exclude=exclude)


VALUES = st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True)
PAIRS = st.dictionaries(st.sampled_from("abcx"), st.integers(0, 4), min_size=1, max_size=3)


@given(axes=st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3), include=st.lists(PAIRS, max_size=4))
def test_include_never_changes_a_value_of_an_axis_and_never_takes_a_combination_away(axes, include) -> None:
    plain = expand(axes)
    grown = expand(axes, include)
    assert [{key: one[key] for key in axes} for one in grown[: len(plain)]] == list(plain)
    for one in include:
        alone = one in grown[len(plain) :]
        part_of = [big for big in grown[: len(plain)] if all(big[key] == one[key] for key in one if key in axes)]
        assert alone != bool(part_of)
