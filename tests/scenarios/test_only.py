"""Classes that are only in some pipelines: no such job elsewhere, nobody waits for it, and nothing else moves."""

import pytest

from scenarios.build import build_workload
from scenarios.loader import load_text
from scenarios.problems import ScenarioError
from sim.streams import Streams

TEXT = """
name: only
horizon: 12h
workload:
  synthetic:
    pushes: {rate: 60/h, events: {push: 3, schedule: 1}, branches: 2}
    jobs:
      test: {resources: {cpu: 1cpu}, duration: {exponential: {mean: 1m}}}
      deploy: {resources: {cpu: 1cpu}, duration: 1m, needs: [test]ONLY}
      after: {resources: {cpu: 1cpu}, duration: {exponential: {mean: 1m}}, needs: [deploy]}
fleet: {providers: {p: {pools: {q: {nodes: 4, capacity: {cpu: 4cpu}}}}}}
"""


def arrivals(only: str):
    scenario = load_text(TEXT.replace("ONLY", f", only: {{{only}}}" if only else ""))
    return list(build_workload(scenario, Streams(scenario.seed)).arrivals())


@pytest.mark.parametrize(("only", "where"), [
    ("events: [schedule]", lambda why: why.event == "schedule"),
    ("refs: [branch-1]", lambda why: why.ref == "branch-1"),
    ("events: [push], refs: [branch-2]", lambda why: (why.event, why.ref) == ("push", "branch-2")),
])  # fmt: skip
def test_the_class_is_where_it_belongs_and_nowhere_else(only: str, where) -> None:
    everywhere, limited = arrivals(""), arrivals(only)
    assert [one.at_us for one in everywhere] == [one.at_us for one in limited]
    assert {where(one.trigger) for one in limited} == {True, False}
    for full, one in zip(everywhere, limited, strict=True):
        names = [job.name for job in one.spec.jobs]
        assert ("deploy-1" in names) == where(one.trigger)
        assert one.durations_us[0] == full.durations_us[0]
        assert one.durations_us[-1] == full.durations_us[-1], "the other classes run as they would have"
        assert one.spec.jobs[-1].needs == (("deploy-1",) if where(one.trigger) else ())


@pytest.mark.parametrize(("only", "line"), [
    ("events: [manual]", "only.events: found only manual, which never come, allowed: at least one of push, schedule"),
    ("refs: [branch-9]", 'only.refs.0: found no ref "branch-9", allowed: '),
])  # fmt: skip
def test_a_class_that_is_nowhere_is_refused(only: str, line: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        arrivals(only)
    assert line in str(refused.value)
