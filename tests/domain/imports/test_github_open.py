"""What nobody knows before the run is never guessed in silence: it is reported, and taken the same everywhere."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.acl.ci_to_orchestration.imported import UNKNOWN_RUNNER, Imported
from domain.acl.github_actions_to_orchestration.contexts import Situation
from domain.acl.github_actions_to_orchestration.references import givable, looked_at, references
from domain.acl.github_actions_to_orchestration.starting import Start, default_start
from domain.acl.github_actions_to_orchestration.workflow import import_workflow
from scenarios.ci_files import read_text

FILE = "ci.yml"
PUSH = Situation()
PULL = Situation(Start("pull_request"))


def workflow(text: str) -> Any:
    (document,) = read_text(text, FILE, "github")
    return document.data


def with_conditions(*conditions: str, on: str = "push") -> Any:
    """A workflow of jobs a, b, c … with these conditions."""
    jobs = {
        name: {"runs-on": "x", "if": one, "steps": [{"run": "m"}]}
        for name, one in zip("abcdef", conditions, strict=False)
    }
    return {"on": on, "jobs": jobs}


def imported(document: Any, situation: Situation = PUSH, **more: Any) -> Imported:
    found = import_workflow(document, FILE, situation, **more)
    assert not found.flaws, found.flaws
    return found


def names(document: Any, situation: Situation = PUSH, **more: Any) -> str:
    return "".join(job.name for job in imported(document, situation, **more).jobs)


@pytest.mark.parametrize(
    ("condition", "situation", "answer"),
    [
        ("github.repository == 'nodejs/undici'", Situation(), Situation(repository="nodejs/undici")),
        ("github.repository_owner == 'nodejs'", Situation(), Situation(repository="nodejs/undici")),
        ("github.actor == 'me'", Situation(), Situation(actor="me")),
        ("github.ref == format('refs/heads/{0}', github.event.repository.default_branch)", Situation(),
         Situation(default_branch="main")),
        ("startsWith(github.head_ref, 'fix/')", PULL, Situation(PULL.start, given={"github.head_ref": "fix/it"})),
        ("github.event.repository.name == 'b'", Situation(), Situation(repository="a/b")),
    ],
)  # fmt: skip
def test_what_the_user_did_not_say_is_not_known(condition: str, situation: Situation, answer: Situation) -> None:
    document = with_conditions(condition, on=situation.start.event)
    found = imported(document, situation)
    assert [job.name for job in found.jobs] == ["a"]
    assert [note.kind for note in found.findings] == ["unknown"] and found.assumed
    assert names(document, situation, assume_runs=False) == ""
    told = imported(document, answer)
    assert [job.name for job in told.jobs] == ["a"] and not told.findings and not told.assumed


def test_what_an_event_tells_of_its_ref_is_known() -> None:
    default = "github.ref == format('refs/heads/{0}', github.event.repository.default_branch)"
    nightly = with_conditions(default)
    nightly["on"] = {"schedule": [{"cron": "0 1 * * *"}]}
    assert not imported(nightly, Situation(default_start("schedule", branch="trunk"))).findings
    nightly = with_conditions("github.event.schedule == '0 1 * * *'", "github.event.schedule == '0 2 * * *'")
    nightly["on"] = {"schedule": [{"cron": "0 1 * * *"}]}
    assert names(nightly, Situation(default_start("schedule"))) == "a"
    assert not imported(nightly, Situation(default_start("schedule"))).assumed
    nightly["on"]["schedule"].append({"cron": "0 2 * * *"})  # two may start it, only one at a time does
    assert names(nightly, Situation(default_start("schedule"))) == "a"
    assert imported(nightly, Situation(default_start("schedule"))).assumed
    release = with_conditions("startsWith(github.ref, 'refs/tags/')", on="release")
    found = imported(release, Situation(default_start("release")))
    assert len(found.jobs) == 1 and not found.findings


def test_a_pull_request_of_the_same_repository_is_known_to_be_one() -> None:
    document = with_conditions(
        "github.event.pull_request.head.repo.full_name == github.repository",
        "github.event.pull_request.head.repo.full_name != github.repository",
        on="pull_request",
    )
    assert names(document, PULL) == "a" and not imported(document, PULL).assumed
    assert names(document, Situation(PULL.start, fork=True)) == "b"


@pytest.mark.parametrize(
    ("conditions", "running", "skipping"),
    [
        (("vars.X == 'a'", "vars.X != 'a'"), "a", "b"),
        (("vars.X == 'a'", "vars.X == 'b'"), "a", ""),
        (("vars.X", "!vars.X", "vars.X == ''"), "a", "bc"),
        (("vars.X == 'a' && vars.Y == 'b'", "vars.Y == 'b'", "vars.X == 'c'"), "ab", ""),
        (("!contains(vars.X, 'full')", "contains(vars.X, 'full')"), "a", "b"),
        (('contains(fromJSON(\'["a", "b"]\'), vars.X)', "vars.X == 'c'", "vars.X == 'a'"), "ac", ""),
        (("github.repository == 'a/b'", "github.repository_owner == 'c'", "github.repository_owner == 'a'"), "ac", ""),
        (("github.repository_owner == 'c'", "github.repository == 'a/b'", "github.repository == 'c/d'"), "ac", ""),
        (("vars.X == 'a' && vars.X == 'b'",), "", ""),  # whatever it is
    ],
)
def test_one_unknown_is_one_thing_in_all_of_an_import(conditions: tuple[str, ...], running: str, skipping: str) -> None:
    document = with_conditions(*conditions)
    assert names(document) == running
    assert names(document, assume_runs=False) == skipping


LEAVES = st.sampled_from(["vars.A", "vars.B", "vars.A == 'x'", "vars.A == 'y'", "vars.B != 'x'", "github.actor == 'x'",
                          "contains(vars.B, 'q')", "true"])  # fmt: skip
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda one: f"!({one})"),
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda three: f"({' '.join(three)})"),
    ),
    max_leaves=5,
)


@given(CONDITIONS, CONDITIONS, st.booleans())
def test_a_condition_and_its_opposite_never_both_hold(first: str, second: str, runs: bool) -> None:
    document = with_conditions(first, second, f"!({first})", f"!({second})")
    ran = names(document, assume_runs=runs)
    assert ("a" in ran) != ("c" in ran) and ("b" in ran) != ("d" in ran)


@given(CONDITIONS, st.booleans())
def test_what_is_told_as_assumed_is_enough_to_get_the_same_again(condition: str, runs: bool) -> None:
    document = with_conditions(condition)
    found = imported(document, assume_runs=runs)
    for one in found.assumed:
        assert "vars." in one or "github.actor" in one
    if not found.findings:
        assert not found.assumed


def test_what_is_given_answers_a_question_about_what_is_inside_of_it() -> None:
    full = "contains(github.event.pull_request.labels.*.name, 'full')"
    document = with_conditions(full, f"!{full}", on="pull_request")
    labels = "github.event.pull_request.labels"
    assert names(document, PULL) == "a"
    assert names(document, Situation(PULL.start, given={labels: [{"name": "full"}]})) == "a"
    found = imported(document, Situation(PULL.start, given={labels: []}))
    assert [job.name for job in found.jobs] == ["b"] and not found.assumed


def test_an_assumption_is_told_once_for_all_and_at_each_place() -> None:
    found = imported(with_conditions("github.repository == 'a/b'", "github.repository != 'a/b'"))
    assert found.assumed == ("github.repository is 'a/b'", "github.repository_owner is 'a'")
    assert [(note.kind, note.path[1]) for note in found.findings] == [
        ("unknown", "a"), ("unknown", "b"), ("left-out", "b"),
    ]  # fmt: skip
    assert all("because github.repository is 'a/b' in all of this import" in note.text for note in found.findings[:2])
    assert "if: github.repository != 'a/b'" in found.findings[2].text


def test_a_value_hangs_on_the_same_answers_as_conditions() -> None:
    document = with_conditions("github.repository == 'a/b'")
    document["jobs"]["a"]["runs-on"] = "${{ github.repository == 'a/b' && 'big' || 'small' }}"
    document["jobs"]["a"]["continue-on-error"] = "${{ github.repository != 'a/b' }}"
    (job,) = imported(document).jobs
    assert job.runs_on == ("big",) and not job.allow_failure
    document["jobs"]["a"]["runs-on"] = "${{ vars.RUNNER || 'small' }}"
    found = imported(document)
    assert found.jobs[0].runs_on == ("small",) and "vars.RUNNER is empty" in found.assumed
    document["jobs"]["a"]["runs-on"] = "${{ vars.RUNNER }}"
    assert imported(document).jobs[0].runs_on == (UNKNOWN_RUNNER,)


def test_what_most_conditions_ask_for_is_tried_first() -> None:
    document = with_conditions("inputs.os == 'mac' || inputs.os == 'all'", "inputs.os == 'all'", "inputs.os == 'all'")
    document["on"] = {"workflow_dispatch": {"inputs": {"os": {"required": True}}}}
    assert names(document, Situation(Start("workflow_dispatch"))) == "abc"


def test_outputs_of_two_calls_of_one_workflow_are_two_things() -> None:
    called = workflow("""\
