"""What a scenario says about triggers and terms reaches the pipelines, and what contradicts itself is told."""

from collections import Counter

import pytest

from domain.orchestration.terms import Approval, Concurrency, Matrix, ResourceGroup, RetryPolicy, StepSpec
from scenarios.build import build_workload
from scenarios.loader import load_text
from scenarios.problems import ScenarioError
from sim.streams import Streams

FLEET = "fleet: {providers: {p: {pools: {a: {nodes: 1, capacity: {cpu: 8cpu}}}}}}"
CPU = "resources: {cpu: 1cpu}, duration: 1m"


def text(jobs: str, terms: str = "", pushes: str = "") -> str:
    return (
        f"name: t\nhorizon: 24h\ntenants: {{web: {{}}, data: {{}}}}\n{FLEET}\nworkload:\n  synthetic:\n"
        f"    pushes: {{rate: 100/h, {pushes}}}\n" + (f"    {terms}\n" if terms else "") + "    jobs:\n"
        + "\n".join(f"      {line}" for line in jobs.strip().splitlines())
    )  # fmt: skip


def arrivals(jobs: str, terms: str = "", pushes: str = "", seed: int = 1) -> list:
    return list(build_workload(load_text(text(jobs, terms, pushes)), Streams(seed)).arrivals())


def spec(jobs: str, terms: str = ""):
    return arrivals(jobs, terms)[0].spec


def test_a_class_without_terms_is_as_it_always_was() -> None:
    made = spec(f"build: {{{CPU}}}")
    assert made.plain
    assert made.jobs[0].matrix is None


def test_every_term_reaches_the_jobs() -> None:
    made = spec(
        f"""
build:
  {{{CPU}, retry: {{user: 1, timeout: 2, back_off: {{first: 1s, factor: 3, longest: 9s}}}}, interruptible: true,
    steps: {{a: {{}}, b: {{share: 3, timeout: 5m}}}}, allow_failure: true, concurrency: {{group: "g-{{ref}}"}}}}
deploy:
  {{{CPU}, needs: [build], condition: always, max_parallel: 2, resource_group: {{group: p, mode: oldest_first}},
    approval: {{required: 2, answer: 1h, expires: 1d}}}}
""",
        'auto_cancel: conservative\n    concurrency: {group: "p", cancel_in_progress: true}',
    )
    build, deploy = made.jobs
    assert build.retry == RetryPolicy(1, 2, 2, 1_000_000, 3, 9_000_000)
    assert build.interruptible
    assert build.steps == (StepSpec("a"), StepSpec("b", 3, 300_000_000))
    assert build.allow_failure
    assert build.concurrency == Concurrency("g-{ref}")
    assert deploy.condition == "always"
    assert deploy.matrix == Matrix("deploy", False, 2)
    assert deploy.resource_group == ResourceGroup("p", "oldest_first")
    assert deploy.approval == Approval(2, 86_400_000_000)
    assert (made.concurrency, made.auto_cancel) == (Concurrency("p", True), "conservative")
    assert not made.plain


def test_a_matrix_makes_a_job_per_combination_and_all_are_needed() -> None:
    made = spec(f"""
test: {{{CPU}, matrix: {{axes: {{os: [linux, mac], debug: [true, false]}}, exclude: [{{os: mac, debug: true}}]}}}}
deploy: {{{CPU}, needs: [test]}}
""")
    *tests, deploy = made.jobs
    assert [job.name for job in tests] == ["test (linux, true)", "test (linux, false)", "test (mac, false)"]
    assert deploy.needs == tuple(job.name for job in tests)
    assert {job.matrix for job in tests} == {Matrix("test", True, 0)}
    assert {job.label for job in tests} == {"test"}


def test_combinations_that_look_alike_are_numbered() -> None:
    made = spec(f"test: {{{CPU}, matrix: {{include: [{{os: linux}}, {{image: linux}}]}}}}")
    assert [job.name for job in made.jobs] == ["test-1", "test-2"]


def test_triggers_follow_their_shares() -> None:
    pushes = "events: {push: 1, pull_request: 2, schedule: 1}, forks: 0.25, users: 3, branches: 4"
    many = [one.trigger for one in arrivals(f"build: {{{CPU}}}", pushes=pushes)]
    events = Counter(trigger.event for trigger in many)
    assert events["pull_request"] == pytest.approx(len(many) / 2, rel=0.1)
    forks = [trigger for trigger in many if trigger.trust == "untrusted"]
    assert {trigger.event for trigger in forks} == {"pull_request"}
    assert len(forks) == pytest.approx(events["pull_request"] / 4, rel=0.2)
    assert {trigger.actor for trigger in many} == {f"{tenant}-{n}" for tenant in ("web", "data") for n in (1, 2, 3)}
    assert {trigger.ref for trigger in many if trigger.event == "schedule"} == {"main"}
    assert {trigger.ref for trigger in many if trigger.event == "push"} == {f"branch-{n}" for n in (1, 2, 3, 4)}
    assert len(set(map(id, many))) == len(set(map(repr, many))), "equal triggers are one object"


