"""Expressions of GitHub Actions: what is known comes out as GitHub documents it, what is not says why."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.acl.github_actions_to_orchestration.contexts import Open, Situation, root_scope
from domain.acl.github_actions_to_orchestration.evaluation import Scope, evaluate
from domain.acl.github_actions_to_orchestration.expressions import DEEPEST, SyntaxFlaw, parse
from domain.acl.github_actions_to_orchestration.starting import Start
from domain.acl.github_actions_to_orchestration.texts import fill
from domain.acl.github_actions_to_orchestration.values import Unknown, equal, less, to_number, to_text, truth

SCOPE = Scope(
    {
        "github": {"event_name": "push", "ref": "refs/heads/main", "labels": [{"name": "bug"}, {"name": "CI"}, {}]},
        "matrix": {"os": "linux", "version": 3.11, "empty": ""},
        "vars": Open({"KNOWN": "yes"}, "vars", "{} is not given"),
        "secret": Unknown(("it is a secret",)),
    },
    {"success": True, "failure": False, "always": True, "cancelled": False},
)


def value(text: str) -> object:
    return evaluate(parse(text), SCOPE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True), ("false", False), ("null", None), ("711", 711), ("-9.2", -9.2), ("0xff", 255),
        ("-2.99e-2", -0.0299),
        ("'Mona the Octocat'", "Mona the Octocat"), ("'It''s open source!'", "It's open source!"), ("''", ""),
        ("1 == 1 && 2 != 3", True), ("1 < 2 == true", True), ("!true || true", True), ("!(true || true)", False),
        ("true || false && false", True), ("'a' == 'A'", True), ("'a' < 'B'", True), ("null == 0", True),
        ("'' == 0", True), ("true == '1'", True), ("'x' == 0", False), ("'x' < 1", False), ("null == ''", True),
        ("github.ref", "refs/heads/main"), ("GitHub.REF", "refs/heads/main"), ("github['event_name']", "push"),
        ("github.nothing", None), ("github.nothing.more", None), ("github.labels[1].name", "CI"),
        ("github.labels[9]", None), ("github.labels.*.name", ["bug", "CI"]), ("matrix.version", 3.11),
        ("contains(github.labels.*.name, 'ci')", True), ("contains('Hello world', 'LLO')", True),
        ("contains('abc', 'd')", False), ("startsWith('Hello', 'he')", True), ("endsWith('Hello', 'LO')", True),
        ("format('Hello {0} {1} {{x}}', 'Mona', 3)", "Hello Mona 3 {x}"),
        ("join(github.labels.*.name, ', ')", "bug, CI"),
        ("join('a')", "a"), ("fromJSON('[1, {\"a\": true}]')[1].a", True),
        ("fromJSON('false') || 'default'", "default"),
        ("toJSON('a')", '"a"'), ("github.event_name == 'push' && 'x' || 'y'", "x"), ("success()", True),
        ("failure() || cancelled()", False), ("always()", True), ("case(false, 1, true, 2, 3)", 2),
        ("matrix.empty || 'other'", "other"),
    ],
)  # fmt: skip
def test_what_github_documents_comes_out(text: str, expected: object) -> None:
    assert value(text) == expected
    assert type(value(text)) is type(expected)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("vars.OTHER", None), ("!vars.OTHER", None), ("vars.OTHER && true", None), ("vars.OTHER && false", False),
        ("false && vars.OTHER", False), ("vars.OTHER || true", True), ("true || vars.OTHER", True),
        ("vars.OTHER || false", None), ("vars.OTHER == 'x'", None), ("vars.KNOWN == 'yes'", True),
        ("contains(vars.OTHER, 'x')", None), ("hashFiles('**/lock')", None), ("secret == ''", None),
        ("secret.more", None), ("fromJSON(vars.OTHER)[0]", None), ("fromJSON('no JSON')", None),
        ("toJSON(vars)", None), ("case(vars.OTHER, 1, 2)", None), ("!(vars.OTHER || true)", False),
    ],
)  # fmt: skip
def test_what_is_unknown_stays_so_unless_the_rest_decides(text: str, known: bool | None) -> None:
    found = value(text)
    assert truth(found) is known
    if isinstance(found, Unknown):
        assert found.reasons and all(found.reasons)


@pytest.mark.parametrize(
    "text",
    [
        "", "1 +", "(1", "1)", "a.b", "nothing()", "contains('a')", "format('{1}', 'a')", "format('{', 'a')", "'open",
        "1 == ", "github.", "github..a", "&& true", "\"double\"", "a b", "!", "github[", "always(1)", "#",
        "(" * (DEEPEST + 5) + "1" + ")" * (DEEPEST + 5), "!" * 500 + "true", "1" + " || 1" * 500,
        "'" + "a" * 30_000 + "'",
    ],
)  # fmt: skip
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(SyntaxFlaw):
        value(text)


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**6), 10**6), st.floats(allow_nan=False, width=32), st.text(max_size=8)
)


def written(one: object) -> str:
    if isinstance(one, str):
        return "'" + one.replace("'", "''") + "'"
    if one is None or isinstance(one, bool):
        return {None: "null", True: "true", False: "false"}[one]
    return {"inf": "Infinity", "-inf": "-Infinity"}.get(repr(one), repr(one))


@given(scalars)
def test_a_literal_is_read_as_it_is_written(one: object) -> None:
    found = value(written(one))
    assert found == one


@given(scalars, scalars)
def test_operators_follow_the_coercions(left: object, right: object) -> None:
    a, b = written(left), written(right)
    assert value(f"{a} == {b}") is equal(left, right) is equal(right, left)
    assert value(f"{a} != {b}") is not equal(left, right)
    assert value(f"{a} < {b}") is less(left, right) is value(f"{b} > {a}")
    assert value(f"{a} <= {b}") is (less(left, right) or equal(left, right))
    assert value(f"{a} && {b}") == (right if truth(left) else left)
    assert value(f"{a} || {b}") == (left if truth(left) else right)
    assert value(f"!{a}") is not truth(left)


@given(st.recursive(st.sampled_from(["true", "false"]), lambda inner: st.one_of(
    st.tuples(inner, st.sampled_from(["&&", "||", "==", "!="]), inner).map(" ".join),
    inner.map(lambda one: f"!({one})"), inner.map(lambda one: f"({one})"),
), max_leaves=12))  # fmt: skip
def test_precedence_is_that_of_python_for_booleans(text: str) -> None:
    python = text.replace("&&", " and ").replace("||", " or ").replace("!(", " not (")
    python = python.replace("true", "True").replace("false", "False")
    # Python chains comparisons, GitHub does not: leave chains out
    if any(part.count("==") + part.count("!=") > 1 for part in python.replace("(", "|").split("|")):
        return
    if " not (" in python and ("==" in python or "!=" in python):  # `not` binds loosely in Python, `!` tightly here
        return
    assert value(text) is eval(python)


@given(st.recursive(scalars, lambda inner: st.one_of(
    st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)), max_leaves=10))  # fmt: skip
def test_json_goes_in_as_it_comes_out(data: object) -> None:
    try:
        text = json.dumps(data, allow_nan=False)
    except ValueError:
        return
    scope = Scope({"x": {"y": text, "data": data}})
    assert evaluate(parse("fromJSON(x.y)"), scope) == data
    again = evaluate(parse("fromJSON(toJSON(x.data))"), scope)
    assert again == data


@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_a_flaw(text: str) -> None:
    try:
        fill("${{" + text + "}}", SCOPE)
    except SyntaxFlaw as flaw:
        assert str(flaw)


def test_numbers_become_texts_without_needless_digits() -> None:
    assert [to_text(one) for one in (1.0, 3.10, -0.0, math.inf, math.nan, True, None, 10, {}, [])] == [
        "1", "3.1", "0", "Infinity", "NaN", "true", "", "10", "Object", "Array",
    ]  # fmt: skip
    assert math.isnan(to_number("1a")) and to_number(" 0x10 ") == 16 and to_number("1e3") == 1000


def test_texts_with_holes_become_texts_and_lone_expressions_keep_their_type() -> None:
    assert fill("${{ matrix.version }}", SCOPE) == 3.11
    assert fill("py${{ matrix.version }}-${{ matrix.os }}", SCOPE) == "py3.11-linux"
    assert fill("a ${{ '}}' }} b", SCOPE) == "a }} b"
    assert isinstance(fill("a ${{ vars.OTHER }}", SCOPE), Unknown)


def test_what_an_event_does_not_carry_is_null_and_what_it_carries_is_unknown() -> None:
    push = root_scope(Situation(Start("push")), "CI", {})
    pull = root_scope(Situation(Start("pull_request"), fork=True), "CI", {})
    assert evaluate(parse("github.event.pull_request.head.repo.full_name"), push) is None
    assert evaluate(parse("github.event.pull_request.head.repo.full_name == github.repository"), pull) is False
    assert isinstance(evaluate(parse("github.event.pull_request.draft"), pull), Unknown)
    assert evaluate(parse("github.event.pull_request.head.repo.fork"), pull) is True
    assert evaluate(parse("secrets.DEPLOY_KEY"), pull) is None  # a fork's pull request gets no secrets
    assert isinstance(evaluate(parse("secrets.DEPLOY_KEY"), push), Unknown)


def test_what_is_given_wins() -> None:
    given_values = {"vars.RUNNER": "big", "github.event.pull_request.draft": False, "needs.plan.outputs.list": ["a"]}
    scope = root_scope(Situation(Start("pull_request"), given=given_values), "CI", {})
    assert evaluate(parse("vars.RUNNER"), scope) == "big"
    assert evaluate(parse("github.event.pull_request.draft"), scope) is False
    assert evaluate(parse("needs.plan.outputs.list[0]"), scope) == "a"
    assert isinstance(evaluate(parse("vars.OTHER"), scope), Unknown)
