"""The reference of the scenario file as Markdown tables, one for each mapping, made from the JSON Schema.

`python -m scenarios.reference` puts them anew into docs/scenarios.md.
"""

from collections.abc import Iterator
from pathlib import Path

from scenarios.allowed import describe
from scenarios.schema import Schema, json_schema

PAGE = Path(__file__).parents[1] / "docs" / "scenarios.md"
BEGIN, END = "<!-- fields: begin (python -m scenarios.reference) -->", "<!-- fields: end -->"


def reference() -> str:
    """Every mapping of a scenario file with its fields, in the order in which one meets them from the top."""
    return "\n".join(_tables())


def renewed(page: str) -> str:
    """The page with the tables between its two marks made anew; raises ValueError when a mark is missing."""
    before, _, rest = page.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"{PAGE.name} lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n\n{reference()}\n{END}{after}"


def _tables() -> Iterator[str]:
    waiting: list[tuple[str, Schema]] = [("Scenario", json_schema())]
    seen = {"Scenario"}
    for name, schema in waiting:  # grows while it is read
        model = next((branch for branch in schema.get("anyOf", []) if "properties" in branch), schema)
        yield f"### {name}\n\n{schema['description']}\n"
        yield "| field | allowed | default | meaning |\n|---|---|---|---|"
        for field, slot in model["properties"].items():
            inner = _names(slot)
            waiting += [(each, json_schema()["$defs"][each]) for each in inner if each not in seen]
            seen.update(inner)
            yield f"| `{field}` | {_allowed(slot)} | {_default(field, slot, model)} | {_cell(slot['description'])} |"
        yield ""


def _names(slot: Schema) -> list[str]:
    """The models that a field's value is made of."""
    inner = [slot, slot.get("items", {}), slot.get("additionalProperties", {})]
    references = [part["$ref"] for part in inner if isinstance(part, dict) and "$ref" in part]
    return [reference.removeprefix("#/$defs/") for reference in references]


def _allowed(slot: Schema) -> str:
    inner = [f"[{name}](#{name.lower()})" for name in _names(slot)]
    if not inner:
        return _cell(describe(slot))
    if "additionalProperties" in slot:
        return f"name → {inner[0]}" + (", at least one" if slot.get("minProperties") else "")
    if "items" in slot:
        return f"list of {inner[0]}" + (", at least one" if slot.get("minItems") else "")
    return inner[0]


def _default(field: str, slot: Schema, model: Schema) -> str:
    if field in model.get("required", ()):
        return "required"
    return f"`{slot['default']}`" if "default" in slot and not isinstance(slot["default"], dict) else "–"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