on: {workflow_call: {inputs: {full: {type: string}}}}
jobs:
  plan: {runs-on: x, steps: [{run: m}]}
  test: {runs-on: x, needs: plan, if: needs.plan.outputs.go == inputs.full, steps: [{run: m}]}
""")
    main = workflow("""\
on: push
jobs:
  one: {uses: ./.github/workflows/called.yml, with: {full: "yes"}}
  two: {uses: ./.github/workflows/called.yml, with: {full: "no"}}
""")
    found = imported(main, files={".github/workflows/called.yml": called})
    assert [job.name for job in found.jobs] == ["one / plan", "two / plan", "one / test", "two / test"] or [
        job.name for job in found.jobs
    ] == ["one / plan", "one / test", "two / plan", "two / test"]
    assert found.assumed == ("one: needs.plan.outputs.go is 'yes'", "two: needs.plan.outputs.go is 'no'")


def test_a_job_that_runs_whichever_need_fails_is_known_to_do_so() -> None:
    document = with_conditions(
        "true", "true", "always() && (needs.a.result == 'failure' || needs.b.result == 'failure')"
    )
    document["jobs"]["c"]["needs"] = ["a", "b"]
    found = imported(document)
    assert found.jobs[-1].condition == "failure" and not found.findings


def test_a_group_of_what_every_run_has_in_common_is_a_group() -> None:
    document = with_conditions("true", on="pull_request")
    document["concurrency"] = "ci-${{ github.head_ref || github.run_id }}"
    found = imported(document, PULL)
    assert found.concurrency_group == "ci-(github.head_ref)" and found.findings[0].kind == "unknown"
    document["concurrency"] = "ci-${{ github.run_id }}"
    assert imported(document, PULL).concurrency_group == ""


STEPS = """\
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    environment: production
    steps:
    - {uses: actions/checkout@v4}
    - uses: actions/cache@v4
      with: {key: "${{ runner.os }}-go-${{ hashFiles('**/go.sum') }}", path: p, restore-keys: "${{ runner.os }}-go-\\n"}
    - {uses: actions/cache@v4, if: runner.os == 'Windows', with: {key: other, path: p}}
    - {run: make, if: failure()}
    - {run: again, if: steps.x.outputs.y == 'z'}
    - {uses: actions/setup-node@v4, with: {cache: npm}}
    - {uses: actions/upload-artifact@v4, with: {name: "bin-${{ runner.os }}", path: p}}
    - {uses: actions/upload-artifact@v4, with: {path: p}}
  test:
    runs-on: ubuntu-latest
    needs: build
    steps: [{uses: actions/download-artifact@v4, with: {pattern: bin-*}}]
