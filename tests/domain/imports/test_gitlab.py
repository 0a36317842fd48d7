"""GitLab CI files become the jobs of the pipeline that GitLab would make, and say what nobody can know before."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.acl.ci_to_orchestration.imported import Imported, ImportedJob
from domain.acl.ci_to_orchestration.specs import pipeline_spec
from domain.acl.gitlab_ci_to_orchestration.conditions import ConditionFlaw, Unsure, holds
from domain.acl.gitlab_ci_to_orchestration.durations import microseconds
from domain.acl.gitlab_ci_to_orchestration.pipeline import import_pipeline
from domain.acl.gitlab_ci_to_orchestration.situation import Situation, expand
from domain.shared.resources import Resources
from scenarios.ci_files import read_text

PUSH = Situation()
MERGE = Situation(source="merge_request_event")


def imported(text: str, situation: Situation = PUSH, files: dict[str, str] | None = None, **more: Any) -> Imported:
    def data(one: str) -> Any:
        return read_text(one, "ci.yml", "gitlab")[0].data

    others = {name: data(one) for name, one in (files or {}).items()}
    found = import_pipeline(data(text), ".gitlab-ci.yml", situation, others, **more)
    if found.jobs:
        pipeline_spec(found, lambda job: Resources(1000))
    return found


def jobs(text: str, situation: Situation = PUSH, files: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    found = imported(text, situation, files, **more)
    assert found.flaws == ()
    return {job.name: job for job in found.jobs}


def one(fields: str, situation: Situation = PUSH) -> ImportedJob | None:
    return jobs(f"a:\n  script: make\n{fields}\nlast: {{script: make}}", situation).get("a")


def test_stages_wait_for_all_that_stands_before() -> None:
    found = jobs("""
stages: [build, test]
b: {stage: test, script: make}
a: {stage: build, script: make}
first: {stage: .pre, script: make}
last: {stage: .post, script: make}
""")
    assert list(found) == ["first", "a", "b", "last"]
    assert [set(job.needs) for job in found.values()] == [set(), {"first"}, {"first", "a"}, {"first", "a", "b"}]


def test_needs_stand_in_for_stages() -> None:
    found = jobs("""
a: {stage: build, script: make}
b: {stage: build, script: make, parallel: 2}
c: {stage: test, script: make, needs: [a]}
d: {stage: test, script: make, needs: []}
e: {stage: deploy, script: make, needs: [b, {job: gone, optional: true}]}
""")
    assert (found["c"].needs, found["d"].needs, found["e"].needs) == (("a",), (), ("b 1/2", "b 2/2"))


def test_a_need_that_is_not_in_the_pipeline_is_refused() -> None:
    found = imported("""
a: {stage: build, script: make, rules: [{when: never}]}
b: {stage: test, script: make, needs: [a]}
""")
    (flaw,) = found.flaws
    assert flaw.flaw.path == ("b", "needs", 0) and "not in this pipeline" in flaw.flaw.found


def test_parallel_matrices_name_their_jobs_as_gitlab_does() -> None:
    found = jobs("""
build:
  script: make
  tags: ["$OS"]
  parallel: {matrix: [{OS: [linux, mac], N: 1}, {OS: bsd, N: [1, 2]}]}
test:
  stage: deploy
  script: make
  needs: [{job: build, parallel: {matrix: [{OS: bsd, N: 2}]}}]
""")
    assert list(found) == [
        "build: [linux, 1]", "build: [mac, 1]", "build: [bsd, 1]", "build: [bsd, 2]", "test",
    ]  # fmt: skip
    assert found["build: [mac, 1]"].runs_on == ("mac",)
    assert found["test"].needs == ("build: [bsd, 2]",)


def test_extends_default_and_references_are_worked_out() -> None:
    found = jobs("""
