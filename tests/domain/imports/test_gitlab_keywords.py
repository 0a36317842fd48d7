"""No keyword of a GitLab CI file is dropped in silence: each is translated, told, or known to have no effect."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.acl.ci_to_orchestration.imported import Imported, ImportedCache, ImportedJob, Notes
from domain.acl.gitlab_ci_to_orchestration.keywords import KEYWORDS
from domain.acl.gitlab_ci_to_orchestration.pipeline import import_pipeline
from domain.acl.gitlab_ci_to_orchestration.retries import CAUSES, WITHOUT_COUNTERPART
from domain.acl.gitlab_ci_to_orchestration.situation import Situation
from domain.acl.gitlab_ci_to_orchestration.structure import DEFAULTABLE, JOB_FIELDS
from scenarios.ci_files import read_text


def imported(text: str, situation: Situation | None = None, **more: Any) -> Imported:
    return import_pipeline(read_text(text, "ci.yml", "gitlab")[0].data, "ci.yml", situation or Situation(), {}, **more)


def told(found: Imported) -> dict[tuple[Any, ...], str]:
    assert found.flaws == ()
    return {finding.path: finding.text for finding in found.findings}


def test_every_field_that_a_job_may_have_is_in_the_tables() -> None:
    known = KEYWORDS.translated | KEYWORDS.no_effect | set(KEYWORDS.not_modelled)
    assert {keyword for keyword in known if ":" not in keyword} == set(JOB_FIELDS)
    assert set(DEFAULTABLE) <= set(JOB_FIELDS)


def test_no_keyword_is_in_two_tables() -> None:
    assert not KEYWORDS.translated & set(KEYWORDS.not_modelled)
    assert not KEYWORDS.no_effect & (KEYWORDS.translated | set(KEYWORDS.not_modelled))


NESTED = {
    "artifacts": "artifacts", "cache_item": "cache", "image": "image", "services": "services", "retry": "retry",
    "rules": "rules", "include_item": "include", "workflowAutoCancel": "workflow:auto_cancel",
}  # fmt: skip


def _fields(schema: Any, depth: int = 0) -> Iterator[str]:
    """Names of the properties of a mapping, or of the mappings in a list, whichever alternative."""
    if not isinstance(schema, dict) or depth > 6:
        return
    yield from schema.get("properties", {})
    for name in ("oneOf", "anyOf", "allOf"):
        for one in schema.get(name, ()):
            yield from _fields(one, depth + 1)
    if isinstance(schema.get("items"), dict):
        yield from _fields(schema["items"], depth + 1)


def test_every_keyword_of_the_published_schema_is_known(data: Callable[[str], Path]) -> None:
    schema = json.loads(data("schemas/vendor-gitlab-ci.json").read_text(encoding="utf-8"))
    definitions = schema["definitions"]
    job = definitions["job_template"]["properties"]
    found = {*job, *schema["properties"]["default"]["properties"]}
    for name, within in NESTED.items():
        found |= {f"{within}:{field}" for field in _fields(definitions[name])}
    for name in ("environment", "trigger", "needs", "inherit"):
        found |= {f"{name}:{field}" for field in _fields(job[name])}
    found.discard("!reference")
    assert len(found) > 100
    assert {keyword for keyword in found if not KEYWORDS.known(keyword)} == set()


@pytest.mark.parametrize("keyword", sorted(KEYWORDS.not_modelled))
def test_what_is_not_modelled_is_told_with_its_place(keyword: str) -> None:
    notes, path = Notes(), tuple(keyword.split(":"))
    value: Any = 1
    for name in reversed(path):
        value = {name: value}
    KEYWORDS.report(value, "f", ("a",), notes)
    assert ("not-modelled", ("a", *path), KEYWORDS.not_modelled[keyword]) in [
        (one.kind, one.path, one.text) for one in notes.findings
    ]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ("artifacts: {paths: [x], colour: red}", ("a", "artifacts", "colour")),
        ("cache: [{key: x, colour: red}]", ("a", "cache", 0, "colour")),
        ("environment: {name: x, colour: red}", ("a", "environment", "colour")),
        ("image: {name: x, colour: red}", ("a", "image", "colour")),
        ("services: [x, {name: x, colour: red}]", ("a", "services", 1, "colour")),
    ],
)
def test_what_is_not_known_is_told_with_its_place(fields: str, path: tuple[Any, ...]) -> None:
    found = imported(f"a: {{script: m, {fields}}}")
    assert "is not known here" in told(found)[path]
    assert found.jobs


def test_what_default_and_the_whole_file_say_is_told_once_and_checked() -> None:
    text = "default: {cache: {policy: pull, colour: 1}}\nservices: [{name: db, hue: 1}]\na: {script: m}\nb: {script: m}"
    places = {("default", "cache", "policy"), ("default", "cache", "colour"), ("services", 0, "hue")}
    assert set(told(imported(text))) == places
    (flaw,) = imported("default: {retry: {max: many}, bogus: 1}\na: {script: m}").flaws[:1]
    assert flaw.flaw.path == ("default", "retry", "max")
    assert any(one.flaw.path == ("default", "bogus") for one in imported("default: {bogus: 1}\na: {script: m}").flaws)


def test_dependencies_of_no_job_are_refused_and_steps_of_run_are_read() -> None:
    (flaw,) = imported("a: {script: m, dependencies: [gone]}").flaws
    assert flaw.flaw.path == ("a", "dependencies", 0) and "gone" in flaw.flaw.found
    job = imported("a: {run: [{name: one, script: x}, {step: y}]}").jobs[0]
    assert [step.name for step in job.steps] == ["one", "step 2"]


def test_what_is_so_anyway_is_not_told() -> None:
    assert not told(imported("a: {script: m, cache: {policy: pull-push, paths: [x]}, artifacts: {when: on_success}}"))
    assert told(imported("a: {script: m, cache: {policy: pull, paths: [x]}, artifacts: {when: always}}"))


def test_hidden_jobs_and_jobs_that_are_left_out_tell_nothing_of_their_keywords() -> None:
    found = imported("a: {script: m}\n.h: {cache: {policy: pull}}\nb: {script: m, cache: {policy: pull}, only: [tags]}")
    assert [one.kind for one in found.findings] == ["left-out"]


def only(fields: str) -> tuple[ImportedJob, dict[tuple[Any, ...], str]]:
    found = imported(f"a: {{script: m, {fields}}}")
    return found.jobs[0], told(found)


@pytest.mark.parametrize("cause", sorted(CAUSES | WITHOUT_COUNTERPART))
def test_a_retry_after_one_cause_is_one_of_ours_or_is_told(cause: str) -> None:
    job, findings = only(f"retry: {{max: 2, when: [{cause}]}}")
    counts = {"user": job.user_retries, "infra": job.infra_retries, "timeout": job.timeout_retries}
    wanted = {CAUSES[cause]: 2} if cause in CAUSES else {}
    assert counts == {"user": 0, "infra": 0, "timeout": 0} | wanted
    assert (cause in findings.get(("a", "retry", "when"), "")) is (cause in WITHOUT_COUNTERPART)


@pytest.mark.parametrize(
    ("retry", "counts", "tells"),
    [
        ("{max: 2, when: [job_execution_timeout]}", (0, 0, 2), ""),
        ("{max: 2, when: always}", (2, 2, 2), "each cause by itself"),
        ("1", (1, 1, 1), "each cause by itself"),
        ("0", (0, 0, 0), ""),
        ("{max: 1.0}", (1, 1, 1), "each cause by itself"),
        ("{when: script_failure}", (0, 0, 0), "without max"),
        ("{max: 1, exit_codes: [137, 255]}", (1, 0, 0), "137, 255"),
        ("{max: 1, exit_codes: 3, when: runner_system_failure}", (1, 1, 0), "exit codes 3"),
        ("{max: 1, exit_codes: 3, when: script_failure}", (1, 0, 0), ""),
        ("{max: 2, when: [script_failure, api_failure]}", (2, 0, 0), "api_failure"),
    ],
)
def test_retries_are_what_the_file_says(retry: str, counts: tuple[int, int, int], tells: str) -> None:
    job, findings = only(f"retry: {retry}")
    assert (job.user_retries, job.infra_retries, job.timeout_retries) == counts
    assert bool(findings) is bool(tells)
    assert any(tells in text for text in findings.values()) or not tells


def test_without_retry_gitlab_tries_nothing_again() -> None:
    job, findings = only("stage: test")
    assert (job.user_retries, job.infra_retries, job.timeout_retries, findings) == (0, 0, 0, {})


def test_a_label_with_a_variable_that_is_not_given_is_told() -> None:
    job, findings = only('tags: ["$RUNNER", "${CI_JOB_STAGE}-x"], resource_group: "$WHERE"')
    assert job.runs_on == ("$RUNNER", "test-x")
    assert "RUNNER" in findings["a", "tags"] and "WHERE" in findings["a", "resource_group"]


def test_what_needs_a_job_for_people_is_left_out_with_it() -> None:
    text = """
