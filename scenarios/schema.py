"""The JSON Schema (draft 2020-12) of scenario files, made from the models, for editors and for error messages.

`python -m scenarios.schema` writes it anew beside this file.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from domain.scheduling.policies import ALLOCATORS, ORDERINGS, PLACEMENTS
from scenarios.quantities import DURATION, QUANTITIES
from scenarios.spec import Scenario

Schema = dict[str, Any]

SCHEMA_FILE = Path(__file__).with_name("scenario.schema.json")
POLICIES: dict[str, dict[str, Any]] = {
    "allocator": {**ALLOCATORS},
    "ordering": {**ORDERINGS},
    "placement": {**PLACEMENTS},
}
"""The policies that each field of `scheduling` chooses from, by name."""
_SHORT = {"Distribution": "constant", "Count": "constant", "Nodes": "max", "Warm": "machines"}
"""Models that may be written as a bare value, and the field whose schema that value has."""

_BY_PATTERN = {kind.pattern: kind for kind in QUANTITIES}


@cache
def json_schema() -> Schema:
    """The schema of a file as people write it: quantities as texts with units, short forms beside the long ones."""
    schema = Scenario.model_json_schema()
    definitions = {name: _clean(definition) for name, definition in schema.pop("$defs").items()}
    for field, policies in POLICIES.items():
        for model in ("Scheduling", "PolicyOverride"):
            slot = definitions[model]["properties"][field]
            about = {key: slot[key] for key in ("description", "default") if key in slot}
            definitions[model]["properties"][field] = {"enum": list(policies), **about}
    for name, field in _SHORT.items():
        definition = definitions[name]
        short = definition["properties"][field]
        short = next((branch for branch in short.get("anyOf", ()) if branch.get("type") == "integer"), short)
        short = {key: value for key, value in short.items() if key != "description"}
        definitions[name] = {"description": definition.pop("description"), "anyOf": [short, definition]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Windtunnel scenario",
        **_clean(schema),
        "$defs": definitions,
    }


def written() -> str:
    """The schema as the text of its file."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=True) + "\n"


def _clean(schema: Schema) -> Schema:
    """A schema without pydantic's titles and nulls, with defaults in units and every key of a mapping checked."""
    schema = {key: value for key, value in schema.items() if key != "title"}
    if "default" in schema:
        default = _default(schema.pop("default"), schema)
        schema |= {"default": default} if default is not None else {}
    if "anyOf" in schema:
        branches = [_clean(branch) for branch in schema.pop("anyOf") if branch != {"type": "null"}]
        schema = {**branches[0], **schema} if len(branches) == 1 else {"anyOf": branches, **schema}
    if "patternProperties" in schema:
        ((pattern, value),) = schema.pop("patternProperties").items()
        schema["propertyNames"] = {"pattern": pattern, **schema["propertyNames"]}
        schema["additionalProperties"] = _clean(value)
    if "properties" in schema:
        schema["properties"] = {name: _clean(child) for name, child in schema["properties"].items()}
    if "items" in schema:
        schema["items"] = _clean(schema["items"])
    return schema


def _default(value: Any, schema: Schema) -> Any:
    """A default as a file would have it; None where it is shown better by what it is made of."""
    if isinstance(value, dict) and "constant" in value:
        return (
            DURATION.format(value["constant"])
            if schema.get("$ref", "").endswith("/Distribution")
            else value["constant"]
        )
    if isinstance(value, dict | list) or value is None or value == "":
        return None
    quantity = _BY_PATTERN.get(schema.get("pattern", ""))
    return quantity.format(value) if quantity else value


if __name__ == "__main__":
    SCHEMA_FILE.write_text(written(), encoding="ascii")
