"""The language inside `${{ }}`: from a text to a tree; a text that is no expression raises SyntaxFlaw.

Source: "Evaluate expressions in workflows and actions", docs.github.com, read 2026-11. Operators bind, from tight to
loose: `( )` `[ ]` `.`, `!`, `< <= > >=`, `== !=`, `&&`, `||`.
"""

import re
from functools import lru_cache

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, show
from domain.acl.ci_to_orchestration.tokens import Token, tokens_of

DEEPEST = 50
"""Levels of nesting; GitHub's own limit."""
LONGEST = 21_000
"""Characters of one expression; GitHub's own limit."""


class SyntaxFlaw(Exception):
    """The text is no expression; the message says where it stops being one."""


class Literal(msgspec.Struct, frozen=True):
    value: Data


class Name(msgspec.Struct, frozen=True):
    """A context such as `github`."""

    name: str


class Index(msgspec.Struct, frozen=True):
    """`target.key`, `target['key']` or `target[0]`."""

    target: "Node"
    key: "Node"


class Each(msgspec.Struct, frozen=True):
    """`target.*`: the values of a mapping or the items of a list."""

    target: "Node"


class Call(msgspec.Struct, frozen=True):
    name: str
    arguments: tuple["Node", ...]


class Not(msgspec.Struct, frozen=True):
    operand: "Node"


class Binary(msgspec.Struct, frozen=True):
    operator: str
    left: "Node"
    right: "Node"


Node = Literal | Name | Index | Each | Call | Not | Binary

_TOKENS = re.compile(
    r"\s*(?:"
    r"(?P<number>[+-]?(?:0x[0-9a-fA-F]+|0o[0-7]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?![\w.]))"
    r"|(?P<text>'(?:[^']|'')*')"
    r"|(?P<name>[+-]?[A-Za-z_][A-Za-z0-9_-]*)"
    r"|(?P<mark>&&|\|\||==|!=|<=|>=|[<>!()\[\].,*])"
    r"|(?P<end>$))",
)
_WORDS: dict[str, Data] = {
    "true": True, "false": False, "null": None, "nan": float("nan"), "infinity": float("inf"),
    "+infinity": float("inf"), "-infinity": float("-inf"),
}  # fmt: skip
_LEVELS = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="))


@lru_cache(maxsize=4096)  # conditions are read for their places, for what they ask, and for each job
def parse(text: str) -> Node:
    """The tree of an expression (without `${{` and `}}`); raises SyntaxFlaw."""
    if len(text) > LONGEST:
        raise SyntaxFlaw(f"an expression of {len(text)} characters, more than {LONGEST}")
    parser = _Parser(_tokens(text))
    tree = parser.binary(0, 0)
    parser.expect("end", "", "the end of the expression")
    return tree


def _tokens(text: str) -> list[Token]:
    return tokens_of(text, _TOKENS, "an expression", SyntaxFlaw)


class _Parser:
    """One look ahead; each method reads one kind of phrase."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _accept(self, *marks: str) -> str:
        token = self._peek()
        if token.kind == "mark" and token.text in marks:
            self._next += 1
            return token.text
        return ""

    def expect(self, kind: str, text: str, what: str) -> None:
        token = self._peek()
        if token.kind != kind or (text and token.text != text):
            found = show(token.text) if token.text else "the end"
            raise SyntaxFlaw(f"{found} at character {token.at + 1}, where {what} should be")
        self._next += kind != "end"

    def binary(self, level: int, depth: int) -> Node:
        if depth > DEEPEST:
            raise SyntaxFlaw(f"more than {DEEPEST} levels of nesting")
        if level == len(_LEVELS):
            return self._unary(depth)
        left = self.binary(level + 1, depth)
        count = 0
        while operator := self._accept(*_LEVELS[level]):
            left = Binary(operator, left, self.binary(level + 1, depth))
            count += 1
            if count > 200:
                raise SyntaxFlaw(f"more than 200 times {operator} in a row")
        return left

    def _unary(self, depth: int) -> Node:
        if self._accept("!"):
            if depth > DEEPEST:
                raise SyntaxFlaw(f"more than {DEEPEST} levels of nesting")
            return Not(self._unary(depth + 1))
        node, count = self._primary(depth), 0
        while mark := self._accept(".", "["):
            if mark == "[":
                node = Each(node) if self._star_in_brackets() else Index(node, self.binary(0, depth + 1))
                self.expect("mark", "]", "]")
            elif self._accept("*"):
                node = Each(node)
            else:
                name = self._take()
                if name.kind != "name":
                    raise SyntaxFlaw(f"{show(name.text)} at character {name.at + 1}, where a name should be")
                node = Index(node, Literal(name.text))
            count += 1
            if count > DEEPEST:
                raise SyntaxFlaw(f"more than {DEEPEST} steps into a value")
        return node

    def _star_in_brackets(self) -> bool:
        after = self._tokens[self._next + 1] if self._next + 1 < len(self._tokens) else None
        return bool(after and after.text == "]" and self._accept("*"))

    def _primary(self, depth: int) -> Node:
        token = self._take()
        if token.kind == "number":
            return Literal(_number(token.text))
        if token.kind == "text":
            return Literal(token.text[1:-1].replace("''", "'"))
        if token.kind == "mark" and token.text == "(":
            inside = self.binary(0, depth + 1)
            self.expect("mark", ")", ")")
            return inside
        if token.kind == "name":
            if self._accept("("):
                return Call(token.text, self._arguments(depth))
            if token.text.lower() in _WORDS:
                return Literal(_WORDS[token.text.lower()])
            if token.text[0] not in "+-":
                return Name(token.text)
        found = show(token.text) if token.text else "the end"
        self._next -= 1
        raise SyntaxFlaw(f"{found} at character {token.at + 1}, where a value should be")

    def _arguments(self, depth: int) -> tuple[Node, ...]:
        arguments: list[Node] = []
        if self._accept(")"):
            return ()
        while True:
            arguments.append(self.binary(0, depth + 1))
            if self._accept(")"):
                return tuple(arguments)
            self.expect("mark", ",", ", or )")


def _number(text: str) -> Data:
    digits = text.lstrip("+-")
    if digits[:2].lower() in ("0x", "0o"):
        value: float = int(digits, 0) if len(digits) < 40 else float("inf")
        return -value if text.startswith("-") else value
    number = float(text)
    return int(number) if number == number and abs(number) < 1e15 and number == int(number) else number