"""


def test_steps_that_do_not_run_are_left_out_and_the_rest_tells_caches_and_artifacts() -> None:
    found = imported(workflow(STEPS))
    build, test = found.jobs
    assert [step.name for step in build.steps][-3:] == [
        "actions/setup-node@v4", "actions/upload-artifact@v4", "actions/upload-artifact@v4",
    ]  # fmt: skip
    assert build.steps_left == ("actions/cache@v4", "make")
    assert [(cache.key, cache.restore) for cache in build.caches] == [("Linux-go-{lock}", ("Linux-go-",))]
    assert build.uploads == ("bin-Linux", "artifact") and test.downloads == ("bin-*",)
    texts = [note.text for note in found.findings if note.kind == "not-modelled"]
    assert any("taken to run: again" in text for text in texts) and any("setup-node" in text for text in texts)


def test_what_can_be_given_is_what_expressions_look_at() -> None:
    document = workflow("""\
on: push
jobs:
  a:
    runs-on: ${{ vars.RUNNER }}
    if: github.event.pull_request.labels.*.name != 'x'
    strategy: {matrix: {os: "${{ fromJSON(needs.p.outputs[vars.WHICH]) }}"}}
    steps: [{run: "echo ${{ toJSON(steps) }} ${{ steps.a.outputs.b }} ${{ github.sha }}"}]
""")
    paths = references(document)
    assert givable(paths) == ["vars.RUNNER", "vars.WHICH"]
    for name in ("vars.runner", "vars", "steps.x.y", "needs.p.outputs.any", "github.event.pull_request.labels"):
        assert looked_at(name, paths), name
    for name in ("vars.RUNER", "needs.q", "github.repository", "inputs.x"):
        assert not looked_at(name, paths), name
