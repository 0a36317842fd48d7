"""Does a published language still say what its readers have learnt? Compares two versions of events.schema.json."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Schema = Mapping[str, Any]


class Break(NamedTuple):
    """Something that a reader of the older version would stumble over."""

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.remedy}"


def breaks(before: Schema, now: Schema) -> list[Break]:
    """Every way in which `now` is not `before` with optional additions only; none: compatible.

    Both are documents as `windtunnel domain --json-schema` prints them. An event of which a higher version is there has
    moved on in the open: readers see another type. Shared values have no version: they are compared as parts of the
    events with them.
    """
    old, new = before["$defs"], now["$defs"]
    versions = _versions(new)
    found: list[Break] = []
    for name, schema in old.items():
        if not _split(name)[1]:
            continue
        if name in new:
            found += _changes(name, schema, new[name], (old, new))
        else:
            found += _gone(name, versions, [each for each in new if each.split(".")[-2:-1] == name.split(".")[-2:-1]])
    return found


def _versions(defs: Schema) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in defs:
        event, version = _split(name)
        found[event] = max(found.get(event, 0), version)
    return found


def _split(name: str) -> tuple[str, int]:
    event, _, version = name.rpartition(".v")
    return (event, int(version)) if version.isdigit() else (name, 0)


def _gone(name: str, versions: Mapping[str, int], same_name: list[str]) -> Iterator[Break]:
    event, version = _split(name)
    current = versions.get(event)
    if current is not None and current > version:
        return
    if current is not None:
        yield Break(name, f"its version went back to {current}", f"VERSION is at least {version}")
    elif same_name:
        yield Break(name, f"the event is now {same_name[0]}", "keep it in the context that readers know it from")
    else:
        yield Break(name, "the event was removed", "keep its class in domain/contracts while anybody may read it")


def _changes(event: str, before: Schema, now: Schema, values: tuple[Schema, Schema]) -> Iterator[Break]:
    """What became of each field of an event, or of a shared value in it; `values` are the old and new definitions."""
    old, new = before["properties"], now["properties"]
    must, may = set(now["required"]), set(before["required"])
    for field, schema in old.items():
        where = f"{event}.{field}"
        if field not in new:
            yield Break(where, "the field was removed", "keep the field, or raise VERSION of the event")
            continue
        yield from _narrowed(where, schema, new[field], values)
        if field in must and field not in may:
            yield Break(
                where, "the field was optional and is required now", "give it its default back, or raise VERSION"
            )
        if field in may and field not in must:
            yield Break(
                where, "the field may be missing now", "readers count on it: keep it required, or raise VERSION"
            )
    for field in new:
        if field not in old and field in must:
            yield Break(
                f"{event}.{field}", "a new field is required", "give it a default, or raise VERSION of the event"
            )


def _narrowed(where: str, before: Schema, now: Schema, values: tuple[Schema, Schema]) -> Iterator[Break]:
    if "enum" in before and "enum" in now:
        if gone := [value for value in before["enum"] if value not in now["enum"]]:
            yield Break(where, f"no longer one of {_names(gone)}", "keep the value, or raise VERSION of the event")
        if added := [value for value in now["enum"] if value not in before["enum"]]:
            yield Break(where, f"may be {_names(added)} now", "readers know a closed list: raise VERSION of the event")
        return
    if _kind(before) != _kind(now):
        change = f"its type changed from {_kind(before)} to {_kind(now)}"
        yield Break(where, change, "keep the type and add another field, or raise VERSION of the event")
    elif "items" in now:
        yield from _narrowed(f"{where}[]", before["items"], now["items"], values)
    elif "$ref" in now:
        name = _kind(now)
        yield from _changes(where, values[0][name], values[1][name], values)
    elif "minimum" in now and now["minimum"] > before.get("minimum", now["minimum"] - 1):
        yield Break(where, f"is never below {now['minimum']} now", "keep the range, or raise VERSION of the event")


def _kind(schema: Schema) -> str:
    if "enum" in schema:
        return f"one of {_names(schema['enum'])}"
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if schema["type"] == "array":
        return f"array of {_kind(schema['items'])}"
    return str(schema["type"])


def _names(values: list[Any]) -> str:
    return ", ".join(map(str, values))
