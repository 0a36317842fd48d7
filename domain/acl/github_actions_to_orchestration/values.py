"""What an expression may come to: plain values, or Unknown with its reasons; how values turn into each other.

Source of every rule: "Evaluate expressions in workflows and actions", docs.github.com, read 2026-11.
"""

import math
import re
from collections.abc import Mapping
from itertools import islice

import msgspec

from domain.acl.ci_to_orchestration.documents import Data


class Atom(msgspec.Struct, frozen=True):
    """A question that nobody can answer before the run; yes to it means that `binds` has the value."""

    text: str
    binds: str = ""
    value: Data = None


class Unknown(msgspec.Struct, frozen=True):
    """Nobody can tell before the run; `reasons` say why. `truth` is known where only the value is not.

    `symbol` is what it is, as an expression says it: two of one symbol are the same, whatever they are. `atoms` are the
    questions whose answers would tell more, `leaves` the symbols of what it is made of.
    """

    reasons: tuple[str, ...]
    truth: bool | None = None
    symbol: str = ""
    atoms: tuple[Atom, ...] = ()
    leaves: tuple[str, ...] = ()


MORE = "more than that"
MOST_REASONS = 12
MOST_ATOMS = 50
"""Of an expression that hangs on more, the first so many: a trap must not take its time."""

Value = Data | Unknown
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_HEX_OR_OCTAL = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")


def unknown(*values: Value, truth: bool | None = None) -> Unknown:
    """Unknown for the reasons of all that are."""
    missing = [value for value in values if isinstance(value, Unknown)]
    reasons = dict.fromkeys(reason for value in missing for reason in value.reasons if reason != MORE)
    atoms = {atom.text: atom for value in missing for atom in value.atoms}
    leaves = dict.fromkeys(leaf for value in missing for leaf in value.leaves)
    told = tuple(reasons)
    if len(told) > MOST_REASONS or any(MORE in value.reasons for value in missing):
        told = (*told[:MOST_REASONS], MORE)
    return Unknown(told, truth, "", tuple(islice(atoms.values(), MOST_ATOMS)), tuple(islice(leaves, MOST_ATOMS)))


def named(reason: str, symbol: str, truth: bool | None = None) -> Unknown:
    """Something unknown that has a name: whether it is true is the question, where that is not known."""
    return Unknown((reason,), truth, symbol, (Atom(symbol),) if truth is None else (), (symbol,))


def written(value: Value) -> str:
    """The value as an expression would write it; nothing where that cannot be."""
    if isinstance(value, Unknown):
        return value.symbol
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, list | Mapping):
        return "" if has_unknown(value) else msgspec.json.encode(value).decode()
    return "null" if value is None else to_text(value)


def truth(value: Value) -> bool | None:
    """False for false, 0, "", null and not-a-number; None where it is not known."""
    if isinstance(value, Unknown):
        return value.truth
    if value is None or value is False or value == "":
        return False
    return not (isinstance(value, int | float) and (value == 0 or value != value))


def to_number(value: Data) -> float:
    """Null is 0, true 1, a text what it says as a number (an empty one 0), anything else not-a-number."""
    if value is None:
        return 0.0
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    if not isinstance(value, str):
        return math.nan
    text = value.strip()
    if not text:
        return 0.0
    if _NUMBER.fullmatch(text):
        return float(text)
    if _HEX_OR_OCTAL.fullmatch(text) and len(text) < 40:
        return float(int(text, 0))
    return {"Infinity": math.inf, "-Infinity": -math.inf}.get(text, math.nan)


def to_text(value: Data) -> str:
    """Null is "", whole numbers have no fraction, lists and mappings only say that they are one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**15 else f"{to_number(value):.15g}"
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return f"{value:.15g}" if value else "0"
    if isinstance(value, str):
        return value
    return "Object" if isinstance(value, Mapping) else "Array"


def equal(left: Data, right: Data) -> bool:
    """Texts without regard to case; values of two kinds as numbers; lists and mappings only where they are the same."""
    if isinstance(left, str) and isinstance(right, str):
        return left.upper() == right.upper()
    if isinstance(left, list | Mapping) or isinstance(right, list | Mapping):
        return left is right
    if left is None and right is None:
        return True
    return to_number(left) == to_number(right)


def less(left: Data, right: Data) -> bool:
    """`left < right`: two texts by their upper case, everything else as numbers, and never with not-a-number."""
    if isinstance(left, str) and isinstance(right, str):
        return left.upper() < right.upper()
    return to_number(left) < to_number(right)


def has_unknown(value: Value) -> Unknown | None:
    """What is unknown anywhere inside a value."""
    if isinstance(value, Unknown):
        return value
    inside = list(value.values()) if isinstance(value, Mapping) else value if isinstance(value, list) else []
    found = [one for one in map(has_unknown, inside) if one is not None]
    return unknown(*found) if found else None
