"""Workflows of GitHub Actions become the jobs that GitHub would run, and say what nobody can know before."""

from typing import Any

import pytest

from domain.acl.ci_to_orchestration.imported import UNKNOWN_RUNNER, Imported, ImportedJob
from domain.acl.ci_to_orchestration.specs import pipeline_spec
from domain.acl.github_actions_to_orchestration.contexts import Situation
from domain.acl.github_actions_to_orchestration.starting import Start, default_start, glob, starts
from domain.acl.github_actions_to_orchestration.workflow import import_workflow
from domain.shared.resources import Resources
from scenarios.ci_files import read_text

FILE = "ci.yml"
PUSH = Situation()
STEPS = "runs-on: x, steps: [{run: m}]"


def workflow(text: str) -> Any:
    (document,) = read_text(text, FILE, "github")
    return document.data


def imported(text: str, situation: Situation = PUSH, **more: Any) -> Imported:
    found = import_workflow(workflow(text), FILE, situation, **more)
    if found.jobs:
        pipeline_spec(found, lambda job: Resources(1000))  # always a valid pipeline
    return found


def jobs(text: str, situation: Situation = PUSH, **more: Any) -> dict[str, ImportedJob]:
    found = imported(text, situation, **more)
    assert not found.flaws
    return {job.name: job for job in found.jobs}


def one_job(fields: str, **more: Any) -> ImportedJob:
    indented = "\n".join("    " + line for line in fields.splitlines())
    text = f"on: push\njobs:\n  job:\n{indented}\n    steps: [{{run: make}}]\n"
    (job,) = jobs(
        text if "runs-on" in fields else text.replace("  job:\n", "  job:\n    runs-on: x\n"), **more
    ).values()
    return job


def graph(conditions: str) -> str:
    """Jobs a and b, and job c that needs both, with an `if` each where `conditions` (a JSON mapping) has one."""
    given: dict[str, str] = workflow(conditions) if conditions else {}
    lines = ["on: push", "jobs:"]
    for name, needs in (("a", "[]"), ("b", "[a]"), ("c", "[b]")):
        lines += [f"  {name}:", "    runs-on: x", "    steps: [{run: make}]"]
        lines += [f"    needs: {needs}"] if needs != "[]" else []
        lines += [f'    if: "{given[name]}"'] if name in given else []
    return "\n".join(lines)


def test_jobs_come_with_needs_labels_and_steps() -> None:
    found = jobs("""
name: CI
on: [push]
jobs:
  test:
    needs: build
    runs-on: [self-hosted, linux]
    timeout-minutes: 1.5
    continue-on-error: true
    container: {image: "python:3"}
    services: {db: {image: postgres}}
    environment: {name: production, url: x}
    permissions: {contents: read}
    steps:
      - uses: actions/checkout@v4
      - {name: Test, run: "make test", timeout-minutes: 5}
  build:
    runs-on: ubuntu-latest
    steps: [{run: make}]
""")
    test, build = found["test"], found["build"]
    assert list(found) == ["build", "test"]  # needs come first
    assert (build.runs_on, build.needs, build.timeout_us) == (("ubuntu-latest",), (), 360 * 60_000_000)
    assert (test.runs_on, test.needs, test.timeout_us) == (("self-hosted", "linux"), ("build",), 90_000_000)
    assert (test.allow_failure, test.image, test.services) == (True, "python:3", ("postgres",))
    assert (test.environment, test.permissions) == ("production", ("contents:read",))
    assert [(step.name, step.uses, step.timeout_us) for step in test.steps] == [
        ("actions/checkout@v4", "actions/checkout@v4", 0), ("Test", "", 300_000_000),
    ]  # fmt: skip


def test_a_matrix_is_expanded_with_include_and_exclude() -> None:
    found = jobs("""
on: push
jobs:
  test:
    strategy:
      fail-fast: false
      max-parallel: 2
      matrix:
        os: [ubuntu-latest, windows-latest]
        python: [3.11, '3.12']
        exclude: [{os: windows-latest, python: 3.11}]
        include: [{os: macos-latest, python: '3.13'}, {os: ubuntu-latest, extra: yes}]
    runs-on: ${{ matrix.os }}
    steps: [{run: make}]
  done: {needs: test, runs-on: x, steps: [{run: make}]}
""")
    assert list(found) == [
        "test (ubuntu-latest, 3.11, yes)", "test (ubuntu-latest, 3.12, yes)", "test (windows-latest, 3.12)",
        "test (macos-latest, 3.13)", "done",
    ]  # fmt: skip
    assert found["test (macos-latest, 3.13)"].runs_on == ("macos-latest",)
    assert {(job.matrix_group, job.fail_fast, job.max_parallel) for job in found.values() if job.needs == ()} == {
        ("test", False, 2)
    }
    assert found["done"].needs == tuple(list(found)[:-1])


