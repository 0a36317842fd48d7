"""Finds the field that a dotted path means in a scenario; what it does not have is refused with the nearest names."""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from scenarios.allowed import fields_at
from scenarios.problems import Path, Problem, choices, dotted, listed
from scenarios.spec import Scenario

SOURCE = "--set"


def resolve(scenario: Scenario, parts: Sequence[str], source: str = SOURCE) -> Path | Problem:
    """The whole path. A path may leave out its beginning where only one field ends so; `nodes.POOL.count` is a pool's.

    Items of lists go by number from 0, or by their name where they have one.
    """
    if parts[0] in Scenario.model_fields:
        return _walk(scenario, parts, source)
    if len(parts) == 3 and parts[0] == "nodes" and parts[2] == "count":
        return _pool(scenario, parts[1], parts, source)
    known = [path for path in _paths(scenario) if len(path) >= len(parts)]
    found = [path for path in known if tuple(map(str, path[-len(parts) :])) == tuple(parts)]
    if len(found) == 1:
        return found[0]
    if found:
        ends = listed([dotted(path) for path in found])
        return Problem(source, 0, (), f"{dotted(tuple(parts))}, with which several fields end", f"one of {ends}")
    last = [dotted(path[-len(parts) :]) for path in known]
    near = choices(".".join(parts), dict.fromkeys((*Scenario.model_fields, *last)))
    hint = near[near.rindex(" (did you") :] if near.endswith("?)") else ""
    allowed = f"a path that begins with one of {', '.join(Scenario.model_fields)}, or the end of one{hint}"
    return Problem(source, 0, (), f"{dotted(tuple(parts))}, which is no field", allowed)


def _pool(scenario: Scenario, name: str, parts: Sequence[str], source: str) -> Path | Problem:
    """The size of the pool of that name."""
    pools = [(provider, pool) for provider, one in scenario.fleet.providers.items() for pool in one.pools]
    found = [pair for pair in pools if pair[1] == name]
    if len(found) == 1:
        return ("fleet", "providers", found[0][0], "pools", name, "nodes")
    if found:
        ends = listed([dotted(("fleet", "providers", *pair, "nodes")) for pair in found])
        return Problem(source, 0, (), f"{dotted(tuple(parts))}, of which there are several", f"one of {ends}")
    allowed = f"nodes.POOL.count with a pool of {choices(name, [pool for _, pool in pools])}"
    return Problem(source, 0, (), dotted(tuple(parts)), allowed)


def _walk(scenario: Scenario, parts: Sequence[str], source: str) -> Path | Problem:
    path: Path = ()
    value: object = scenario
    for part in parts:
        step: str | int = part
        known: list[str] = []
        if isinstance(value, BaseModel):
            known = list(type(value).model_fields)
            value = getattr(value, part, None)
        elif isinstance(value, dict):
            known = list(value)
            value = value.get(part)
        elif isinstance(value, tuple | list):
            known = _items(value)
            index = int(part) if part.isascii() and part.isdigit() else next(_named(value, part), -1)
            step, value = index, value[index] if 0 <= index < len(value) else None
            known += [part] if value is not None else []
        elif value is None:  # left out: what there may be, the schema knows
            known = fields_at(path) or [part]
        else:
            return Problem(source, 0, (), f"{dotted(path)}, which has no {part}", "a path to a field")
        if part not in known:
            found = f"{dotted((*path, part))}, which is no field" if path else part
            return Problem(source, 0, (), found, choices(part, known))
        path = (*path, step)
    return path


def _items(items: Sequence[object]) -> list[str]:
    """By what items of a list can be asked for, for an error message."""
    names = [name for one in items if (name := _name(one))]
    return [*map(str, range(min(len(items), 100))), *names]


def _named(items: Sequence[object], name: str) -> Iterator[int]:
    return (at for at, one in enumerate(items) if _name(one) == name)


def _name(item: object) -> str:
    """The `name` of an item, or the item where it is one itself."""
    found = item if isinstance(item, str) else getattr(item, "name", None)
    return found if isinstance(found, str) else ""


def _paths(value: object, path: Path = ()) -> Iterator[Path]:
    """All fields that there are, whatever they hold."""
    children: Iterator[tuple[str | int, object]] = iter(())
    if isinstance(value, BaseModel):
        children = ((name, getattr(value, name)) for name in type(value).model_fields)
    elif isinstance(value, dict):
        children = ((str(key), child) for key, child in value.items())
    elif isinstance(value, tuple | list):
        children = iter(enumerate(value))
    for step, child in children:
        yield (*path, step)
        yield from _paths(child, (*path, step))
