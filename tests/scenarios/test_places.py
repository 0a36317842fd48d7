"""What a scenario says about places and shares reaches the domain as it was meant, or is refused with the reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.scheduling.quotas import UNLIMITED, ResourceQuota
from domain.shared.requirements import EFFECTS, NONE, Affinity, Constraint, Requirements, Spread, Taint, Toleration
from scenarios.loader import load_text
from scenarios.notations import constraint, taint, toleration
from scenarios.places import attributes_of, quota_of, requirements_of
from scenarios.problems import ScenarioError

TEXT = """
name: places
horizon: 1h
tenants:
  a: {{quota: {{hard: {{cpu: 8cpu, jobs: 5}}, guarantee: {{cpu: 2cpu}}, borrow: true,
      burst: {{above: {{cpu: 4cpu}}, lasts: 10m, cool_down: 1h}}}}}}
workload:
  synthetic:
    pushes: {{rate: 1/h}}
    jobs:
      build:
        resources: {{cpu: 2cpu}}
        duration: 1m
        {job}
fleet:
  providers:
    p:
      pools:
        a: {{nodes: 1, capacity: {{cpu: 4cpu}}, attributes: {{arch: arm64, cores: 8}}, zones: [x, 2]}}
        b: {{nodes: 1, capacity: {{cpu: 1cpu}}, labels: [small]}}
        c: {{nodes: 1, capacity: {{cpu: 4cpu}}, labels: [spot],
            taints: ["spot=yes:NoSchedule", "old:PreferNoSchedule"]}}
"""


def load(job: str = "max_queue_time: 1h"):
    return load_text(TEXT.format(job=job))


def test_everything_arrives_in_the_domains_words() -> None:
    scenario = load(
        'constraints: ["arch In arm64, amd64", "cores Ge -8", "gpu DoesNotExist"]\n'
        '        tolerations: ["*", "spot", "spot=yes:NoExecute", "*:NoSchedule"]\n'
        '        affinity: [{to: pipeline, topology: zone, weight: 9}, {to: "label:build", anti: true}]\n'
        "        spread: [{topology: zone, max_skew: 2, hard: false}]\n"
        "        priority: 5\n"
        "        interruptible: true\n"
    )
    assert requirements_of(scenario.workload.synthetic.jobs["build"]) == Requirements(
        constraints=(
            Constraint("arch", "In", ("arm64", "amd64")), Constraint("cores", "Ge", ("-8",)),
            Constraint("gpu", "DoesNotExist"),
        ),
        tolerations=(
            Toleration("", "Exists"), Toleration("spot", "Exists"), Toleration("spot", "Eq", "yes", "NoExecute"),
            Toleration("", "Exists", "", "NoSchedule"),
        ),
        affinity=(Affinity("pipeline", "zone", False, 9), Affinity("label:build", "node", True, 0)),
        spread=(Spread("zone", 2, False),),
        priority=5,
        interruptible=True,
    )  # fmt: skip
    pool = scenario.fleet.providers["p"].pools["a"]
    assert attributes_of(pool) == ("arch=arm64", "cores=8")
    assert pool.zones == ("x", "2")
    open_ones = (UNLIMITED,) * 3
    assert quota_of(scenario.tenants["a"].quota) == ResourceQuota(
        hard=(8000, *open_ones, 5),
        guarantee=(2000, *open_ones, UNLIMITED),
        usual=(4000, *open_ones, UNLIMITED),
        burst_us=600_000_000,
        cool_down_us=3_600_000_000,
    )


def test_a_class_that_says_nothing_shares_the_one_empty_requirement() -> None:
    assert requirements_of(load().workload.synthetic.jobs["build"]) is NONE


@pytest.mark.parametrize(
    "job",
    [
        'constraints: ["zone Eq 2"]',
        'constraints: ["zone In x,y", "cores Gt 7"]',
        "{runs_on: [spot], tolerations: [spot]}",
        '{runs_on: [spot], tolerations: ["spot=yes"]}',
        '{runs_on: [spot], tolerations: ["*:NoSchedule"]}',
    ],
)
def test_a_class_with_a_place_in_some_zone_of_some_pool_is_fine(job: str) -> None:
    load(job.strip("{}").replace("], tol", "]\n        tol"))


@pytest.mark.parametrize(
    ("job", "field", "why"),
    [
        ('constraints: ["zone Eq y"]', "build.constraints", "p.a does not satisfy the constraint on zone"),
        ('constraints: ["cores Lt 8", "arch Exists"]', "build.constraints", "the constraint on cores"),
        ("runs_on: [spot]", "jobs.build: found no tolerations", "p.c refuses by its taint spot"),
        ('runs_on: [spot]\n        tolerations: ["spot=no"]', "build.tolerations", "p.c refuses by its taint spot"),
        ('constraints: ["small Exists"]', "build.resources", "p.b has 1cpu"),
        ("spread: [{topology: rack}]", "build.spread.0.topology", "node, arch, cores, zone"),
        ('affinity: [{to: "label:test"}]', "build.affinity.0.to", "build"),
    ],
)
def test_a_class_without_any_place_is_refused_and_told_why(job: str, field: str, why: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(job)
    (problem,) = caught.value.problems
    assert field in problem.render()
    assert why in problem.allowed


KEY = st.from_regex(r"\A[a-z][a-z0-9./-]{0,9}\Z")


@given(KEY, KEY, st.sampled_from(EFFECTS))
def test_texts_say_what_they_seem_to_say(key: str, value: str, effect: str) -> None:
    assert taint(f"{key}={value}:{effect}") == Taint(key, value, effect)
    assert taint(f"{key}:{effect}") == Taint(key, "", effect)
    assert toleration(f"{key}={value}:{effect}") == Toleration(key, "Eq", value, effect)
    assert toleration(key) == Toleration(key, "Exists")
    assert constraint(f"{key} NotIn {value},{key}") == Constraint(key, "NotIn", (value, key))
    assert constraint(f"{key} Exists") == Constraint(key, "Exists")
