"""Workflow files that GitHub would not take are refused with their place; the public schema is the judge."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.acl.ci_to_orchestration.documents import kind
from domain.acl.github_actions_to_orchestration.contexts import Situation
from domain.acl.github_actions_to_orchestration.starting import default_start
from domain.acl.github_actions_to_orchestration.structure import flaws
from domain.acl.github_actions_to_orchestration.workflow import import_workflow
from scenarios.ci_files import read_file, read_text

Data = Callable[[str], Path]

VIOLATIONS = {
    "all-steps-must-contain-run-or-uses": "jobs.foo.steps.0",
    "bad_pull_request_event_declaration": "on.pull_request.ignore-paths",
    "container-command-is-invalid": "jobs.build.container.command",
    "container-entrypoint-is-invalid": "jobs.build.container.entrypoint",
    "empty_json_must_always_fail": "",
    "env-must-be-object-or-has-from-json": "jobs.with.env",
    "issue-comment-invalid-type": "on.issue_comment.types.0",
    "permissions-event-has-wrong-level": "permissions.pages",
    "permissions-event-has-wrong-property-keys": "permissions.files",
    "permissions-must-be-object-or-string": "permissions",
    "permissions-string-is-not-from-enum": "permissions",
    "reusable-workflow-input-must-declare-type": "on.workflow_call.inputs.constraints",
    "reusable-workflow-uses-has-wrong-filetype": "jobs.build-and-publish.uses",
    "reusable-workflow-uses-has-wrong-pattern": "jobs.build-and-publish.uses",
    "runs-on": "jobs.self-hosted-custom.runs-on",
    "steps-must-contain-run-or-uses": "jobs.a.steps.0",
    "with-must-be-object-or-has-from-json-copy": "jobs.with.steps.1.with",
    "workflow_dispatch-inputs-bool-default-": "on.workflow_dispatch.inputs.bool.default",
    "workflow_dispatch-inputs-choice-without-options": "on.workflow_dispatch.inputs.choice",
    "workflow_dispatch-inputs-string-default-bool": "on.workflow_dispatch.inputs.string.default",
}
"""Negative example → the place that is wrong in it."""


def document(path: Path) -> Any:
    found = read_file(path, path.name, "github")
    return found[0].data if found else None


def test_every_positive_example_of_the_public_schema_becomes_jobs_or_says_why_not(data: Data) -> None:
    files = sorted(data("schemas/test").iterdir())
    assert len(files) == 37
    for file in files:
        workflow = document(file)
        assert flaws(workflow) == [], file.name
        found = import_workflow(workflow, file.name, Situation(default_start(workflow["on"])))
        assert found.flaws == (), file.name
        assert found.jobs or found.reason, file.name


def test_every_negative_example_is_refused_where_it_is_wrong(data: Data) -> None:
    files = sorted(data("schemas/negative_test").iterdir())
    assert {file.stem for file in files} == set(VIOLATIONS)
    for file in files:
        places = [".".join(map(str, flaw.path)) for flaw in flaws(document(file))]
        assert VIOLATIONS[file.stem] in places, file.name


def test_a_refusal_names_the_line(data: Data) -> None:
    path = data("schemas/negative_test/container-command-is-invalid.yaml")
    (read,) = read_file(path, path.name, "github")
    (flaw,) = flaws(read.data)
    assert read.line(flaw.path) == 1 + path.read_text().splitlines().index("      command: npm test")


JOB: dict[str, Any] = {"runs-on": "x", "steps": [{"run": "make"}]}
values = st.sampled_from(
    [
        None, True, 5, 2.5, "", "text", "${{ 1 }}", "a ${{ 1 }}", [], ["text"], [1], {}, {"a": "b"}, {"group": "g"},
        {"image": "i"}, {"name": "n"}, {"matrix": {"a": [1]}}, {"matrix": {}}, {"contents": "read"}, [{}],
        [{"run": "m"}],
        "read-all", "inherit", "./.github/workflows/a.yml", {"run": {"shell": "bash"}},
    ]
)  # fmt: skip
places = st.sampled_from(
    [
        ("name",), ("on",), ("env",), ("permissions",), ("concurrency",), ("defaults",), ("jobs",), ("other",),
        *(("jobs", "job", field) for field in (
            "name", "needs", "runs-on", "if", "strategy", "env", "concurrency", "container", "services", "outputs",
            "steps", "timeout-minutes", "continue-on-error", "environment", "permissions", "uses", "with", "nothing",
        )),
        ("jobs", "1st"), ("jobs", "job", "steps", 0, "with"), ("jobs", "job", "steps", 0, "uses"),
    ]
)  # fmt: skip


def changed(place: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    workflow: dict[str, Any] = {"on": "push", "jobs": {"job": json.loads(json.dumps(JOB))}}
    inner: Any = workflow
    for part in place[:-1]:
        inner = inner[part]
    inner[place[-1]] = value
    return workflow


MORE_THAN_THE_SCHEMA = (
    # what GitHub takes, though the schema of others does not: bare numbers and the like where texts stand
    {"number", "boolean", "null"}
)


@given(places, values)
def test_whatever_the_public_schema_takes_is_taken(data: Data, place: tuple[str | int, ...], value: Any) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(data("schemas/github-workflow.json").read_text())
    workflow = changed(place, value)
    valid = jsonschema.Draft7Validator(schema).is_valid(workflow)
    ours = not flaws(workflow)
    if valid and not (place[-1] == "runs-on" and isinstance(value, dict)):  # any mapping at all there; GitHub wants two
        assert ours, flaws(workflow)
    elif ours:
        lenient = kind(value) in MORE_THAN_THE_SCHEMA or place[-1] in ("with", "name", "run-name", "env", "defaults")
        assert lenient or value in ({"matrix": {}}, [1], ""), (place, value)


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.dictionaries(st.sampled_from(
                ["on", "jobs", "steps", "runs-on", "strategy", "matrix", "include", "if", "needs", "env", "uses"]
            ), inner, max_size=5),
        ),
        max_leaves=20,
    )
)  # fmt: skip
def test_nothing_that_a_file_can_hold_crashes(thing: Any) -> None:
    found = import_workflow(thing, "x.yml", Situation())
    assert found.flaws or found.jobs or found.reason


def test_what_is_wrong_says_what_is_allowed() -> None:
    (read,) = read_text("on: push\njobs:\n  a: {runs-on: x, step: []}\n", "x.yml", "github")
    (flaw,) = flaws(read.data)
    assert flaw.found == 'the field "step"' and "steps" in flaw.allowed
