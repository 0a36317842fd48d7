"""Thresholds are read as they were meant, and what cannot be read is answered with column, found and allowed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.loader import load_text
from scenarios.problems import ScenarioError
from scenarios.threshold_source import ThresholdError
from scenarios.thresholds import Metric, parse_metric, parse_precision, parse_threshold
from scenarios.vocabulary import FIGURES


@pytest.mark.parametrize(("text", "metric", "comparison", "bound"), [
    ("p95(wait{tenant=web,label=build}) < 120s", "p95(wait{tenant=web,label=build})", "<", 120e6),
    ("p95( wait { team = web } )<=2m", "p95(wait{tenant=web})", "<=", 120e6),
    ("rate(job.killed) == 0", "rate(job.killed)", "==", 0.0),
    ("rate(job.failed) < 5%", "rate(job.failed)", "<", 0.05),
    ("rate(job.failed) < 0.05", "rate(job.failed)", "<", 0.05),
    ("count(job.expired) <= 3", "count(job.expired)", "<=", 3.0),
    ("mean(cost) < $100", "cost", "<", 100e6),
    ("cost{pool=aws/linux} < $0.5", "cost{pool=aws/linux}", "<", 0.5e6),
    ("max(queued) <= 10", "max(queued)", "<=", 10.0),
    ("utilisation > 50 %", "utilisation", ">", 0.5),
    ("fairness >= 0.95", "fairness", ">=", 0.95),
    ("work.offers < 1000", "work.offers", "<", 1000.0),
    ('max(wait{tenant="the web"}) < 1h30m', 'max(wait{tenant="the web"})', "<", 5400e6),
    ("artifacts.caches.hit_rate{cache=deps} > 90%", "artifacts.caches.hit_rate{cache=deps}", ">", 0.9),
])  # fmt: skip
def test_a_threshold_means(text: str, metric: str, comparison: str, bound: float) -> None:
    found = parse_threshold(text)
    assert (str(found.metric), found.comparison, found.bound) == (metric, comparison, pytest.approx(bound))
    assert not found.delta


@pytest.mark.parametrize(("text", "against", "relative", "bound"), [
    ("delta(cost) < +5%", "", True, 0.05),
    ("delta(cost, fifo) < -5%", "fifo", True, -0.05),
    ('delta(p95(wait), "first come") < +30s', "first come", False, 30e6),
    ("delta(cost) < -$1.5", "", False, -1.5e6),
    ("delta(rate(job.failed)) < 0.01", "", False, 0.01),
])  # fmt: skip
def test_a_delta_means(text: str, against: str, relative: bool, bound: float) -> None:
    found = parse_threshold(text)
    assert (found.delta, found.against, found.relative) == (True, against, relative)
    assert found.bound == pytest.approx(bound)


@pytest.mark.parametrize(("text", "column", "found", "allowed"), [
    ("p95(wiat) < 5m", 5, '"wiat"', "(did you mean wait?)"),
    ("p95(wait) < 120", 13, '"120"', "a duration with a unit"),
    ("p95(wait) < 5sec", 13, '"5sec (did you mean 5s?)"', "a duration"),
    ("p0(wait) < 1s", 1, '"p0"', "p1 … p99, mean, max, min, rate, count, delta"),
    ("p95(wait{tenat=web}) < 1s", 10, '"tenat"', "(did you mean tenant?)"),
    ("p95(wait{tenant=}) < 1s", 17, '"}) < 1s"', "a tenant, in quotes where it is odd"),
    ("p95(wait{tenant=a,tenant=b}) < 1s", 19, '"tenant"', "tenant once"),
    ("p95(wait{tenant=a label=b}) < 1s", 19, '"label=b}) < 1s"', ", or }"),
    ("mean(job.failed) < 5%", 1, '"mean"', "rate(job.failed) or count(job.failed)"),
    ("wait < 1s", 1, '"wait"', "p1 … p99, mean, max, min of wait"),
    ("max(cost) < $1", 1, '"max"', "cost or mean(cost): a run has one such figure"),
    ("p95(wait) = 5s", 11, '"= 5s"', "one of <, <=, >, >= and =="),
    ("delta(cost < 5%", 12, '"< 5%"', ")"),
    ("cost{tenant=a,pool=b} < $1", 20, '"pool"', "cost is split by each alone"),
    ("cost < 100", 8, '"100"', "an amount such as $100"),
    ("rate(job.failed) < 150%", 20, '"150% (more than everything)"', "a share such as 5% or 0.05"),
    ("foo.bar.baz < 3", 1, '"foo.bar.baz"', "CONTEXT.TABLE.COLUMN with a context of orchestration"),
    ("p95(wait) <", 12, "nothing", "a duration"),
    ("", 1, "nothing", "a figure"),
    ("p95(wait) < 5m and more", 13, '"5m and more"', "a duration"),
    ("a" * 400, 300, "400 characters", "at most 300"),
])  # fmt: skip
def test_what_is_no_threshold_is_answered_exactly(text: str, column: int, found: str, allowed: str) -> None:
    with pytest.raises(ThresholdError) as caught:
        parse_threshold(text)
    assert (caught.value.column, caught.value.found) == (column, found)
    assert allowed in caught.value.allowed


@given(st.text(alphabet='p95(wait){}=,<> %$0.1smratejob_deltcuny"é\n', max_size=40))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    for parse in (parse_threshold, parse_precision, parse_metric):
        try:
            parse(text)
        except ThresholdError as error:
            assert 1 <= error.column <= len(text) + 1


NAMES = st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"], exclude_characters='"\\'), min_size=1)


@given(st.sampled_from(sorted(FIGURES)), st.integers(1, 99), NAMES)
def test_a_metric_as_written_reads_back_the_same(name: str, p: int, value: str) -> None:
    statistic = {"distribution": f"p{p}", "level": "mean", "event": "rate", "number": ""}[FIGURES[name].kind]
    keys = (*FIGURES[name].selectors, "policy")
    metric = Metric(statistic, name, ((keys[0], value), *(() if len(keys) < 2 else ((keys[-1], value),))))
    assert parse_metric(str(metric)) == metric


@pytest.mark.parametrize(("text", "target", "relative"), [
    ("ci(p95(wait)) < 5%", 0.05, True), ("ci(mean(wait{tenant=web})) < 10s", 10e6, False),
    ("ci(cost) < $1", 1e6, False),
])  # fmt: skip
def test_a_precision_is_a_share_of_the_value_or_in_its_unit(text: str, target: float, relative: bool) -> None:
    found = parse_precision(text)
    assert (found.target, found.relative) == (pytest.approx(target), relative)


@pytest.mark.parametrize(
    "text", ["p95(wait) < 5%", "ci(p95(wait)) > 5%", "ci(cost) < 0%", "ci(cost) < 100%", "ci(x) < 5%"]
)
def test_what_is_no_precision_is_refused(text: str) -> None:
    with pytest.raises(ThresholdError):
        parse_precision(text)


SCENARIO = """\
name: small
horizon: 1h
tenants: {web: {}}
workload: {synthetic: {pushes: {rate: 1/h}, jobs: {build: {resources: {cpu: 1cpu}, duration: 5m}}}}
fleet: {providers: {local: {pools: {linux: {nodes: 1, capacity: {cpu: 1cpu}}}}}}
thresholds: [%s]
"""


def test_a_delta_takes_two_policies() -> None:
    with pytest.raises(ScenarioError, match="only where there are two policies"):
        load_text(SCENARIO % "delta(cost) < +5%")


def test_thresholds_of_what_the_scenario_has_are_kept_as_written() -> None:
    texts = "'p95(wait{tenant=web,label=build,pool=linux}) < 5m', 'busy{pool=local/linux} > 10%'"
    assert len(load_text(SCENARIO % texts).thresholds) == 2