ask: {stage: build, script: m, when: manual}
b: {script: m, needs: [ask]}
c: {script: m, needs: [{job: b, optional: true}]}
d: {script: m}
"""
    found = imported(text)
    assert [job.name for job in found.jobs] == ["d"]
    assert told(found)["c",] == "c: needs b, which waits for a person"
    assert len(imported(text, play_manual=True).jobs) == 4


def test_variables_of_the_file_are_inherited_as_far_as_the_job_says() -> None:
    text = """
variables: {X: '1', Y: '1'}
a: {script: m, rules: [{if: $X}]}
b: {script: m, rules: [{if: $X}], inherit: {variables: false}}
c: {script: m, rules: [{if: $X}], inherit: {variables: [Y]}}
d: {script: m, rules: [{if: $X}], variables: {X: ''}}
"""
    assert [job.name for job in imported(text).jobs] == ["a"]
    given = imported(text, Situation(variables={"X": "2"}))  # what is given wins over everything in the file
    assert [job.name for job in given.jobs] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("workflow", "interruptible", "expected"),
    [
        ("{auto_cancel: {on_new_commit: none}}", "true", ""),
        ("{auto_cancel: {on_new_commit: interruptible}}", "true", "interruptible"),
        ("{auto_cancel: {on_new_commit: interruptible}}", "false", ""),
        ("{auto_cancel: {on_new_commit: conservative}}", "false", "conservative"),
        ("{name: x}", "true", "conservative"),  # GitLab's own default
        ("{name: x}", "false", ""),
    ],
)
def test_redundant_pipelines_are_cancelled_as_the_workflow_says(
    workflow: str, interruptible: str, expected: str
) -> None:  # fmt: skip
    found = imported(f"workflow: {workflow}\na: {{script: m, interruptible: {interruptible}}}")
    assert found.auto_cancel == expected
    noted = imported("workflow: {auto_cancel: {on_job_failure: all}}\na: {script: m}")
    assert ("workflow", "auto_cancel", "on_job_failure") in told(noted)


def test_a_need_of_copies_that_there_are_not_is_refused() -> None:
    text = """
