"""A threshold passes or fails where the whole interval says so, and is inconclusive where it does not."""

from xml.etree import ElementTree

import pytest

from reports.findings import Replication
from reports.junit import to_junit
from reports.statistics.intervals import Estimate
from reports.thresholds import judge
from scenarios.thresholds import parse_threshold

S = 1e6


def runs(policy: str, metric: str, values: list[float], within: Estimate | None = None) -> list[Replication]:
    return [
        Replication(policy=policy, replication=i, seed=1, digest=f"{i}", jobs=10, wall_s=0.0, values={metric: value},
                    within={metric: within} if within and not i else {})
        for i, value in enumerate(values)
    ]  # fmt: skip


NEAR = [98 * S, 102 * S, 100 * S, 99 * S, 101 * S]  # 100 s ± 2 s


@pytest.mark.parametrize(("text", "outcome"), [
    ("p95(wait) < 103s", "pass"), ("p95(wait) < 97s", "fail"), ("p95(wait) < 101s", "inconclusive"),
    ("p95(wait) <= 103s", "pass"), ("p95(wait) > 97s", "pass"), ("p95(wait) > 103s", "fail"),
    ("p95(wait) >= 97s", "pass"), ("p95(wait) >= 99s", "inconclusive"), ("p95(wait) == 100s", "fail"),
    ("p95(wait{policy=a}) < 103s", "pass"),
])  # fmt: skip
def test_the_interval_decides(text: str, outcome: str) -> None:
    (found,) = judge([parse_threshold(text)], {"a": runs("a", "p95(wait)", NEAR)})
    assert found.outcome == outcome
    assert bool(found.why) == (outcome == "inconclusive")


def test_one_run_is_judged_by_its_batches_where_it_has_any() -> None:
    threshold = [parse_threshold("p95(wait) < 100s")]
    sure = Estimate(value=79 * S, low=70 * S, high=90 * S, n=20, method="20 batches")
    (found,) = judge(threshold, {"a": runs("a", "p95(wait)", [80 * S], sure)})
    assert (found.outcome, found.estimate.value) == ("pass", 80 * S)
    none = Estimate(value=None, why_none="too few jobs: 30, 2,000 needed, or replications")
    (found,) = judge(threshold, {"a": runs("a", "p95(wait)", [80 * S], none)})
    assert (found.outcome, found.why) == ("inconclusive", none.why_none)


@pytest.mark.parametrize(("values", "outcome"), [([0.0], "pass"), ([0.0, 0.0], "pass"), ([0.0, 0.001], "fail")])
def test_equality_is_about_what_was_seen_in_every_run(values: list[float], outcome: str) -> None:
    (found,) = judge([parse_threshold("rate(job.killed) == 0")], {"a": runs("a", "rate(job.killed)", values)})
    assert found.outcome == outcome


def test_what_never_happened_still_has_an_upper_bound() -> None:
    within = Estimate(value=0.0, low=0.0, high=0.012, n=300)
    seen = {"a": runs("a", "rate(job.failed)", [0.0] * 5, within)}
    outcomes = [judge([parse_threshold(f"rate(job.failed) < {x}")], seen)[0].outcome for x in ("2%", "1%")]
    assert outcomes == ["pass", "inconclusive"]


def test_a_delta_is_judged_on_pairs_and_not_against_itself() -> None:
    a = [100.0, 200.0, 300.0, 400.0, 500.0]
    b = [x * 1.04 + noise for x, noise in zip(a, [1, -1, 1, -1, 0], strict=True)]
    seen = {"a": runs("a", "cost", a), "b": runs("b", "cost", b)}
    (found,) = judge([parse_threshold("delta(cost) < +5%")], seen)
    assert (found.policy, found.against, found.outcome) == ("b", "a", "pass")
    assert found.estimate.value == pytest.approx(0.04)
    (found,) = judge([parse_threshold("delta(cost, b) < 0%")], seen)
    assert (found.policy, found.outcome) == ("a", "pass")
    (found,) = judge([parse_threshold("delta(cost) < $0.000001")], seen)
    assert found.outcome == "fail"


def test_a_delta_to_a_policy_that_did_not_run_is_inconclusive() -> None:
    (found,) = judge([parse_threshold("delta(cost, gone) < 5%")], {"a": runs("a", "cost", [1.0, 2.0])})
    assert (found.outcome, found.why) == ("inconclusive", "the two policies have no replication in common")


def test_only_the_policy_that_is_named_is_judged() -> None:
    seen = {name: runs(name, "p95(wait)", NEAR) for name in "ab"}
    (found,) = judge([parse_threshold("p95(wait{policy=b}) < 1s")], seen)
    assert found.policy == "b"


def test_junit_has_a_case_for_each_with_its_reason() -> None:
    seen = {"a <&>": runs("a <&>", "p95(wait)", NEAR)}
    texts = ("p95(wait) < 103s", "p95(wait) < 97s", "p95(wait) < 101s")
    root = ElementTree.fromstring(to_junit("fleet", judge(list(map(parse_threshold, texts)), seen)))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("3", "1", "1")
    cases = root.findall("testsuite/testcase")
    assert [(case.get("name"), [child.tag for child in case]) for case in cases] == [
        (texts[0], []), (texts[1], ["failure"]), (texts[2], ["error"]),
    ]  # fmt: skip
    assert cases[1].get("classname") == "fleet.a <&>"
    assert "the bound lies inside the interval" in (cases[2][0].text or "")
