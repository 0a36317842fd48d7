"""Evaluates expressions with three values of truth: known true, known false, and unknown with the reason why."""

import re
from collections.abc import Callable, Iterator, Mapping

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
)
from domain.acl.github_actions_to_orchestration.functions import FUNCTIONS, SPELLED
from domain.acl.github_actions_to_orchestration.values import (
    Atom,
    Unknown,
    Value,
    equal,
    less,
    to_number,
    to_text,
    truth,
    unknown,
    written,
)

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_YES_OR_NO = ("contains(", "startsWith(", "endsWith(")


class Pin(msgspec.Struct, frozen=True):
    """An answer: a value, or only whether it is true."""

    value: Data
    is_value: bool = False


Pins = Mapping[str, Pin]
"""By the text of the question, or the symbol of what has the value."""


class Scope(msgspec.Struct, frozen=True):
    """What expressions at one place may look at: contexts by name, and how the jobs before have ended.

    `status` answers success(), failure(), cancelled() and always(); a function that it has not is unknown. `pins` are
    answers to questions that are open.
    """

    contexts: Mapping[str, Value]
    status: Mapping[str, bool] = {}
    pins: Pins = {}

    def with_contexts(self, **more: Value) -> "Scope":
        return Scope({**self.contexts, **more}, self.status, self.pins)

    def with_status(self, status: Mapping[str, bool]) -> "Scope":
        return Scope(self.contexts, status, self.pins)

    def with_pins(self, pins: Pins) -> "Scope":
        return Scope(self.contexts, self.status, {**self.pins, **pins})


def evaluate(node: Node, scope: Scope) -> Value:
    """The value of a tree; raises SyntaxFlaw for functions and contexts that there are not."""
    match node:
        case Literal():
            return node.value
        case Name():
            return _context(node.name, scope)
        case Index():
            target, key = evaluate(node.target, scope), evaluate(node.key, scope)
            return _pinned(_index(target, key, isinstance(node.target, Each)), scope)
        case Each():
            return _each(evaluate(node.target, scope), isinstance(node.target, Each))
        case Not():
            known = truth(value := evaluate(node.operand, scope))
            return unknown(value) if known is None else not known
        case Call():
            return _pinned(_call(node, scope), scope)
        case Binary():
            return _binary(node, scope)


def _pinned(value: Value, scope: Scope) -> Value:
    """The value itself, or what is taken for it."""
    if not isinstance(value, Unknown) or value.symbol not in scope.pins:
        return value
    pin = scope.pins[value.symbol]
    answered = pin.is_value or value.symbol.startswith(_YES_OR_NO)
    return pin.value if answered else msgspec.structs.replace(value, truth=truth(pin.value), atoms=())


def _context(name: str, scope: Scope) -> Value:
    if name.lower() in scope.contexts:
        return scope.contexts[name.lower()]
    raise SyntaxFlaw(f"there is no context {name}")


def _index(target: Value, key: Value, each: bool) -> Value:
    if isinstance(target, Unknown):
        inside = f"{target.symbol}{_step(key)}" if target.symbol and not isinstance(key, Unknown) else ""
        return _part(target, inside)
    if isinstance(key, Unknown):
        return unknown(key)
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


def _part(whole: Unknown, symbol: str) -> Unknown:
    """Something inside of what is unknown."""
    return Unknown(
        whole.reasons, None, symbol, (Atom(symbol),) if symbol else (), (symbol,) if symbol else whole.leaves
    )


def _step(key: Data) -> str:
    return f".{key}" if isinstance(key, str) and _PLAIN.fullmatch(key) else f"[{written(key)}]"


def _each(target: Value, each: bool) -> Value:
    if isinstance(target, Unknown):
        return _part(target, target.symbol and f"{target.symbol}.*")
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
    value = function.work(arguments)
    if not isinstance(value, Unknown):
        return value
    texts = [written(argument) for argument in arguments]
    if not all(texts):
        return value
    symbol = f"{SPELLED.get(name, name)}({', '.join(texts)})"
    if name in ("format", "join", "tojson", "case"):  # what they make is text: whether it is empty is no question
        return msgspec.structs.replace(value, symbol=symbol)
    return _asked(value, symbol, *_first_of(name, arguments))


def _first_of(name: str, arguments: list[Value]) -> tuple[str, Data]:
    """Where something unknown is one of a list, it is the first: (what it is, the value)."""
    if name == "contains" and isinstance(arguments[0], list) and isinstance(arguments[1], Unknown):
        return arguments[1].symbol, arguments[0][0] if arguments[0] else None
    return "", None


def _asked(value: Unknown, symbol: str, binds: str = "", bound: Data = None) -> Unknown:
    """The same with a name, and one question instead of those behind it."""
    return Unknown(value.reasons, value.truth, symbol, (Atom(symbol, binds, bound),), value.leaves)


def _binary(node: Binary, scope: Scope) -> Value:
    left = evaluate(node.left, scope)
    if node.operator in ("&&", "||"):
        return _logic(node.operator == "&&", left, lambda: evaluate(node.right, scope))
    right = evaluate(node.right, scope)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return _compared(node.operator, left, right, scope)
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


def _compared(operator: str, left: Value, right: Value, scope: Scope) -> Value:
    """A comparison with something unknown: sometimes what is known of it is enough."""
    if operator == "!=":
        same = _compared("==", left, right, scope)
        return unknown(same) if isinstance(same, Unknown) else not same
    if operator == "==" and not isinstance(left, Unknown):
        left, right = right, left
    texts = written(left), written(right)
    if not all(texts):
        return unknown(left, right)
    if operator == "==" and isinstance(left, Unknown):
        if isinstance(right, Unknown):
            if left.symbol == right.symbol:
                return True
            texts = min(texts), max(texts)
        elif right == "" and isinstance(right, str) and left.truth is not None:
            return not left.truth  # whatever is false is equal to the empty text
        elif isinstance(right, str) and left.truth is False and to_number(right) != 0:
            return False
    symbol = f"{texts[0]} {operator} {texts[1]}"
    if symbol in scope.pins:
        return scope.pins[symbol].value
    binds = isinstance(left, Unknown) and operator == "==" and not isinstance(right, Unknown)
    return _asked(unknown(left, right), symbol, *((texts[0], right) if binds else ()))


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
    return any(isinstance(one, Call) and one.name.lower() in names for one in nodes(node))


def nodes(node: Node) -> Iterator[Node]:
    """All of a tree, from left to right."""
    stack: list[Node] = [node]
    while stack:
        yield (one := stack.pop())
        if isinstance(one, Call):
            stack += reversed(one.arguments)
        elif isinstance(one, Index):
            stack += (one.key, one.target)
        elif isinstance(one, Each):
            stack.append(one.target)
        elif isinstance(one, Not):
            stack.append(one.operand)
        elif isinstance(one, Binary):
            stack += (one.right, one.left)
