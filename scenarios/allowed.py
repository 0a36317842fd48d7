"""Says in words what the schema allows at a place of the file."""

from typing import Any

from scenarios.problems import Path, listed
from scenarios.schema import Schema, json_schema


def allowed_at(path: Path) -> str:
    """What may stand at `path`, in words; paths that the schema does not know are answered for where they leave it."""
    return describe(schema_at(path))


def fields_at(path: Path) -> list[str]:
    """The fields of the mapping at `path`, none where its keys are free."""
    return [name for branch in _branches(schema_at(path)) for name in branch.get("properties", ())]


def names_at(path: Path) -> str:
    """What the keys of the mapping at `path` may be, in words."""
    names = [branch["propertyNames"] for branch in _branches(schema_at(path)) if "propertyNames" in branch]
    return describe(names[0]) if names else "a name"


def schema_at(path: Path) -> Schema:
    """The part of the schema for the value at `path`."""
    schema = json_schema()
    for part in path:
        inside = _inside(schema, part)
        if inside is None:
            return schema
        schema = inside
    return _resolved(schema)


def _inside(schema: Schema, part: str | int) -> Schema | None:
    for branch in _branches(schema):
        inside: Any = branch.get("properties", {}).get(part)
        if inside is None:
            inside = branch.get("items") if isinstance(part, int) else branch.get("additionalProperties")
        if isinstance(inside, dict):
            return inside
    return None


def _branches(schema: Schema) -> list[Schema]:
    schema = _resolved(schema)
    return [_resolved(branch) for branch in schema.get("anyOf", [schema])]


def _resolved(schema: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    target: Schema = json_schema()["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return target


def describe(schema: Schema) -> str:
    """One schema in words."""
    schema = _resolved(schema)
    if "anyOf" in schema:
        return " or ".join(describe(branch) for branch in schema["anyOf"])
    if "patternErrorMessage" in schema:
        return str(schema["patternErrorMessage"]).removeprefix("allowed: ")
    if "const" in schema or "enum" in schema:
        return " or ".join(schema.get("enum", [schema.get("const")]))
    match schema.get("type"):
        case "boolean":
            return "true or false"
        case "integer":
            return "a whole number" + _bounds(schema)
        case "number":
            return "a number" + _bounds(schema)
        case "array":
            least, most = schema.get("minItems", 0), schema.get("maxItems")
            number = f" of {least} items" if least == most else (" of at least one item" if least else "")
            return f"a list{number}, each {describe(schema['items'])}"
    if schema.get("maxProperties") == 1:
        return "a mapping with exactly one of " + listed(list(schema["properties"]))
    if "properties" in schema:
        required = schema.get("required", [])
        optional = [f"{name} (optional)" for name in schema["properties"] if name not in required]
        return "a mapping with " + listed([*required, *optional])
    return "a mapping" + (" with at least one entry" if schema.get("minProperties") else "")


def _bounds(schema: Schema) -> str:
    words = (("minimum", "from"), ("exclusiveMinimum", "above"), ("maximum", "to"), ("exclusiveMaximum", "below"))
    return "".join(f" {word} {schema[key]:g}" if isinstance(schema[key], float) else f" {word} {schema[key]}"
                   for key, word in words if key in schema)  # fmt: skip