a: {stage: build, script: m, parallel: {matrix: [{X: [1, 2]}]}}
b: {script: m, needs: [{job: a, parallel: {matrix: [{X: 3}]}}]}
"""
    (flaw,) = imported(text).flaws
    assert flaw.flaw.path == ("b", "needs", 0) and "a: [1]" in flaw.flaw.allowed


def test_caches_and_artifacts_are_read_with_their_keys_and_who_fetches_them() -> None:
    text = """
default: {cache: {key: {files: [lock], prefix: $CI_JOB_NAME}, paths: [x], fallback_keys: ["$CI_DEFAULT_BRANCH"]}}
a: {stage: build, script: m, artifacts: {paths: [x]}, parallel: {matrix: [{X: [1, 2]}]}}
b: {stage: build, script: m, artifacts: {reports: {junit: x}}, cache: []}
c: {script: m, cache: {key: "k-$CI_COMMIT_SHA-${OTHER}", paths: [x]}}
d: {script: m, needs: [a, {job: b, artifacts: false}]}
e: {script: m, dependencies: []}
f: {script: m, dependencies: [a]}
g: {script: m, needs: [{job: a, artifacts: false}], cache: {paths: [x]}}
"""
    jobs = {job.name: job for job in imported(text).jobs}
    assert jobs["a: [1]"].caches == (ImportedCache("a-{lock}", ("main",)),)
    assert [job.caches for name, job in jobs.items() if name in "bcg"] == [
        (), (ImportedCache("k-…-…"),), (ImportedCache("default"),)
    ]  # fmt: skip
    assert (jobs["a: [1]"].uploads, jobs["b"].uploads) == (("a: [1]",), ())
    both = ("a: [[]1]", "a: [[]2]")
    assert [jobs[name].downloads for name in "bcdefg"] == [(), ("*",), both, (), both, ()]
