"""What a sweep varies: `PATH=a,b,c` or `PATH=a..b`, read as values of the field, with every complaint at once."""

import re
from collections.abc import Sequence
from fractions import Fraction
from math import floor, log10
from typing import NamedTuple

from scenarios.allowed import allowed_at, schema_at
from scenarios.field_paths import SOURCE, resolve
from scenarios.problems import Path, Problem, ScenarioError, choices, dotted, show
from scenarios.quantities import QUANTITIES, RATE, Quantity, QuantityError
from scenarios.settings import path_of
from scenarios.spec import Scenario

POLICY = "policy"
"""A path of its own: which of the scenario's policies run."""

_RANGE = re.compile(r"\s*(.*?[^.\s])\s*\.\.\s*([^.\s].*?)\s*")
_WHOLE, _REAL = re.compile(r"[-+]?[0-9]{1,18}"), re.compile(r"[-+]?[0-9]{1,18}(\.[0-9]{1,18})?")
FINENESS = 1_000
"""A range is cut into steps of a power of ten, at least so many of them, so that its values are short to read."""


class Span(NamedTuple):
    """From `low` to `high` in base units of `quantity`, or as plain numbers, which are whole or not."""

    low: Fraction
    high: Fraction
    whole: bool
    quantity: Quantity | None = None

    def at(self, share: float) -> str:
        """The value at `share` of the way, as the scenario file would have it. Whole numbers are all equally likely."""
        if self.whole and self.quantity is None:
            return str(min(int(self.high), int(self.low) + floor(share * (int(self.high - self.low) + 1))))
        return self.text(self.low + Fraction(share) * (self.high - self.low))

    def levels(self, number: int) -> tuple[str, ...]:
        """So many values, evenly spaced from end to end, each once."""
        if number < 2 or self.low == self.high:
            return (self.text(self.low),)
        step = (self.high - self.low) / (number - 1)
        return tuple(dict.fromkeys(self.text(self.low + step * at) for at in range(number)))

    def text(self, value: Fraction) -> str:
        if self.quantity is None and self.whole:
            return str(round(value))
        unit = Fraction(10) ** floor(log10(max(self.high - self.low, Fraction(1, 10**9)) / FINENESS))
        if self.quantity is not None and self.whole:
            unit = max(unit, Fraction(1))
        value = min(max(round(value / unit) * unit, self.low), self.high)
        if self.quantity is None or not self.whole:
            number = f"{float(value):.9f}".rstrip("0").rstrip(".")
            return f"{number}{self.quantity.base}" if self.quantity else number
        return self.quantity.format(int(value))


class Axis(NamedTuple):
    """One field that is varied: over `values`, as a file would have them, or over a `span`."""

    name: str  # as it was asked for
    path: Path
    values: tuple[str, ...] = ()
    span: Span | None = None

    def setting(self, value: str) -> str:
        return f"{dotted(self.path)}={value}"


def parse_axes(texts: Sequence[str], scenario: Scenario, source: str = SOURCE) -> tuple[Axis, ...]:
    """One for each text; raises ScenarioError with all that is wrong with them."""
    problems: list[Problem] = []
    axes: list[Axis] = []
    for text in texts:
        found = _axis(text, scenario, source)
        if isinstance(found, Problem):
            problems.append(found)
        elif any(found.path == other.path for other in axes):
            problems.append(Problem(source, 0, (), f"{dotted(found.path)} twice", "each field once"))
        else:
            axes.append(found)
    if problems:
        raise ScenarioError(problems)
    return tuple(axes)


def _axis(text: str, scenario: Scenario, source: str) -> Axis | Problem:
    parts, at = path_of(text)
    if not parts or not text[at:].strip():
        form = "PATH=VALUE,VALUE,… or PATH=FROM..TO, such as nodes.linux.count=10,20,40"
        return Problem(source, 0, (), show(text), form)
    name = dotted(parts)
    values = split(text[at:])
    if parts == (POLICY,):
        return Axis(POLICY, (POLICY,), tuple(values))
    path = resolve(scenario, [str(part) for part in parts], source)
    if isinstance(path, Problem):
        return path
    if "" in values:
        return Problem(f"{source} {name}", 0, (), "nothing between commas", allowed_at(path))
    span = _RANGE.fullmatch(text[at:]) if len(values) == 1 and values[0][0] not in "[{\"'" else None
    if span is None:
        twice = len(set(values)) < len(values)
        return Problem(f"{source} {name}", 0, (), "the same value twice", "each value once") if twice else (
            Axis(name, path, tuple(values))
        )  # fmt: skip
    found = _span(path, span[1], span[2], f"{source} {name}")
    return found if isinstance(found, Problem) else Axis(name, path, span=found)


def _span(path: Path, low: str, high: str, source: str) -> Span | Problem:
    """By what the field is: a whole number, a number, or a quantity with a unit."""
    for quantity in (*QUANTITIES, RATE):
        try:
            ends = Fraction(quantity.parse(low)), Fraction(quantity.parse(high))
        except QuantityError:
            continue
        found = Span(*ends, quantity.whole, quantity)
        break
    else:
        if not (_REAL.fullmatch(low) and _REAL.fullmatch(high)):
            allowed = f"two values of {allowed_at(path)}, both with their unit"
            return Problem(source, 0, (), show(f"{low}..{high}"), allowed)
        kinds = _kinds(schema_at(path))
        whole = "number" not in kinds
        if whole and not (_WHOLE.fullmatch(low) and _WHOLE.fullmatch(high)):
            return Problem(source, 0, (), show(f"{low}..{high}"), f"whole numbers: {allowed_at(path)}")
        found = Span(Fraction(low), Fraction(high), whole)
    if found.high < found.low:
        return Problem(source, 0, (), show(f"{low}..{high}"), "the smaller end first")
    return found


def _kinds(schema: dict[str, object]) -> set[object]:
    branches = schema.get("anyOf", [schema])
    return {branch.get("type") for branch in branches} if isinstance(branches, list) else set()


def places_of(values: Sequence[str]) -> list[float]:
    """A number for each value, by which it is set apart in a picture: what it is worth, or else its rank."""
    found = [_worth(value) for value in values]
    known = [worth for worth in found if worth is not None]
    if len(known) == len(found):
        return known
    ranks = {value: float(rank) for rank, value in enumerate(dict.fromkeys(values))}
    return [ranks[value] for value in values]


def _worth(value: str) -> float | None:
    if _REAL.fullmatch(value):
        return float(value)
    for quantity in (*QUANTITIES, RATE):
        try:
            return float(quantity.parse(value))
        except QuantityError:
            continue
    return None


def split(text: str) -> list[str]:
    """At commas outside of brackets and quotes."""
    parts, depth, quote, start = [], 0, "", 0
    for at, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
        elif sign == "," and not depth:
            parts.append(text[start:at].strip())
            start = at + 1
    return [*parts, text[start:].strip()]


def policies_of(axes: Sequence[Axis], known: Sequence[str], source: str = SOURCE) -> tuple[list[str], tuple[Axis, ...]]:
    """The policies that an axis `policy` asks for (all without one), and the other axes. Raises ScenarioError."""
    wanted = [name for axis in axes if axis.path == (POLICY,) for name in axis.values]
    strangers = [name for name in wanted if name not in known]
    if strangers:
        raise ScenarioError(Problem(f"{source} policy", 0, (), show(one), choices(one, known)) for one in strangers)
    rest = tuple(axis for axis in axes if axis.path != (POLICY,))
    return [name for name in known if not wanted or name in wanted], rest
