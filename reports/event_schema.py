"""The JSON Schema (2020-12) of the published language, made from the event classes."""

import inspect
import re
from collections.abc import Iterable
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from domain.shared.envelope import JSON, SCHEMAS, SPECVERSION, schema_of, type_of
from domain.shared.events import Event
from domain.shared.resources import Resources

DIALECT = "https://json-schema.org/draft/2020-12/schema"
UNITS = {"_us": "µs", "_udollars": "micro-dollars", "_millis": "thousandths", "_mib": "MiB", "_bytes": "bytes"}
PLAIN = {int: "integer", bool: "boolean", str: "string"}
TEXT = {"type": "string", "minLength": 1}
ATTRIBUTES: dict[str, dict[str, Any]] = {
    "specversion": {"const": SPECVERSION},
    "id": TEXT | {"description": "number of the event within its run; unique together with `source`"},
    "source": TEXT | {"format": "uri-reference", "description": "the run and the context that published it"},
    "type": TEXT | {"description": "windtunnel.<context>.<Event>.v<VERSION>"},
    "subject": TEXT | {"description": "what it is about: <kind>/<id>"},
    "time": TEXT | {"format": "date-time", "description": "a run begins on Monday 2024-01-01 at 00:00 UTC"},
    "datacontenttype": {"const": JSON},
    "dataschema": TEXT | {"format": "uri"},
    "tenant": TEXT | {"description": "whose pipeline it belongs to"},
    "correlation": TEXT | {"description": "the pipeline it belongs to"},
    "causation": TEXT | {"description": "id of the event that it followed from; left out where time or an arrival did"},
    "traceparent": {"type": "string", "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"},
    "atus": {"type": "string", "pattern": "^[0-9]+$", "description": "µs since the start of the run"},
    "data": {"type": "object"},
}
OPTIONAL = ("tenant", "correlation", "causation", "traceparent")


def events_schema(events: Iterable[type[Event]]) -> dict[str, Any]:
    """One document: a CloudEvent whose `type` is one of ours, with `data` as that type has it (`$defs`)."""
    kinds = list(events)
    return {
        "$schema": DIALECT,
        "$id": SCHEMAS,
        "title": "Events of windtunnel",
        **envelope_schema(),
        "allOf": [
            {
                "if": {"properties": {"type": {"const": type_of(kind)}}},
                "then": {
                    "properties": {
                        "dataschema": {"const": schema_of(kind)},
                        "data": {"$ref": f"#/$defs/{type_of(kind)}"},
                    }
                },
            }
            for kind in kinds
        ],
        "$defs": definitions(kinds),
    } | {"properties": ATTRIBUTES | {"type": {"enum": [type_of(kind) for kind in kinds]}}}


def envelope_schema() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": ATTRIBUTES,
        "required": [name for name in ATTRIBUTES if name not in OPTIONAL],
        "additionalProperties": False,
    }


def definitions(events: Iterable[type[Event]]) -> dict[str, Any]:
    """The shared values, and the fields of each event under its type.

    Raises TypeError for a field that readers of JSON cannot get.
    """
    kinds = list(events)
    values: dict[str, Any] = {}
    for kind in kinds:
        for hint in get_type_hints(kind).values():
            _define(hint, values)
    return {**values, **{type_of(kind): _object(kind, open_ended=True) for kind in kinds}}


def _define(hint: Any, values: dict[str, Any]) -> None:
    """Add the definition of every shared value that a type names, in the order they are met."""
    for inner in get_args(hint):
        _define(inner, values)
    if _is_struct(hint) and hint.__name__ not in values:
        values[hint.__name__] = _object(hint, open_ended=False)
        for each in get_type_hints(hint).values():
            _define(each, values)


def _object(struct: type[msgspec.Struct], open_ended: bool) -> dict[str, Any]:
    """A struct's fields; those with a default may be left out. Readers of events ignore what later additions bring."""
    hints, notes = get_type_hints(struct), notes_of(struct)
    fields = msgspec.structs.fields(struct)
    never_negative = struct is Resources
    return {
        "title": struct.__name__,
        "description": " ".join((inspect.getdoc(struct) or "").split()),
        "type": "object",
        "properties": {
            field.name: _typed(f"{struct.__name__}.{field.name}", hints[field.name])
            | ({"minimum": 0} if never_negative or field.name == "at_us" else {})
            | _described(notes.get(field.name) or unit_of(field.name))
            for field in fields
        },
        "required": [field.name for field in fields if field.required or never_negative],
        "additionalProperties": open_ended,
    }


def _typed(where: str, hint: Any) -> dict[str, Any]:
    kind = getattr(hint, "__supertype__", hint)  # what an id is at run time
    if kind in PLAIN:
        return {"type": PLAIN[kind]}
    if _is_struct(kind):
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if get_origin(kind) is tuple and get_args(kind)[1:] == (...,):
        return {"type": "array", "items": _typed(where, get_args(kind)[0])}
    if get_origin(kind) is Literal:
        return {"enum": list(get_args(kind))}
    raise TypeError(f"{where} is {hint}: the published language has integers, names, lists of them and shared values")


def _is_struct(kind: Any) -> bool:
    return inspect.isclass(kind) and issubclass(kind, msgspec.Struct)


def _described(note: str) -> dict[str, str]:
    return {"description": note} if note else {}


def unit_of(name: str) -> str:
    """What a field's name says about its unit; "" where it has none."""
    if name == "at_us":
        return "µs since the start of the run"
    return next((unit for end, unit in UNITS.items() if name.endswith(end)), "")


def notes_of(struct: type[msgspec.Struct]) -> dict[str, str]:
    """Field → the comment behind it in the code."""
    found = re.findall(r"^    (\w+): [^#\n]*#\s*(.+)$", inspect.getsource(struct), re.MULTILINE)
    return dict(found)