default: {image: base, timeout: 2h, tags: [big], retry: 1, interruptible: true}
.rules: {rules: [{if: $CI_COMMIT_BRANCH == "main"}]}
.base: {script: [one], variables: {A: low, B: low}, tags: [small]}
a: {extends: .base, variables: {A: high}, rules: [!reference [.rules, rules]]}
b: {script: [!reference [.base, script], two], inherit: {default: [image]}}
""")
    a, b = found["a"], found["b"]
    assert (a.image, a.timeout_us, a.runs_on, a.user_retries) == ("base", 7_200_000_000, ("small",), 1)
    assert a.interruptible and not b.interruptible
    assert (b.image, b.timeout_us, b.runs_on, b.user_retries) == ("base", 3_600_000_000, (), 0)


def test_local_files_are_included_and_others_are_reported() -> None:
    text = (
        "include: [/ci/a.yml, {local: ci/gone.yml}, {template: X.yml}, {remote: 'https://x/y.yml'}]\nb: {script: make}"
    )
    found = imported(text, files={"ci/a.yml": "include: ci/c.yml\na: {script: make}", "ci/c.yml": "c: {script: make}"})
    assert [job.name for job in found.jobs] == ["c", "a", "b"]
    assert [note.path for note in found.findings] == [("include", 1), ("include", 2), ("include", 3)]


@pytest.mark.parametrize(
    ("fields", "situation", "expected"),
    [
        ("", PUSH, True),
        ("", MERGE, False),  # without rules a job is for branches and tags
        ("  only: [merge_requests]", MERGE, True),
        ("  only: [main]", PUSH, True),
        ("  only: ['/^release/']", Situation(ref="release-1"), True),
        ("  except: [branches]", PUSH, False),
        ("  only: {refs: [branches], variables: ['$X == \"1\"']}", PUSH, False),
        ("  only: {refs: [branches], variables: ['$X == \"1\"']}", Situation(variables={"X": "1"}), True),
        ("  rules: [{if: '$CI_PIPELINE_SOURCE == \"merge_request_event\"'}]", MERGE, True),
        ("  rules: [{if: '$CI_PIPELINE_SOURCE == \"merge_request_event\"'}]", PUSH, False),
        ("  rules: [{if: $CI_COMMIT_TAG, when: never}, {when: on_success}]", Situation(is_tag=True), False),
        ("  rules: [{if: $CI_COMMIT_TAG, when: never}, {when: on_success}]", PUSH, True),
        ("  rules: [{changes: [src/**/*]}]", Situation(changed=("src/a/b.c",)), True),
        ("  rules: [{changes: {paths: ['*.{md,rst}']}}]", Situation(changed=("a/b.md",)), False),
        ("  rules: [{exists: [Dockerfile]}]", Situation(existing=("README",)), False),
    ],
)
def test_rules_say_which_jobs_are_in(fields: str, situation: Situation, expected: bool) -> None:
    text = f"a:\n  script: make\n{fields}\nlast: {{script: make, rules: [{{when: always}}]}}"
    assert ("a" in jobs(text, situation)) is expected


def test_what_rules_cannot_know_is_reported() -> None:
    text = "a: {script: make, rules: [{changes: [src/*], if: '$OTHER != \"x\"'}]}"
    found = imported(text)
    assert [job.name for job in found.jobs] == ["a"]
    assert [(note.kind, note.path) for note in found.findings] == [
        ("unknown", ("a", "rules")), ("unknown", ("a", "rules", 0, "changes")),
    ]  # fmt: skip
    assert imported(text, assume=False).reason


def test_when_decides_how_a_job_waits() -> None:
    found = imported("""