def test_without_a_word_about_triggers_all_are_the_same_push() -> None:
    many = arrivals(f"build: {{{CPU}}}")
    assert len({id(one.trigger) for one in many}) == 1
    assert (many[0].trigger.event, many[0].trigger.actor, many[0].trigger.ref) == ("push", "", "main")


def test_every_question_about_triggers_has_a_stream_of_its_own() -> None:
    jobs = f"build: {{{CPU}}}"
    few = arrivals(jobs, pushes="events: {push: 1, pull_request: 1}")
    more = arrivals(jobs, pushes="events: {push: 1, pull_request: 1}, forks: 0.5, users: 9, branches: 9")
    assert [one.trigger.event for one in few] == [one.trigger.event for one in more]
    assert [one.at_us for one in few] == [one.at_us for one in more]


@pytest.mark.parametrize(("jobs", "terms", "pushes", "field", "said"), [
    ("matrix: {axes: {os: [a, b]}}, count: 2", "", "", "jobs.build.count", "no count beside a matrix"),
    ("matrix: {}", "", "", "jobs.build.matrix", "found no combination"),
    ("matrix: {axes: {os: [a]}, exclude: [{os: a}]}", "", "", "jobs.build.matrix", "found no combination"),
    ("matrix: {axes: {os: [a]}, exclude: [{oss: a}]}", "", "", "exclude.0.oss", 'no axis "oss", allowed: os'),
    (f"matrix: {{axes: {{a: {list(range(20))}, b: {list(range(20))}}}}}", "", "", "matrix", "found 400 combinations"),
    (
        f"matrix: {{axes: {{a: {list(range(200))}, b: {list(range(200))}, c: {list(range(200))}}}}}",
        "", "", "matrix", "found 8,000,000 combinations of its axes",
    ),
    ("concurrency: {group: a}, resource_group: {group: a}", "", "", "resource_group", "no resource_group beside"),
    ('concurrency: {group: "a-{branch}"}', "", "", "concurrency.group", "found {branch}, allowed: {tenant}, {ref}"),
    ('concurrency: {group: "a-{ref"}', "", "", "concurrency.group", "braces in pairs"),
    ("", 'concurrency: {group: "{job}"}', "", "concurrency.group", "found {job}"),
    ("condition: failure", "", "", "condition", "found failure, allowed: success, always or completed"),
    ("condition: never", "", "", "condition", "never"),
    ("retry: {back_off: {first: 1h}}", "", "", "back_off.first", "at most longest, which is 10m"),
    ("approval: {answer: {uniform: {low: 2m, high: 1m}}}", "", "", "uniform.low", "at most high, which is 1m"),
    ("", "auto_cancel: interruptible", "", "auto_cancel", "interruptible: true for at least one class"),
    ("", "", "events: {push: 0}", "pushes.events", "no share above 0"),
    ("", "", "forks: 0.5", "pushes.forks", "only with a share of pull_request"),
    ("", "", "events: {push: 1, pull_request: 0}, forks: 0.5", "pushes.forks", "only with a share of pull_request"),
    ("", "merge_queue: {}", "events: {push: 1}", "merge_queue", "only with a share of merge_group"),
])  # fmt: skip
def test_what_contradicts_itself_is_told(jobs, terms, pushes, field, said) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_text(text(f"build: {{{CPU}, {jobs}}}", terms, pushes))
    problems = caught.value.render().splitlines()
    assert any(field in one and said in one for one in problems), problems


@pytest.mark.parametrize(("first", "second", "said"), [
    (("a", "oldest_first"), ("a", "unordered"), "oldest_first, as build says of the same group"),
    (("a", "oldest_first"), ("b", "newest_first"), "oldest_first, as build says: two orders"),
])  # fmt: skip
def test_resource_groups_that_might_wait_for_each_other_are_told(first, second, said) -> None:
    jobs = "\n".join(
        f"{name}: {{{CPU}, resource_group: {{group: {group}, mode: {mode}}}}}"
        for name, (group, mode) in (("build", first), ("deploy", second))
    )
    with pytest.raises(ScenarioError, match=said):
        load_text(text(jobs))
