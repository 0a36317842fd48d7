"""A context that is not there where it is used is refused with its place, as GitHub does: never false in silence."""

from typing import Any

import pytest

from domain.acl.github_actions_to_orchestration.contexts import NAMES, Situation
from domain.acl.github_actions_to_orchestration.places import ALLOWED, flaws
from domain.acl.github_actions_to_orchestration.workflow import import_workflow


def document(**fields: Any) -> Any:
    job = {"runs-on": "x", "steps": [{"run": "m"}], **fields}
    return {"on": "push", "jobs": {"a": job}}


@pytest.mark.parametrize(
    ("fields", "path", "found"),
    [
        ({"if": "env.DEPLOY == 'yes'"}, ("if",), "the context env"),
        ({"if": "matrix.os == 'x'"}, ("if",), "the context matrix"),
        ({"if": "secrets.TOKEN != ''"}, ("if",), "the context secrets"),
        ({"if": "runner.os == 'Linux' || steps.a"}, ("if",), "the context runner"),
        ({"if": "hashFiles('x') != ''"}, ("if",), "hashFiles()"),
        ({"runs-on": "${{ env.RUNNER }}"}, ("runs-on",), "the context env"),
        ({"runs-on": "${{ success() && 'a' || 'b' }}"}, ("runs-on",), "success()"),
        ({"strategy": {"matrix": {"a": "${{ fromJSON(env.LIST) }}"}}}, ("strategy", "matrix", "a"), "the context env"),
        ({"strategy": {"max-parallel": "${{ matrix.n }}"}}, ("strategy", "max-parallel"), "the context matrix"),
        ({"concurrency": "${{ env.GROUP }}"}, ("concurrency",), "the context env"),
        ({"timeout-minutes": "${{ env.LONG }}"}, ("timeout-minutes",), "the context env"),
        ({"environment": {"name": "${{ steps.a.outputs.b }}"}}, ("environment", "name"), "the context steps"),
        ({"steps": [{"run": "m", "if": "secrets.TOKEN"}]}, ("steps", 0, "if"), "the context secrets"),
        ({"steps": [{"run": "echo ${{ nothing.x }}"}]}, ("steps", 0, "run"), "no context nothing"),
        ({"steps": [{"run": "echo ${{ nope(1) }}"}]}, ("steps", 0, "run"), "the function nope"),
        ({"steps": [{"run": "echo ${{ github. }}"}]}, ("steps", 0, "run"), "where a name should be"),
    ],
)
def test_what_is_not_there_is_refused_where_it_is_used(fields: Any, path: tuple[str | int, ...], found: str) -> None:
    refused = import_workflow(document(**fields), "ci.yml", Situation())
    assert not refused.jobs
    flaw = refused.flaws[0].flaw
    assert flaw.path == ("jobs", "a", *path) and found in flaw.found, flaw
    assert flaw.allowed


def test_what_is_there_is_taken() -> None:
    fields = {
        "if": "always() && github.ref == 'x' && needs.a.result == 'y' || vars.Z || inputs.q",
        "env": {"A": "${{ secrets.T }}"},
        "concurrency": "${{ matrix.os }}",
        "outputs": {"o": "${{ steps.a.outputs.b }}"},
        "steps": [{"run": "${{ env.A }} ${{ secrets.T }}", "if": "env.A && failure() && hashFiles('a') && runner.os"}],
    }
    assert not list(flaws(document(**fields)))


def test_texts_that_github_does_not_evaluate_are_left_alone() -> None:
    assert not list(flaws({"on": {"push": {"branches": ["${{ nothing }}"]}}, "jobs": {}}))


def test_the_table_names_contexts_that_there_are() -> None:
    assert {name for _, contexts, _ in ALLOWED for name in contexts} <= set(NAMES)
