"""Evaluates expressions with three values of truth: known true, known false, and unknown with the reason why."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

from domain.acl.ci_to_orchestration.documents import Data
from domain.acl.github_actions_to_orchestration.expressions import (
    Binary,
    Call,
    Each,
    Index,
    Literal,
    Name,
    Node,
    Not,
    SyntaxFlaw,
    parse,
)
from domain.acl.github_actions_to_orchestration.functions import FUNCTIONS
from domain.acl.github_actions_to_orchestration.values import Unknown, Value, equal, less, to_text, truth, unknown

T = TypeVar("T")

MASKED = "…"
"""Stands in a text where an expression is not known."""


class Scope(msgspec.Struct, frozen=True):
    """What expressions at one place may look at: contexts by name, and how the jobs before have ended.

    A context that is a text is unknown, and the text is the reason. `status` answers success(), failure(),
    cancelled() and always(); a function that it has not is unknown.
    """

    contexts: Mapping[str, Value]
    status: Mapping[str, bool] = {}

    def with_contexts(self, **more: Value) -> "Scope":
        return Scope({**self.contexts, **more}, self.status)

    def with_status(self, status: Mapping[str, bool]) -> "Scope":
        return Scope(self.contexts, status)


def evaluate(node: Node, scope: Scope) -> Value:
    """The value of a tree; raises SyntaxFlaw for functions and contexts that there are not."""
    match node:
        case Literal():
            return node.value
        case Name():
            return _context(node.name, scope)
        case Index():
            return _index(evaluate(node.target, scope), evaluate(node.key, scope), isinstance(node.target, Each))
        case Each():
            return _each(evaluate(node.target, scope), isinstance(node.target, Each))
        case Not():
            known = truth(value := evaluate(node.operand, scope))
            return unknown(value) if known is None else not known
        case Call():
            return _call(node, scope)
        case Binary():
            return _binary(node, scope)


def _context(name: str, scope: Scope) -> Value:
    if name.lower() in scope.contexts:
        return scope.contexts[name.lower()]
    raise SyntaxFlaw(f"there is no context {name}")


def _index(target: Value, key: Value, each: bool) -> Value:
    if isinstance(target, Unknown):
        return Unknown(target.reasons)
    if isinstance(key, Unknown):
        return key
    if each and isinstance(target, list):  # what `.*` gave: the key of every item that has it
        found = [_index(item, key, False) for item in target]
        return [one for one in found if one is not None]
    if isinstance(target, Mapping):
        if (text := to_text(key)) in target:
            return target[text]
        return next((value for name, value in target.items() if name.lower() == text.lower()), None)
    if isinstance(target, list) and isinstance(key, int | float) and key == key:
        return target[int(key)] if 0 <= key < len(target) else None
    return None


def _each(target: Value, each: bool) -> Value:
    if isinstance(target, Unknown):
        return Unknown(target.reasons)
    if each and isinstance(target, list):
        inner = [_each(item, False) for item in target]
        return [one for items in inner if isinstance(items, list) for one in items]
    if isinstance(target, Mapping):
        return list(target.values())
    return list(target) if isinstance(target, list) else []


def _call(node: Call, scope: Scope) -> Value:
    name = node.name.lower()
    if name in ("success", "failure", "cancelled", "always"):
        if node.arguments and name == "always":
            raise SyntaxFlaw("always() takes no arguments")
        if name in scope.status:
            return scope.status[name]
        return Unknown((f"{name}() is known only when the jobs before have ended",))
    function = FUNCTIONS.get(name)
    if function is None:
        raise SyntaxFlaw(f"there is no function {node.name}")
    arguments = [evaluate(argument, scope) for argument in node.arguments]
    if not function.least <= len(arguments) <= function.most:
        raise SyntaxFlaw(f"{node.name}() with {len(arguments)} arguments")
    return function.work(arguments)


def _binary(node: Binary, scope: Scope) -> Value:
    left = evaluate(node.left, scope)
    if node.operator in ("&&", "||"):
        return _logic(node.operator == "&&", left, lambda: evaluate(node.right, scope))
    right = evaluate(node.right, scope)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return unknown(left, right)
    match node.operator:
        case "==":
            return equal(left, right)
        case "!=":
            return not equal(left, right)
        case "<":
            return less(left, right)
        case ">":
            return less(right, left)
        case "<=":
            return less(left, right) or _same(left, right)
        case _:
            return less(right, left) or _same(left, right)


def _same(left: Data, right: Data) -> bool:
    return equal(left, right) and not (isinstance(left, list | Mapping) or isinstance(right, list | Mapping))


def _logic(is_and: bool, left: Value, right: Callable[[], Value]) -> Value:
    """`&&` gives its first false operand or else the last one, `||` the first true one or else the last."""
    decides = not is_and
    known = truth(left)
    if known is not None:
        if known is decides:
            return left
        return right()
    other = right()
    if truth(other) is decides:  # whatever the left side is, this is how it comes out; only the value is open
        return unknown(left, other, truth=decides)
    return unknown(left, other)


def calls(node: Node, *names: str) -> bool:
    """Whether one of these functions is called anywhere in the tree."""
    stack: list[Node] = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, Call):
            if one.name.lower() in names:
                return True
            stack += one.arguments
        elif isinstance(one, Index):
            stack += (one.target, one.key)
        elif isinstance(one, Each):
            stack.append(one.target)
        elif isinstance(one, Not):
            stack.append(one.operand)
        elif isinstance(one, Binary):
            stack += (one.left, one.right)
    return False


def pieces(text: str) -> list[str | Node]:
    """A text with `${{ }}` in it as literal texts and trees; raises SyntaxFlaw where an expression is none."""
    found: list[str | Node] = []
    at = 0
    while (start := text.find("${{", at)) >= 0:
        end = _end(text, start + 3)
        if start > at:
            found.append(text[at:start])
        found.append(parse(text[start + 3 : end]))
        at = end + 2
    if at < len(text):
        found.append(text[at:])
    return found


def _end(text: str, at: int) -> int:
    """Where the `}}` of an expression stands: not inside one of its texts."""
    quoted = False
    for position in range(at, len(text)):
        if text[position] == "'":
            quoted = not quoted
        elif not quoted and text.startswith("}}", position):
            return position
    raise SyntaxFlaw("${{ without }}")


def fill(data: Data, scope: Scope) -> Value:
    """A value of the file with its expressions evaluated: alone it keeps its type, within a text it becomes text."""
    if isinstance(data, str):
        return _fill_text(data, scope) if "${{" in data else data
    if isinstance(data, list):
        return [fill(item, scope) for item in data]
    if isinstance(data, Mapping):
        return {name: fill(value, scope) for name, value in data.items()}
    return data


def _fill_text(text: str, scope: Scope) -> Value:
    parts = pieces(text)
    stripped = [part for part in parts if not (isinstance(part, str) and not part.strip())]
    if len(stripped) == 1 and not isinstance(stripped[0], str):
        return evaluate(stripped[0], scope)
    values = [part if isinstance(part, str) else evaluate(part, scope) for part in parts]
    missing = [value for value in values if isinstance(value, Unknown)]
    return unknown(*missing) if missing else "".join(to_text(value) for value in values)


def masked(data: Data, scope: Scope) -> str:
    """A text for people, with … where an expression is not known."""
    if not isinstance(data, str) or "${{" not in data:
        return to_text(data)
    try:
        values = [part if isinstance(part, str) else evaluate(part, scope) for part in pieces(data)]
    except SyntaxFlaw:
        return data
    return "".join(MASKED if isinstance(value, Unknown) else to_text(value) for value in values)
