"""Reads the values of options that have a name in front: `--duration build=5m`, `--given vars.RUNNER=linux`."""

import json
import re
from collections.abc import Iterable
from typing import Any

from scenarios.quantities import CPU, DURATION, SIZE, QuantityError
from windtunnel.exits import BadInput


def durations(values: Iterable[str], default_us: int) -> tuple[int, dict[str, int]]:
    """(the duration of every other job, by job): `5m` is for all, `build=5m` for one."""
    named: dict[str, int] = {}
    for value in values:
        name, equals, written = value.rpartition("=")
        duration = _quantity(DURATION, written, f"--duration {value}")
        if equals and name in named:
            raise BadInput(f"--duration {name}: given twice")
        if equals:
            named[name] = duration
        else:
            default_us = duration
    return default_us, named


def size(value: str | None, option: str) -> str:
    """As a scenario file writes it."""
    if value is not None and _quantity(SIZE, value, f"{option} {value}") <= 0:
        raise BadInput(f"{option} {value}: a size of more than nothing")
    return value or ""


def times(values: Iterable[str], option: str) -> dict[str, int]:
    """NAME=TIME, each name once."""
    return {name: _quantity(DURATION, text, f"{option} {name}={text}") for name, text in pairs(values, option).items()}


def pairs(values: Iterable[str], option: str) -> dict[str, str]:
    """NAME=VALUE, each name once."""
    found: dict[str, str] = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not name:
            raise BadInput(f"{option} {value}: write NAME=VALUE")
        if name in found:
            raise BadInput(f"{option} {name}: given twice")
        found[name] = text
    return found


def data(values: Iterable[str], option: str) -> dict[str, Any]:
    """NAME=VALUE where the value is JSON, or else a text."""
    return {name: _json_or_text(text) for name, text in pairs(values, option).items()}


TEXTS = re.compile(r"(?:vars|secrets|env)\..+|.+\.outputs\..+", re.IGNORECASE)
"""What is always a text on GitHub: fromJSON() reads it, and 'true' in quotes is compared with it."""


def given(values: Iterable[str], option: str) -> dict[str, Any]:
    """As `data`, but variables and outputs are the text that is written, with or without the quotes of JSON."""
    found = data(values, option)
    for name, text in pairs(values, option).items():
        if TEXTS.fullmatch(name) and not isinstance(found[name], str):
            found[name] = text
    return found


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def labels(values: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """LABEL=OTHER,OTHER; nothing after the = takes the label away."""
    return {name: tuple(part for part in text.split(",") if part) for name, text in pairs(values, "--runs-on").items()}


def resources(cpu: str | None, memory: str | None) -> dict[str, str] | None:
    """As a scenario file writes them; None where neither is given."""
    if memory is not None:
        _quantity(SIZE, memory, f"--memory {memory}")
    if cpu is not None:
        _quantity(CPU, cpu, f"--cpu {cpu}")
    if cpu is None and memory is None:
        return None
    return {"cpu": cpu or "1cpu", **({"memory": memory} if memory else {})}


def duration(value: str | None, option: str) -> int:
    return 0 if value is None else _quantity(DURATION, value, f"{option} {value}")


def _quantity(kind: Any, text: str, said: str) -> int:
    try:
        return int(kind.parse(text))
    except QuantityError as error:
        raise BadInput(f"{said}: {error.why or kind.allowed}") from None


def ref_of(written: str) -> tuple[str, bool]:
    """(name, whether it is a tag): `main`, `refs/heads/main` or `refs/tags/v1`."""
    if written.startswith("refs/tags/"):
        return written.removeprefix("refs/tags/"), True
    return written.removeprefix("refs/heads/"), False
