"""What nobody can know of a GitLab pipeline has one value throughout an import; inputs and includes are filled in."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.acl.ci_to_orchestration.imported import Imported
from domain.acl.gitlab_ci_to_orchestration.assumptions import Assumptions
from domain.acl.gitlab_ci_to_orchestration.conditions import Unsure, holds
from domain.acl.gitlab_ci_to_orchestration.pipeline import import_pipeline
from domain.acl.gitlab_ci_to_orchestration.situation import Situation
from scenarios.ci_files import read_text

PUSH = Situation()


def imported(
    text: str, situation: Situation = PUSH, files: dict[str, str] | None = None, **more: Any
) -> Imported:  # fmt: skip
    def data(one: str) -> Any:
        documents = read_text(one, "ci.yml", "gitlab")
        return documents[0].data if len(documents) == 1 else documents[1].headed_by(documents[0]).data

    others = {name: data(one) for name, one in (files or {}).items()}
    return import_pipeline(data(text), "ci.yml", situation, others, **more)


def names(found: Imported) -> list[str]:
    assert found.flaws == ()
    return [job.name for job in found.jobs]


OPPOSITE = """
a: {script: m, rules: [{if: $CI_OPEN == "x"}]}
b: {script: m, rules: [{if: $CI_OPEN != "x"}]}
c: {script: m, rules: [{if: $CI_OPEN == "y"}]}
d: {script: m, rules: [{if: $CI_OPEN =~ /^x$/}]}
e: {script: m, rules: [{if: $CI_OPEN == null}]}
"""


def test_one_variable_that_is_not_given_has_one_value_in_the_whole_import() -> None:
    found = imported(OPPOSITE)
    assert names(found) == ["a", "d"]
    assert {one.text for one in found.findings if one.kind == "unknown"} == {
        'the variable CI_OPEN is not given: taken to be "x", everywhere in this pipeline'
    }
    assert found.assumed == ('CI_OPEN is "x"',)
    assert names(imported(OPPOSITE, assume=False)) == ["b", "e"]


def test_a_rule_that_leaves_a_job_out_is_taken_not_to_match_so_that_the_job_runs() -> None:
    rules = "[{if: $CI_OPEN_MERGE_REQUESTS, when: never}, {if: $CI_COMMIT_BRANCH}]"
    for text in (f"workflow: {{rules: {rules}}}\na: {{script: m}}", f"a: {{script: m, rules: {rules}}}"):
        assert names(imported(text)) == ["a"]
        assert imported(text, assume=False).reason
    text = "a: {script: m, except: {variables: [$CI_OPEN]}}"
    assert names(imported(text)) == ["a"]


def test_a_condition_that_is_always_true_is_true_whatever_is_assumed() -> None:
    text = 'a: {script: m, rules: [{if: $CI_OPEN == "x" || $CI_OPEN != "x"}]}'
    assert names(imported(text, assume=False)) == ["a"]


def test_patterns_that_are_not_tried_match_or_not_throughout() -> None:
    text = "a: {script: m, rules: [{if: '$CI_COMMIT_BRANCH =~ /(a+)+$/'}]}\n"
    text += "b: {script: m, rules: [{if: '$CI_COMMIT_BRANCH !~ /(a+)+$/'}]}"
    assert names(imported(text)) == ["a"]
    assert names(imported(text, assume=False)) == ["b"]
    assert "taken to match" in imported(text).findings[0].text


@pytest.mark.parametrize("assume", [True, False])
@pytest.mark.parametrize("policy", ["changes: [x]", "kubernetes: active"])
def test_only_and_except_assume_the_same_of_what_is_not_known(policy: str, assume: bool) -> None:
    text = f"a: {{script: m, only: {{{policy}}}}}\nb: {{script: m, except: {{{policy}}}}}"
    assert names(imported(text, assume=assume)) == (["a"] if assume else ["b"])


@given(
    st.lists(
        st.recursive(
            st.builds(
                "{} {} {}".format, st.sampled_from(["$U", "$V", "$K"]), st.sampled_from(["==", "!="]),
                st.sampled_from(['"a"', '"b"', "null", "$U"]),
            ) | st.sampled_from(["$U", "$V =~ /^a/", "$U !~ /b$/"]),
            lambda inner: st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda p: f"({' '.join(p)})"),
            max_leaves=4,
        ),
        min_size=1, max_size=5,
    ),
    st.booleans(),
)  # fmt: skip
def test_all_answers_together_are_those_of_one_world(conditions: list[str], wanted: bool) -> None:
    def lookup(name: str) -> str | Unsure | None:
        return "a" if name == "K" else Unsure("open")

    assumptions = Assumptions(wanted)
    answers = [assumptions.settle(condition, lookup)[0] for condition in conditions]
    values = ("a", "b", "c", None)
    worlds = [
        [holds(condition, {"K": "a", "U": u, "V": v}.get) for condition in conditions]
        for u, v in product(values, values)
    ]
    assert answers in worlds
    assert answers[0] is wanted or all(world[0] is not wanted for world in worlds)


TEMPLATE = """
spec:
  inputs:
    stage: {default: test}
    name: {}
    copies: {type: number, default: 2}
    rules: {type: array, default: [{when: always}]}
