"""Plain data as a CI file holds it, where a value stands in it, and how a message quotes it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

Data = Any
"""What a reader of YAML or JSON gives: dict with text keys, list, str, int, float, bool or None."""

Path = tuple[str | int, ...]
"""Where a value stands: keys, and numbers from 0 in lists. The reader knows the line of each."""


class Flaw(msgspec.Struct, frozen=True):
    """The document breaks a rule of its format: what stands there and what may."""

    path: Path
    found: str
    allowed: str


def kind(value: Data) -> str:
    """`null`, `boolean`, `number`, `text`, `list` or `mapping`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, Sequence) else "mapping"


def show(value: Data) -> str:
    """A value as a message quotes it: one line, short."""
    match kind(value):
        case "null":
            return "nothing"
        case "boolean":
            return "true" if value else "false"
        case "text":
            flat = " ".join(value.split())
            text = flat if len(flat) <= 60 else flat[:57] + "..."
            return f'"{"".join(c if c.isprintable() else "?" for c in text)}"'
        case "list":
            return f"a list of {len(value)}" if value else "an empty list"
        case "mapping":
            return f"a mapping with {listed(value)}" if value else "an empty mapping"
        case _:
            return str(value)[:60]


def listed(names: Iterable[object], most: int = 8) -> str:
    """Names with commas, cut after `most`."""
    texts = [_short(str(name)) for name in names]
    return ", ".join(texts[:most]) + (f" and {len(texts) - most} more" if len(texts) > most else "")


def as_mapping(value: Data) -> Mapping[str, Data]:
    """The mapping, or an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: Data) -> list[Data]:
    """The list; a single value is a list of one, nothing is a list of none."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def scalar_text(value: Data) -> str:
    """A scalar as the text that was written: `true`, `3`, `3.5`; whole floats lose their fraction."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value == value and abs(value) < 1e15 and value == int(value):
        return str(int(value))
    return str(value)


def _short(text: str) -> str:
    flat = "".join(c if c.isprintable() else " " for c in text)
    return flat if len(flat) <= 60 else flat[:57] + "..."