def test_a_dynamic_matrix_is_one_job_until_it_is_given() -> None:
    text = """
on: push
jobs:
  plan: {runs-on: x, outputs: {list: "${{ steps.a.outputs.b }}"}, steps: [{run: make}]}
  test:
    needs: plan
    strategy: {matrix: {os: "${{ fromJSON(needs.plan.outputs.list) }}"}}
    runs-on: ${{ matrix.os }}
    steps: [{run: make}]
"""
    found = imported(text)
    assert [job.name for job in found.jobs] == ["plan", "test"]
    assert found.jobs[1].runs_on == (UNKNOWN_RUNNER,)
    assert [(note.kind, note.path) for note in found.findings] == [
        ("unknown", ("jobs", "test", "strategy", "matrix", "os")), ("unknown", ("jobs", "test", "runs-on")),
    ]  # fmt: skip
    given = Situation(given={"needs.plan.outputs.list": '["a", "b"]'})
    assert [job.runs_on for job in jobs(text, given).values()] == [("x",), ("a",), ("b",)]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ("{}", {"a": "success", "b": "success", "c": "success"}),
        ("{c: always()}", {"a": "success", "b": "success", "c": "always"}),
        ("{c: '!cancelled()'}", {"a": "success", "b": "success", "c": "completed"}),
        ("{c: failure()}", {"a": "success", "b": "success", "c": "failure"}),
        ("{c: 'success() || failure()'}", {"a": "success", "b": "success", "c": "completed"}),
        ("{a: failure()}", {}),  # nothing before it can fail, and b and c are skipped with it
        ("{b: \"github.event_name == 'schedule'\"}", {"a": "success"}),
        ("{b: false, c: always()}", {"a": "success", "c": "always"}),
        ("{b: false, c: '!failure()'}", {"a": "success", "c": "success"}),
        ("{a: false, b: always()}", {"b": "success"}),  # c is skipped: a job further up was
        ("{b: \"needs.a.result == 'success'\"}", {"a": "success", "b": "success", "c": "success"}),
        ("{b: \"always() && needs.a.result == 'failure'\", c: false}", {"a": "success", "b": "failure"}),
        ('{c: "${{ cancelled() }}"}', {"a": "success", "b": "success"}),
        ("{c: \"github.ref == 'refs/heads/main'\"}", {"a": "success", "b": "success", "c": "success"}),
    ],
)
def test_conditions_decide_which_jobs_run_and_when(conditions: str, expected: dict[str, str]) -> None:
    found = imported(graph(conditions))
    got = {job.name: job.condition for job in found.jobs}
    assert got == expected
    assert {note.kind for note in found.findings} <= {"left-out"}


def test_a_job_behind_a_skipped_one_still_waits_for_what_that_one_needed() -> None:
    assert jobs(graph("{b: false, c: always()}"))["c"].needs == ("a",)


def test_a_condition_that_nobody_knows_is_reported_and_taken_as_asked() -> None:
    text = graph("{b: \"vars.DEPLOY == 'yes'\"}")
    found = imported(text)
    assert [job.name for job in found.jobs] == ["a", "b", "c"]
    (note,) = found.findings
    assert note.kind == "unknown" and note.path == ("jobs", "b", "if")
    assert "vars.DEPLOY" in note.text and "taken to run" in note.text
    assert list(jobs(text, assume_runs=False)) == ["a"]
    assert list(jobs(text, Situation(given={"vars.DEPLOY": "yes"}))) == ["a", "b", "c"]
    assert list(jobs(text, Situation(given={"vars.DEPLOY": "no"}))) == ["a"]


@pytest.mark.parametrize(
    ("fields", "labels"),
    [
        ("runs-on: ubuntu-latest", ("ubuntu-latest",)),
        ("runs-on: {group: big, labels: [linux, x64]}", ("group:big", "linux", "x64")),
        ("runs-on: ${{ vars.RUNNER || 'ubuntu-latest' }}", ("ubuntu-latest",)),
        ("runs-on: ${{ vars.RUNNER }}", (UNKNOWN_RUNNER,)),
        ("runs-on: ${{ github.event_name == 'push' && 'a' || 'b' }}", ("a",)),
        ('runs-on: ${{ fromJSON(\'["a", "b"]\') }}', ("a", "b")),
        ('runs-on: [self-hosted, "${{ github.ref_name }}"]', ("self-hosted", "main")),
    ],
)
def test_labels_come_out_of_every_way_to_write_them(fields: str, labels: tuple[str, ...]) -> None:
    assert one_job(fields).runs_on == labels


