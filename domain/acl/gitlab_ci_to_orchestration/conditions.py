"""The language of `rules:if`: comparisons of variables, with known, unset and unknown ones.

Source: "Specify when jobs run with rules", docs.gitlab.com, read 2026-11. `&&` binds tighter than `||`. A
variable that is not set is null. Patterns are RE2 there and Python's here: the few that could run away are not tried,
and the result is unknown.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from domain.acl.ci_to_orchestration.documents import show
from domain.acl.ci_to_orchestration.tokens import Token, tokens_of

LONGEST = 10_000
DEEPEST = 50


class ConditionFlaw(Exception):
    """The text is no condition; the message says where it stops being one."""


class Unsure(msgspec.Struct, frozen=True):
    """Nobody can tell before the pipeline is made, and why."""

    reason: str


Known = str | bool | None
Value = Known | Unsure
Lookup = Callable[[str], str | Unsure | None]
"""Variable → its value; None: not set."""

_TOKENS = re.compile(
    r"\s*(?:(?P<variable>\$[A-Za-z_][A-Za-z0-9_]*|\$\{[A-Za-z_][A-Za-z0-9_]*\})"
    r"|(?P<text>\"[^\"]*\"|'[^']*')"
    r"|(?P<pattern>/(?:\\.|[^/\\])+/[ism]*)"
    r"|(?P<word>null\b)"
    r"|(?P<mark>==|!=|=~|!~|&&|\|\||[()!])"
    r"|(?P<end>$))"
)
_RUNAWAY = re.compile(r"[+*}]\)*[+*{]|\([^()]*[+*}][^()]*\)[+*{]|\([^()]*\|[^()]*\)[+*{]")


class _Pattern(NamedTuple):
    text: str


def holds(condition: str, lookup: Lookup, untried: bool | None = None) -> bool | Unsure:
    """Whether the condition is true; raises ConditionFlaw for what is no condition.

    `untried` is the answer of patterns that are not tried; None: nobody can tell.
    """
    if len(condition) > LONGEST:
        raise ConditionFlaw(f"a condition of {len(condition)} characters")
    reader = _Reader(_tokens(condition), lookup, untried)
    value = reader.any(0)
    reader.finish()
    return value if isinstance(value, Unsure) else bool(value)


def variables_of(condition: str) -> list[str]:
    """The variables that a condition names, in order. Raises ConditionFlaw."""
    names = (token.text.strip("${}") for token in _tokens(condition) if token.kind == "variable")
    return list(dict.fromkeys(names))


def constants(condition: str) -> list[str]:
    """Texts that it names, and for plain patterns what they look for, in order. Raises ConditionFlaw."""
    found: dict[str, None] = {}
    for token in _tokens(condition):
        if token.kind == "text":
            found[token.text[1:-1]] = None
        elif token.kind == "pattern":
            body = token.text[1 : token.text.rindex("/")]
            found[re.sub(r"\\(.)", r"\1", body.removeprefix("^").removesuffix("$"))] = None
    return list(found)


def _tokens(text: str) -> list[Token]:
    return tokens_of(text, _TOKENS, "a condition", ConditionFlaw)


class _Reader:
    """Reads and evaluates at once: nothing in the language has effects."""

    def __init__(self, tokens: list[Token], lookup: Lookup, untried: bool | None) -> None:
        self._tokens, self._lookup, self._untried, self._next = tokens, lookup, untried, 0

    def _accept(self, *marks: str) -> str:
        token = self._tokens[self._next]
        if token.kind == "mark" and token.text in marks:
            self._next += 1
            return token.text
        return ""

    def finish(self) -> None:
        token = self._tokens[self._next]
        if token.kind != "end":
            raise ConditionFlaw(f"{show(token.text)} at character {token.at + 1}, where the condition should end")

    def any(self, depth: int) -> Value:
        if depth > DEEPEST:
            raise ConditionFlaw(f"more than {DEEPEST} levels of parentheses")
        value = self._all(depth)
        while self._accept("||"):
            value = _either(value, self._all(depth))
        return value

    def _all(self, depth: int) -> Value:
        value = self._comparison(depth)
        while self._accept("&&"):
            other = self._comparison(depth)
            value = _both(value, other)
        return value

    def _comparison(self, depth: int) -> Value:
        left = self._term(depth)
        operator = self._accept("==", "!=", "=~", "!~")
        if not operator:
            if isinstance(left, _Pattern):
                raise ConditionFlaw(f"the pattern {show(left.text)} without =~ or !~")
            return left
        right = self._term(depth)
        if isinstance(left, _Pattern):
            raise ConditionFlaw(f"the pattern {show(left.text)} on the left of {operator}")
        if isinstance(left, Unsure):
            return left
        if isinstance(right, Unsure):
            return right
        if operator in ("==", "!="):
            same = left == (right.text if isinstance(right, _Pattern) else right)
            return same if operator == "==" else not same
        found = _matches(left, right)
        if isinstance(found, Unsure) and self._untried is not None:
            found = self._untried
        return found if isinstance(found, Unsure) or operator == "=~" else not found

    def _term(self, depth: int) -> "Value | _Pattern":
        token = self._tokens[self._next]
        self._next += token.kind != "end"
        if token.kind == "variable":
            return self._lookup(token.text.strip("${}"))
        if token.kind == "text":
            return token.text[1:-1]
        if token.kind == "pattern":
            return _Pattern(token.text)
        if token.kind == "word":
            return None
        if token.kind == "mark" and token.text == "(":
            value = self.any(depth + 1)
            if not self._accept(")"):
                raise ConditionFlaw(f"no ) for the ( at character {token.at + 1}")
            return value
        found = show(token.text) if token.text else "the end"
        raise ConditionFlaw(f"{found} at character {token.at + 1}, where a variable or a text should be")


def _both(left: Value, right: Value) -> Value:
    if isinstance(left, Unsure):
        return right if not isinstance(right, Unsure) and not right else left
    return right if left else left


def _either(left: Value, right: Value) -> Value:
    if isinstance(left, Unsure):
        return right if not isinstance(right, Unsure) and right else left
    return left if left else right


def _matches(text: Known, pattern: "Known | _Pattern") -> bool | Unsure:
    written = pattern.text if isinstance(pattern, _Pattern) else pattern
    if text is None or not isinstance(written, str):
        return False
    body = re.fullmatch(r"/(.*)/([ism]*)", written, re.DOTALL)
    return matches(str(text), *body.groups()) if body else written in str(text)


def matches(text: str, pattern: str, flags: str = "") -> bool | Unsure:
    """Whether the pattern is found anywhere in the text."""
    if len(pattern) > 500 or len(text) > 2_000 or _RUNAWAY.search(pattern):
        return Unsure(f"the pattern {show(pattern)} is not tried here")
    try:
        return re.search(pattern, text, sum((re.I if "i" in flags else 0, re.S if "s" in flags else 0))) is not None
    except re.error:
        return Unsure(f"the pattern {show(pattern)} cannot be tried here")
