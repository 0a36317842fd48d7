"""Pipelines that are written out come when the scenario says, with the jobs, needs and terms that it says."""

import numpy as np
import pytest

from domain.shared.triggers import Trigger
from scenarios.build import build_workload
from scenarios.loader import load_text
from scenarios.problems import ScenarioError
from scenarios.spec import Scenario
from scenarios.workload import FAILED, SUCCEEDED, Arrival

FLEET = "fleet: {providers: {p: {pools: {x: {nodes: 2, capacity: {cpu: 4cpu}}}}}}"
JOB = "resources: {cpu: 1cpu}, duration: 5m"


def scenario(pipelines: str, more: str = "") -> Scenario:
    """JOB stands for what every job has to say."""
    return load_text(f"name: x\n{more}\nworkload: {{pipelines: {pipelines.replace('JOB', JOB)}}}\n{FLEET}\n")


def arrivals(one: Scenario) -> list[Arrival]:
    def stream(entity: str, purpose: str) -> np.random.Generator:
        return np.random.default_rng(sum(map(ord, entity + purpose)))

    workload = build_workload(one, stream)
    found = list(workload.arrivals())
    assert found == list(workload.arrivals())  # the same again
    return found


def refused(pipelines: str, more: str = "") -> str:
    with pytest.raises(ScenarioError) as error:
        scenario(pipelines, more)
    return str(error.value)


def test_a_pipeline_comes_once_at_the_start_unless_it_says_otherwise() -> None:
    (one,) = arrivals(scenario("{ci: {jobs: {a: {JOB}, b: {JOB, needs: [a]}}}}"))
    assert (one.at_us, one.tenant, one.durations_us) == (0, "default", (300_000_000, 300_000_000))
    assert [(job.name, job.label, job.needs) for job in one.spec.jobs] == [("a", "a", ()), ("b", "b", ("a",))]


def test_pipelines_come_in_order_of_time_then_of_the_file() -> None:
    text = "{one: {at: [10m, 0s], jobs: {a: {JOB}}}, two: {every: 10m, count: 2, jobs: {b: {JOB}}}}"
    found = arrivals(scenario(text, "horizon: 15m"))
    assert [(one.at_us // 60_000_000, one.spec.jobs[0].name) for one in found] == [
        (0, "a"), (0, "b"), (0, "b"), (10, "a"), (10, "b"), (10, "b"),
    ]  # fmt: skip


def test_matrices_labels_terms_and_triggers_reach_the_domain() -> None:
    text = """{ci: {
      tenant: web, trigger: {event: pull_request, fork: true, ref: topic}, concurrency: {group: g},
      jobs: {
        build: {JOB, label: compile, resource_group: {group: r}},
        test: {JOB, needs: [build], matrix: {axes: {os: [a, b]}}, max_parallel: 1, condition: completed}}}}"""
    (one,) = arrivals(scenario(text, "tenants: {data: {}, web: {}}"))
    assert (one.tenant, one.trigger) == ("web", Trigger("pull_request", "", "topic", "untrusted"))
    assert one.spec.concurrency is not None and one.spec.concurrency.group == "g"
    assert [(job.name, job.label, job.condition) for job in one.spec.jobs] == [
        ("build", "compile", "success"), ("test (a)", "test", "completed"), ("test (b)", "test", "completed"),
    ]  # fmt: skip
    matrix = one.spec.jobs[1].matrix
    assert matrix is not None and (matrix.max_parallel, matrix.fail_fast) == (1, True)


def test_failures_are_drawn_with_their_rate_and_stop_part_of_the_way() -> None:
    found = arrivals(scenario("{ci: {every: 1m, jobs: {a: {JOB, failure_rate: 0.25}}}}", "horizon: 1d"))
    failed = [one for one in found if one.outcomes == (FAILED,)]
    assert len(found) == 1440 and 0.2 < len(failed) / len(found) < 0.3
    assert all(one.durations_us[0] <= 300_000_000 for one in failed)
    assert all(one.durations_us == (300_000_000,) for one in found if one.outcomes == (SUCCEEDED,))


@pytest.mark.parametrize(
    ("pipelines", "more", "words"),
    [
        ("{ci: {jobs: {a: {JOB, needs: [b]}}}}", "", 'found no job "b"'),
        ("{ci: {jobs: {a: {JOB, needs: [b]}, b: {JOB, needs: [a]}}}}", "", "the cycle"),
        ("{ci: {every: 1h, jobs: {a: {JOB}}}}", "", "a horizon, because it comes again"),
        ("{ci: {every: 1h, at: [0s], jobs: {a: {JOB}}}}", "horizon: 1d", "at or every"),
        ("{ci: {at: [2h], jobs: {a: {JOB}}}}", "horizon: 1h", "before the horizon"),
        ("{ci: {tenant: x, jobs: {a: {JOB}}}}", "", 'no tenant "x"'),
        ("{ci: {every: 1s, count: 100000, jobs: {a: {JOB}}}}", "horizon: 1d", "jobs, allowed: at most"),
        ("{ci: {jobs: {a: {JOB, runs_on: [gpu]}}}}", "", "no pool carries"),
        ("{ci: {jobs: {a: {JOB, label: b, image: i}}}}", "", "only in jobs without a label"),
        ("{ci: {jobs: {a: {JOB, matrix: {axes: {x: [1]}}}, 'a (1)': {JOB}}}}", "", "names are unique"),
        ("{ci: {jobs: {}}}", "", "jobs"),
        ("{}", "", "pipelines"),
    ],
)
def test_what_cannot_run_is_refused(pipelines: str, more: str, words: str) -> None:
    with pytest.raises(ScenarioError) as error:
        scenario(pipelines, more)
    assert words in str(error.value) and "workload.pipelines" in str(error.value)