def test_concurrency_is_a_group_where_it_is_known() -> None:
    found = one_job("concurrency: {group: 'deploy-${{ github.ref }}', cancel-in-progress: true}")
    assert (found.concurrency_group, found.cancel_in_progress) == ("deploy-refs/heads/main", True)
    assert one_job("concurrency: '${{ github.sha }}'").concurrency_group == ""


CALLED = """
on:
  workflow_call:
    inputs: {os: {type: string, default: linux}, fast: {type: boolean}}
jobs:
  build: {runs-on: "${{ inputs.os }}", steps: [{run: make}]}
  test: {needs: build, if: "!inputs.fast", runs-on: x, steps: [{run: make}]}
"""
CALLING = """
on: push
jobs:
  first: {runs-on: x, steps: [{run: make}]}
  call:
    needs: first
    strategy: {matrix: {os: [linux, windows]}}
    uses: ./.github/workflows/called.yml
    with: {os: "${{ matrix.os }}", fast: "${{ matrix.os == 'windows' }}"}
  last: {needs: call, runs-on: x, steps: [{run: make}]}
"""


def test_a_local_workflow_is_called_with_its_inputs() -> None:
    found = jobs(CALLING, files={".github/workflows/called.yml": workflow(CALLED)})
    assert {name: job.needs for name, job in found.items()} == {
        "first": (),
        "call (linux) / build": ("first",),
        "call (linux) / test": ("call (linux) / build",),
        "call (windows) / build": ("first",),
        "last": ("call (linux) / build", "call (linux) / test", "call (windows) / build"),
    }
    assert found["call (windows) / build"].runs_on == ("windows",)
    assert [job.source for job in found.values()] == [
        "first", "call / build", "call / test", "call / build", "last",
    ]  # fmt: skip


def test_a_workflow_that_is_elsewhere_is_one_job_of_unknown_content() -> None:
    found = imported(CALLING)
    calls = [job for job in found.jobs if not job.content_known]
    assert [job.name for job in calls] == ["call (linux)", "call (windows)"]
    assert {job.runs_on for job in calls} == {(UNKNOWN_RUNNER,)}
    assert any("not among the files given" in note.text for note in found.findings)


def test_workflows_that_call_each_other_in_a_circle_are_refused() -> None:
    text = "on: {workflow_call: }\njobs:\n  x: {uses: ./.github/workflows/a.yml}\n"
    found = imported(CALLING.replace("called", "a"), files={".github/workflows/a.yml": workflow(text)})
    assert any("inputs of the workflow" in one.flaw.allowed or "circle" in one.flaw.found for one in found.flaws)
    bare = "on: push\njobs:\n  x: {uses: ./.github/workflows/a.yml}\n"
    (flaw,) = imported(bare, files={".github/workflows/a.yml": workflow(text)}).flaws
    assert flaw.flaw.found == "a circle of calls"


@pytest.mark.parametrize(
    ("field", "path", "words"),
    [
        ("if: nonsense(", ("if",), "where a value should be"),
        ("needs: z", ("needs",), 'no job "z"'),
        ("needs: [a]", ("needs",), "the circle a, a"),
        ("strategy: {matrix: {n: ['${{ 1 }}']}, max-parallel: '${{ github.ref }}'}",
         ("strategy", "max-parallel"), "ref"),
        ("timeout-minutes: 0", ("timeout-minutes",), "0"),
        ("strategy: {matrix: {n: [1], exclude: [{m: 1}]}}", ("strategy", "matrix"), "no axis"),
        ("environment: '${{ nothing.b }}'", ("environment",), "no context"),
    ],
)  # fmt: skip
def test_what_github_would_refuse_is_refused_with_its_place(field: str, path: tuple[str, ...], words: str) -> None:
    found = imported(f"on: push\njobs:\n  a: {{{field}, {STEPS}}}")
    assert not found.jobs
    assert any(one.flaw.path == ("jobs", "a", *path) and words in one.flaw.found for one in found.flaws), found.flaws


def test_a_matrix_too_large_to_hold_is_refused_without_being_made() -> None:
    axes = "\n".join(f"        a{i}: [{', '.join(map(str, range(20)))}]" for i in range(20))
    text = f"on: push\njobs:\n  a:\n    strategy:\n      matrix:\n{axes}\n    runs-on: x\n    steps: [{{run: m}}]"
    (flaw,) = imported(text).flaws
    assert flaw.flaw.allowed == "at most 256"


