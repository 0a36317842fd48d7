"""Whatever the input, the answer is a scenario or its problems: never another exception, never a hang."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.catalogue import STARTER, entries
from scenarios.loader import load_scenario, load_text
from scenarios.problems import ScenarioError
from scenarios.spec import Scenario

WORDS = [
    *["name", "horizon", "workload", "fleet", "constant", "max", "min", "file", "[key]", "int", "no", "<<"],
    *["1d", "4cpu", "16GiB", "$1/h", "10/h", "unlimited", "drf", "csv", "flat", "", "a.b", "x y", "\u202e", "\ud800"],
]
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-2, 30),
    st.floats(),
    st.sampled_from(WORDS),
    st.text(max_size=8),
)
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


def answered(text: str, *options: str) -> bool:
    """Whether it loads; any exception but ScenarioError is a failure, and an error without problems too."""
    try:
        assert isinstance(load_text(text, "s.yaml", options), Scenario)
    except ScenarioError as error:
        assert error.problems and "\n" in error.render() + "\n"
        assert all(problem.found and problem.allowed for problem in error.problems)
        error.render().encode("utf-8")  # no half characters
        return False
    return True


def paths(tree: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in a tree."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [above] + [path for key, value in items for path in paths(value, (*above, key))]


def replaced(tree: Any, path: tuple[Any, ...], value: Any, how: str) -> Any:
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(tree, list):
        return [replaced(item, rest, value, how) if i == key else item for i, item in enumerate(tree)]
    if rest or how == "replace":
        return {k: replaced(v, rest, value, how) if k == key else v for k, v in tree.items()}
    if how == "drop":
        return {k: v for k, v in tree.items() if k != key}
    return {(str(value)[:20] if k == key else k): v for k, v in tree.items()}


GOOD = sorted(Path(__file__).with_name("good").glob("*.yaml"))
BASES = [
    yaml.safe_load(path.read_text(encoding="utf-8")) for path in (*GOOD, STARTER, *(entry.path for entry in entries()))
]
MINIMAL, RECORDED = (next(base for base in BASES if base["name"] == name) for name in ("mini", "recorded"))


@given(raw=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_any_bytes(raw: bytes, tmp_path: Path) -> None:
    for name in ("s.yaml", "s.json"):
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(ScenarioError):
            load_scenario(tmp_path / name)


@given(text=st.text(alphabet=" \n\t-:?[]{}&*!|>'\"%@`#,ab01.~<\\ux", max_size=60))
@settings(max_examples=300)
def test_any_yaml_punctuation(text: str) -> None:
    assert not answered(text)


@given(tree=trees)
@settings(max_examples=200)
def test_any_tree(tree: Any) -> None:
    assert not answered(yaml.safe_dump(tree, allow_unicode=False))


@given(data=st.data())
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_change_of_a_valid_scenario(data: st.DataObject) -> None:
    tree = data.draw(st.sampled_from(BASES))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(paths(tree)))
        how = data.draw(st.sampled_from(["replace", "drop", "rename"]))
        tree = replaced(tree, path, data.draw(trees), how)
    answered(yaml.safe_dump(tree, allow_unicode=False))


FIELDS = [
    "name",
    "fleet",
    "tenants.x",
    "workload.synthetic.jobs",
    "workload.synthetic.pushes.profile.0",
    "policies.a.seed",
]


@given(setting=st.text(max_size=30) | st.tuples(st.sampled_from(FIELDS), st.text(max_size=12)).map("=".join))
@settings(max_examples=200)
def test_any_setting(setting: str) -> None:
    answered(yaml.safe_dump(MINIMAL), setting)


@given(trace=st.text(max_size=30))
def test_any_trace_path(trace: str) -> None:
    with pytest.raises(ScenarioError):
        load_text(yaml.safe_dump(RECORDED), "s.yaml", trace=f"nowhere/{trace}")