a: {stage: build, script: make}
cleanup: {script: make, when: on_failure}
always: {script: make, when: always}
later: {script: make, when: delayed, start_in: 30 minutes}
ask: {script: make, when: manual}
gate: {script: make, rules: [{when: manual}]}
group: {script: make, resource_group: production, allow_failure: true}
""")
    by_name = {job.name: job for job in found.jobs}
    assert (by_name["cleanup"].condition, by_name["always"].condition) == ("failure", "completed")
    assert by_name["later"].delay_us == 1_800_000_000
    assert "ask" not in by_name and by_name["gate"].manual
    assert (by_name["group"].resource_group, by_name["group"].allow_failure) == ("production", True)
    assert {note.kind for note in found.findings} == {"left-out", "unknown"}
    assert "ask" in jobs("a: {script: m}\nask: {script: m, when: manual}", play_manual=True)


@pytest.mark.parametrize(
    ("retry", "expected"),
    [("2", (2, 2)), ("{max: 1, when: runner_system_failure}", (0, 1)), ("{max: 2, when: [script_failure]}", (2, 0))],
)
def test_retries_are_counted_by_cause(retry: str, expected: tuple[int, int]) -> None:
    job = one(f"  retry: {retry}")
    assert job and (job.user_retries, job.infra_retries) == expected


def test_workflow_rules_make_a_pipeline_or_none() -> None:
    text = (
        "workflow: {rules: [{if: $CI_COMMIT_TAG, variables: {X: '1'}}]}\na: {script: m, rules: [{if: '$X == \"1\"'}]}"
    )
    assert imported(text).reason == "workflow:rules make no pipeline of it"
    assert list(jobs(text, Situation(is_tag=True, ref="v1"))) == ["a"]


def test_child_pipelines_are_one_job_of_unknown_content() -> None:
    found = imported("a: {trigger: {include: child.yml}}")
    assert not found.jobs[0].content_known and "starts another pipeline" in found.findings[0].text


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("a: {stage: nowhere, script: m}", ("a", "stage"), "no stage"),
        ("a: {extends: .gone, script: m}", ("a", "extends"), "no job"),
        ("a: {extends: b, script: m}\nb: {extends: a}", ("a", "extends"), "circle"),
        ("a: {script: [!reference [.x, script]]}", ("a", "script", 0), "not there"),
        ("a: {stage: test}", ("a",), "without script"),
        ("a: {script: m, when: sometimes}", ("a", "when"), "sometimes"),
        ("a: {script: m, rules: [{if: '$A =='}]}", ("a", "rules", 0, "if"), "where a variable"),
        ("a: {script: m, needs: [b]}\nb: {script: m, needs: [a]}", ("a", "needs"), "circle"),
        ("a: {script: m, parallel: 500}", ("a", "parallel"), "500"),
        ("a: {script: m, timeout: soon}", ("a", "timeout"), "soon"),
        ("a: {script: m, retry: 9}", ("a", "retry"), "9"),
        ("a: {script: m, nothing: 1}", ("a", "nothing"), "nothing"),
        (".a: {script: m}", (), "no job"),
        ("a: 5", ("a",), "5"),
        ("[1]", (), "a list"),
        ("a: {script: m, only: [x], rules: []}", ("a", "only"), "beside rules"),
    ],
)
def test_what_gitlab_would_refuse_is_refused_with_its_place(text: str, path: tuple[Any, ...], words: str) -> None:
    found = imported(text)
    assert not found.jobs
    assert any(one.flaw.path == path and words in one.flaw.found for one in found.flaws), found.flaws


def test_references_that_multiply_are_refused() -> None:
    text = ".r0: {x: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}\n" + "\n".join(
        f".r{n}: {{x: [{', '.join([f'!reference [.r{n - 1}, x]'] * 10)}]}}" for n in range(1, 9)
    )
    found = imported(text + "\na: {script: [!reference [.r8, x]]}")
    assert any("references to more than" in one.flaw.found for one in found.flaws)


VARIABLES = {"A": "main", "EMPTY": "", "NULL": None, "P": "/^ma/"}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('$A == "main"', True), ("$A != 'main'", False), ("$A", True), ("$EMPTY", False), ("$NULL", False),
        ("$NULL == null", True), ('$EMPTY == ""', True), ("$EMPTY == null", False), ("$A =~ /^MA/", False),
        ("$A =~ /^MA/i", True), ("$A !~ /x/", True), ("$A =~ $P", True), ("$NULL =~ /x/", False),
        ("$NULL !~ /x/", True),
        ('$A == "x" || $A == "main" && $EMPTY == ""', True), ('($A == "x" || $A == "main") && $EMPTY', False),
        ("${A} == $A", True), ("$UNSURE || $A", True), ("$UNSURE && $EMPTY", False), ("$UNSURE && $A", None),
        ("$UNSURE == 'x'", None), ("$A =~ /(a+)+$/", None),
    ],
)  # fmt: skip
def test_conditions_of_rules(condition: str, expected: bool | None) -> None:
    def lookup(name: str) -> Any:
        return Unsure("it is not given") if name == "UNSURE" else VARIABLES.get(name)

    found = holds(condition, lookup)
    assert (None if isinstance(found, Unsure) else found) is expected


@given(st.text(alphabet="$AB =!~&|()/'\"x^", max_size=30))
def test_any_text_is_a_condition_or_a_flaw(text: str) -> None:
    try:
        assert holds(text, VARIABLES.get) in (True, False) or isinstance(holds(text, VARIABLES.get), Unsure)
    except ConditionFlaw as flaw:
        assert str(flaw)


@given(st.recursive(
    st.sampled_from(['$A == "main"', "$EMPTY", '$A == "x"', "$A"]),
    lambda inner: st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda three: f"({' '.join(three)})"),
    max_leaves=10,
), st.sampled_from(["&&", "||"]), st.sampled_from(["$A", "$EMPTY"]))  # fmt: skip
def test_and_binds_tighter_than_or(inner: str, operator: str, last: str) -> None:
    text = f"{inner} {operator} {last} || $EMPTY && $A"
    python = text.replace('$A == "main"', "True").replace('$A == "x"', "False").replace("$A", "True")
    python = python.replace("$EMPTY", "False").replace("&&", "and").replace("||", "or")
    assert holds(text, VARIABLES.get) is eval(python)


def test_variables_that_contain_each_other_do_not_explode() -> None:
    values = {f"V{n}": f"$V{n + 1}" * 100 for n in range(50)}
    assert len(expand("$V0", values)) <= 10_000
    assert expand("${A}/$B-$C", {"A": "1", "B": "$A"}) == "1/1-$C"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1h 30m", 5400), ("3 hours 30 minutes", 12600), ("3600 seconds", 3600), ("90", 90), ("1 day", 86400),
     ("1h30", 3630),
     ("2 weeks and 1 hour", 1_213_200)],
)  # fmt: skip
def test_durations(text: str, seconds: int) -> None:
    assert microseconds(text) == seconds * 1_000_000
    assert all(microseconds(wrong) is None for wrong in ("soon", "", "0", "1 parsec", "-1h"))


@given(st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(
        ["a", ".b", "script", "rules", "if", "needs", "extends", "include", "parallel", "matrix", "stages", "default",
         "variables", "workflow", "trigger", "when", "!reference", "only", "job"]), inner, max_size=4)),
    max_leaves=20,
))  # fmt: skip
def test_nothing_that_a_file_can_hold_crashes(thing: Any) -> None:
    found = import_pipeline(thing, "x.yml", PUSH)
    assert found.flaws or found.jobs or found.reason or found.findings


def test_extends_that_multiply_are_merged_once_each() -> None:
    lines = [f".r{n}: {{extends: [{', '.join([f'.r{n - 1}'] * 10)}]}}" for n in range(1, 10)]
    found = jobs(".r0: {script: make}\n" + "\n".join(lines) + "\na: {extends: [.r9, .r9]}")
    assert list(found) == ["a"]


def test_stages_that_multiply_are_refused() -> None:
    lines = [f"j{n}: {{stage: s{n % 20}, script: m, parallel: 50}}" for n in range(90)]
    found = imported(f"stages: [{', '.join(f's{n}' for n in range(20))}]\n" + "\n".join(lines))
    assert any("more than 500,000 needs" in one.flaw.found for one in found.flaws)


def test_a_job_for_failures_does_not_stand_in_the_way_of_later_stages() -> None:
    found = jobs("""
stages: [build, rescue, deploy, tell]
build: {stage: build, script: m}
rescue: {stage: rescue, script: m, when: on_failure}
deploy: {stage: deploy, script: m}
tell: {stage: tell, script: m, when: on_failure}
""")
    assert found["deploy"].needs == ("build",)
    assert set(found["tell"].needs) == {"build", "rescue", "deploy"}