@pytest.mark.parametrize(
    ("on", "start", "expected"),
    [
        ("push", Start("push"), True),
        ("[push, pull_request]", Start("schedule"), False),
        ("{push: {branches: [main, 'release/**']}}", Start("push", "release/1/2"), True),
        ("{push: {branches: [main]}}", Start("push", "other"), False),
        ("{push: {branches: ['**', '!dev*']}}", Start("push", "dev-1"), False),
        ("{push: {branches-ignore: [dev]}}", Start("push", "main"), True),
        ("{push: {tags: ['v*']}}", Start("push", "main"), False),
        ("{push: {tags: ['v*']}}", Start("push", "v1", is_tag=True), True),
        ("{push: {branches: [main]}}", Start("push", "v1", is_tag=True), False),
        ("{push: {paths: ['src/**']}}", Start("push"), None),
        ("{push: {paths: ['src/**', '!src/doc/**']}}", Start("push", changed=("src/doc/a",)), False),
        ("{push: {paths: ['src/**']}}", Start("push", changed=("README", "src/a/b")), True),
        ("{push: {paths-ignore: ['**.md']}}", Start("push", changed=("README.md",)), False),
        ("{pull_request: {types: [labeled]}}", Start("pull_request", activity="opened"), False),
        ("{pull_request: }", Start("pull_request", activity="closed"), False),
        ("{pull_request: {branches: [main]}}", Start("pull_request", "main"), True),
    ],
)
def test_events_start_a_workflow_as_its_filters_say(on: str, start: Start, expected: bool | None) -> None:
    assert starts(workflow(f"on: {on}")["on"], start)[0] is expected


def test_filter_patterns_match_as_documented() -> None:
    matching = [("*", "main"), ("**", "a/b"), ("v[0-9]+.*", "v12.3"), ("fe?d", "fd"), ("a+", "aaa"), ("*.js", "x.js"),
                ("**/docs/**", "docs/a"), ("docs/*", "docs/a"), (r"a\*b", "a*b")]  # fmt: skip
    others = [("*", "a/b"), ("v[0-9]+.*", "vx.3"), ("*.js", "a/x.js"), ("docs/*", "docs/a/b"), ("+", "x")]
    assert all(glob(*one) for one in matching)
    assert not any(glob(*one) for one in others)


def test_left_to_itself_a_push_is_to_a_branch_that_passes() -> None:
    for on in ("push", "{push: {branches: [master]}}", "{push: {tags: ['v*.*']}}", "{schedule: [{cron: '1 * * * *'}]}"):
        data = workflow(f"on: {on}")["on"]
        assert starts(data, default_start(data))[0]


def test_an_event_that_starts_nothing_is_told() -> None:
    found = imported(graph("{}"), Situation(Start("schedule")))
    assert not found.jobs and not found.flaws and "starts on push" in found.reason


def test_inputs_are_typed_and_only_for_events_that_have_them() -> None:
    text = """
on: {push: , workflow_dispatch: {inputs: {n: {type: number, default: 2}, go: {type: boolean}}}}
jobs:
  a: {if: "inputs.go && inputs.n > 1", runs-on: x, steps: [{run: m}]}
"""
    dispatch = Start("workflow_dispatch")
    assert not jobs(text, Situation(dispatch))
    assert list(jobs(text, Situation(dispatch, inputs={"go": "true"}))) == ["a"]
    assert imported(text, Situation(dispatch, inputs={"n": "many"})).flaws
    assert imported(text, Situation(dispatch, inputs={"other": "1"})).flaws
    assert imported(text, Situation(inputs={"go": "true"})).flaws


def test_workflows_that_multiply_are_refused_in_time() -> None:
    many = ", ".join(map(str, range(200)))
    files = {
        f".github/workflows/w{n}.yml": workflow(
            f"on: {{workflow_call: }}\njobs:\n  x: {{strategy: {{matrix: {{n: [{many}]}}}}, "
            + (
                f"uses: ./.github/workflows/w{n + 1}.yml}}\n"
                if n < 8
                else "if: false, runs-on: x, steps: [{run: m}]}\n"
            )
        )
        for n in range(9)
    }
    found = imported("on: push\njobs:\n  x: {uses: ./.github/workflows/w0.yml}\n", files=files)
    assert any("calls" in one.flaw.found for one in found.flaws)


def test_a_long_chain_is_read_in_its_order_even_backwards() -> None:
    lines = [f"  j{n}: {{{STEPS}{f', needs: j{n - 1}' if n else ''}}}" for n in range(1500)]
    found = jobs("on: push\njobs:\n" + "\n".join(reversed(lines)))
    assert list(found)[:2] == ["j0", "j1"] and found["j1499"].needs == ("j1498",)