---
"job-$[[ inputs.name | truncate(0,3) ]]":
  stage: $[[ inputs.stage ]]
  script:
  - echo $[[ inputs.name ]]
  parallel: $[[ inputs.copies ]]
  rules: $[[ inputs.rules ]]
"""


def test_inputs_are_filled_in_with_their_types() -> None:
    text = """
include:
- {local: t.yml, inputs: {name: first, copies: 3}}
- {local: t.yml, inputs: {name: second, stage: deploy, rules: [{when: never}]}}
a: {script: m}
"""
    assert names(imported(text, files={"t.yml": TEMPLATE})) == ["job-fir 1/3", "job-fir 2/3", "job-fir 3/3", "a"]


@pytest.mark.parametrize(
    ("inputs", "path", "words"),
    [
        ("{}", ("include", "inputs"), "no value for the input name"),
        ("{name: x, colour: red}", ("include", "inputs", "colour"), "colour"),
        ("{name: x, copies: many}", ("include", "inputs", "copies"), "many"),
        ("{name: [1]}", ("include", "inputs", "name"), "a list of 1"),
    ],
)
def test_inputs_that_do_not_fit_are_refused_where_they_are_given(
    inputs: str, path: tuple[Any, ...], words: str
) -> None:  # fmt: skip
    found = imported(f"include: {{local: t.yml, inputs: {inputs}}}\na: {{script: m}}", files={"t.yml": TEMPLATE})
    assert any(one.flaw.path == path and words in one.flaw.found for one in found.flaws), found.flaws


def test_inputs_of_the_file_itself_are_given_or_default() -> None:
    text = "spec: {inputs: {n: {type: number, default: 1}, on: {type: boolean, default: false}}}\n---\n"
    text += "a:\n  script: m\n  parallel: $[[ inputs.n ]]\n  interruptible: $[[ inputs.on ]]\n"
    assert names(imported(text)) == ["a"]
    assert names(imported(text, Situation(inputs={"n": "2", "on": "true"}))) == ["a 1/2", "a 2/2"]
    assert imported(text, Situation(inputs={"n": "x"})).flaws[0].flaw.path == ("spec", "inputs", "n")
    unknown = imported(text.replace("inputs.on", "inputs.off"))
    assert "off" in unknown.flaws[0].flaw.found and unknown.flaws[0].flaw.path == ("a", "interruptible")


def test_inputs_that_multiply_are_refused() -> None:
    places = "$[[ inputs.x ]]" * 2_000
    text = f"spec: {{inputs: {{x: {{default: {'y' * 2_000}}}}}}}\n---\na: {{script: ['{places}']}}"
    assert "characters" in imported(text).flaws[0].flaw.found


def test_the_rules_of_an_include_are_judged() -> None:
    text = "include: {local: t.yml, rules: [{if: $CI_COMMIT_TAG}]}\na: {script: m}"
    files = {"t.yml": "b: {script: m}"}
    assert names(imported(text, files=files)) == ["a"]
    assert sorted(names(imported(text, Situation(is_tag=True, ref="v1"), files))) == ["a", "b"]
    never = "include: {local: t.yml, rules: [{if: $CI_COMMIT_BRANCH, when: never}]}\na: {script: m}"
    assert names(imported(never, files=files)) == ["a"]


def test_variables_in_the_path_of_an_include_and_in_patterns_of_files_are_put_in() -> None:
    text = "include: {local: $WHERE/t.yml}\na: {script: m, rules: [{exists: ['$WHERE/*']}]}"
    situation = Situation(variables={"WHERE": "ci"}, existing=("ci/x",))
    assert sorted(names(imported(text, situation, {"ci/t.yml": "b: {script: m}"}))) == ["a", "b"]


def test_a_job_for_failures_that_nothing_comes_before_is_left_out_and_what_needs_it() -> None:
    found = imported(
        "a: {script: m}\nlate: {script: m, needs: [rescue]}\nrescue: {script: m, when: on_failure}\n"
        "always: {script: m, needs: [rescue], when: always}\n"
        "tell: {stage: deploy, script: m, when: on_failure}\nend: {stage: deploy, script: m}\n"
    )
    assert sorted(names(found)) == ["a", "always", "end", "tell"]
    assert {job.name: set(job.needs) for job in found.jobs}["tell"] == {"a", "always"}
    assert [one.text for one in found.findings if one.kind == "left-out"] == [
        "rescue: it is there for failures, and nothing before it can fail",
        "late: it needs rescue, left out as well",
    ]
