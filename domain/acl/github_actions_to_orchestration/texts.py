"""Values of a file with expressions in them, filled in."""

from collections.abc import Mapping

from domain.acl.ci_to_orchestration.documents import Data
from domain.acl.github_actions_to_orchestration.evaluation import Scope, evaluate
from domain.acl.github_actions_to_orchestration.expressions import Node, SyntaxFlaw, parse
from domain.acl.github_actions_to_orchestration.values import Unknown, Value, to_text, unknown

MASKED = "…"
"""Stands in a text where an expression is not known."""


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
