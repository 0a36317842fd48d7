"""Writes a scenario as YAML text that `windtunnel run` reads, with what was assumed in comments at the top."""

import re
import textwrap
from collections.abc import Sequence
from typing import Any

import yaml

from scenarios.loader import load_text


class _Plain(yaml.SafeDumper):
    """Lists of plain values on one line, and no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    flat = all(isinstance(item, str | int | float) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=flat)


def _mapping(dumper: yaml.SafeDumper, fields: dict[str, Any]) -> yaml.Node:
    flat = len(fields) <= 4 and all(isinstance(value, str | int | float) for value in fields.values())
    return dumper.represent_mapping("tag:yaml.org,2002:map", fields.items(), flow_style=flat)


_LIKE_A_NUMBER = re.compile(r"[-+]?(?:0[xo][0-9a-f]+|[0-9._]+(?:e[-+]?[0-9]+)?|\.?(?:inf|nan))", re.IGNORECASE)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    """PyYAML quotes what YAML 1.1 would take for something else; this adds what 1.2 would."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, "'" if _LIKE_A_NUMBER.fullmatch(text) else None)


_Plain.add_representer(str, _text)
_Plain.add_representer(list, _list)
_Plain.add_representer(dict, _mapping)


def to_yaml(scenario: dict[str, Any], comments: Sequence[str]) -> str:
    """The text of a scenario file."""
    lines = [
        line
        for comment in comments
        for line in textwrap.wrap(comment, 110, initial_indent="# ", subsequent_indent="#   ") or ["#"]
    ]
    body = yaml.dump(scenario, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=118)
    return "\n".join([*lines, body]) if lines else body


def check(text: str, name: str) -> None:
    """Raises ScenarioError where `windtunnel run` would refuse the text."""
    load_text(text, name)


def short(text: str) -> str:
    """A name that a scenario may have: one line, at most 120 characters."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return (flat if len(flat) <= 120 else flat[:119] + "…") or "pipeline"
