"""The functions of the expression language, by lower-case name. Source: as in `values`."""

import re
from collections.abc import Callable, Mapping, Sequence

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, show
from domain.acl.github_actions_to_orchestration.expressions import SyntaxFlaw
from domain.acl.github_actions_to_orchestration.values import (
    Unknown,
    Value,
    equal,
    has_unknown,
    to_text,
    truth,
    unknown,
)

LONGEST = 1_000_000
"""Characters of a text that a function makes; beyond it an expression is a trap."""


class Function(msgspec.Struct, frozen=True):
    """How many arguments it takes, and what it does with them."""

    least: int
    most: int
    work: Callable[[Sequence[Value]], Value]


def _of_known(work: Callable[..., Value]) -> Callable[[Sequence[Value]], Value]:
    """Unknown arguments make the result unknown."""

    def lifted(arguments: Sequence[Value]) -> Value:
        missing = [argument for argument in arguments if isinstance(argument, Unknown)]
        return unknown(*missing) if missing else work(*arguments)

    return lifted


def _contains(arguments: Sequence[Value]) -> Value:
    within, wanted = arguments
    if isinstance(within, Unknown) or isinstance(wanted, Unknown):
        return unknown(within, wanted)
    if isinstance(within, list):
        if any(not isinstance(item, Unknown) and equal(item, wanted) for item in within):
            return True
        missing = [item for item in within if isinstance(item, Unknown)]
        return unknown(*missing) if missing else False
    if isinstance(within, Mapping):
        return False
    return to_text(wanted).lower() in to_text(within).lower()


def _starts_with(text: Data, start: Data) -> Value:
    return to_text(text).lower().startswith(to_text(start).lower())


def _ends_with(text: Data, end: Data) -> Value:
    return to_text(text).lower().endswith(to_text(end).lower())


_HOLES = re.compile(r"\{\{|\}\}|\{([0-9]+)\}|[{}]")


def _format(template: Data, *values: Data) -> Value:
    def hole(found: re.Match[str]) -> str:
        if found.group() in ("{{", "}}"):
            return found.group()[0]
        number = found.group(1)
        if number is None:
            raise SyntaxFlaw(f"format() with a lone {found.group()} in {show(to_text(template))}")
        if len(number) > 4 or int(number) >= len(values):
            raise SyntaxFlaw(f"format() with {{{number}}} but {len(values)} values")
        return to_text(values[int(number)])

    return _bounded(_HOLES.sub(hole, to_text(template)))


def _join(arguments: Sequence[Value]) -> Value:
    items = arguments[0] if isinstance(arguments[0], list) else [arguments[0]]
    separator = arguments[1] if len(arguments) > 1 else ","
    missing = [one for one in (*items, separator) if isinstance(one, Unknown)]
    if missing:
        return unknown(*missing)
    return _bounded(to_text(separator).join(to_text(item) for item in items))


def _to_json(arguments: Sequence[Value]) -> Value:
    missing = has_unknown(arguments[0])
    if missing is not None:
        return missing
    return _bounded(msgspec.json.format(msgspec.json.encode(_encodable(arguments[0])), indent=2).decode())


def _encodable(value: Data) -> Data:
    """Whole floats are written without a fraction, as in JavaScript."""
    if isinstance(value, float) and value == value and abs(value) < 1e15 and value == int(value):
        return int(value)
    if isinstance(value, Mapping):
        return {name: _encodable(one) for name, one in value.items()}
    return [_encodable(item) for item in value] if isinstance(value, list) else value


def _from_json(text: Data) -> Value:
    if not isinstance(text, str):
        return text if isinstance(text, int | float) else _bad_json(to_text(text))
    try:
        return msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        return _bad_json(text)


def _bad_json(text: str) -> Value:
    """GitHub finds out in the run, and fails there."""
    return Unknown((f"fromJSON() of {show(text)}, which is not JSON",))


def _hash_files(arguments: Sequence[Value]) -> Value:
    return Unknown(("hashFiles() depends on the files of the checkout",), truth=None)


def _case(arguments: Sequence[Value]) -> Value:
    """Pairs of condition and value, then a default: the value of the first true condition."""
    if len(arguments) % 2 == 0:
        raise SyntaxFlaw("case() takes pairs of a condition and a value, and a default")
    for condition, value in zip(arguments[:-1:2], arguments[1::2], strict=False):
        known = truth(condition)
        if known is None:
            return unknown(condition)
        if known:
            return value
    return arguments[-1]


def _bounded(text: str) -> str:
    if len(text) > LONGEST:
        raise SyntaxFlaw(f"an expression that makes a text of {len(text)} characters")
    return text


FUNCTIONS: dict[str, Function] = {
    "contains": Function(2, 2, _contains),
    "startswith": Function(2, 2, _of_known(_starts_with)),
    "endswith": Function(2, 2, _of_known(_ends_with)),
    "format": Function(1, 255, _of_known(_format)),
    "join": Function(1, 2, _join),
    "tojson": Function(1, 1, _to_json),
    "fromjson": Function(1, 1, _of_known(_from_json)),
    "hashfiles": Function(1, 255, _hash_files),
    "case": Function(3, 255, _case),
}
"""The status functions are in `evaluation`: they depend on where they stand."""

SPELLED = {
    "startswith": "startsWith", "endswith": "endsWith", "fromjson": "fromJSON", "tojson": "toJSON",
    "hashfiles": "hashFiles",
}  # fmt: skip
"""As people write those whose names are not all of small letters."""
