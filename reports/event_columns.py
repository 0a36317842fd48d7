"""The columns of the event table, taken from the event classes themselves: a new field gets its column by itself."""

import inspect
from collections.abc import Callable
from importlib import import_module
from operator import attrgetter
from pkgutil import iter_modules
from typing import Any, ClassVar, NamedTuple, get_origin, get_type_hints

import pyarrow as pa

import domain.contracts
from domain.shared.events import Event
from domain.shared.requirements import Requirements
from domain.shared.resources import DIMENSIONS, Resources
from reports.arrow_columns import NAME

ENVELOPE = {
    "policy": NAME, "seq": pa.int64(), "at_us": pa.int64(), "type": NAME, "source": NAME, "caused_by": pa.int64(),
}  # fmt: skip


class Field(NamedTuple):
    """A field of one type of event: the column it goes to, and how it is read from an event."""

    column: str
    type: pa.DataType
    read: Callable[[Event], Any]


class Kind(NamedTuple):
    """One type of event, and the context that publishes it."""

    type: type[Event]
    source: str
    fields: tuple[Field, ...]


def kinds() -> tuple[Kind, ...]:
    """All types of events in `domain/contracts`, module by module in the order they are written there.

    Raises TypeError for a field that no column can hold.
    """
    modules = sorted(info.name for info in iter_modules(domain.contracts.__path__))
    return tuple(
        Kind(event, module, fields_of(event))
        for module in modules
        for event in vars(import_module(f"{domain.contracts.__name__}.{module}")).values()
        if inspect.isclass(event) and issubclass(event, Event) and event is not Event
    )


def fields_of(event: type[Event]) -> tuple[Field, ...]:
    """Integers and names as they are, resources as one column per dimension, several names as one.

    Requirements have no column: they are a tree, and the demand of a job says where it went.
    """
    fields: list[Field] = []
    for name, hint in get_type_hints(event).items():
        kind = getattr(hint, "__supertype__", hint)  # what an id is at run time
        if name == "at_us" or name.startswith("_") or kind is Requirements or get_origin(hint) is ClassVar:
            continue
        if kind is Resources:
            fields += [Field(part, pa.int64(), attrgetter(f"{name}.{part}")) for part in DIMENSIONS]
        elif kind is int:
            fields.append(Field(name, pa.int64(), attrgetter(name)))
        elif kind in (str, tuple[str, ...]):
            fields.append(Field(name, NAME, attrgetter(name)))
        else:
            raise TypeError(f"{event.__name__}.{name} is {hint}: the event table has no column for that")
    return tuple(fields)


def schema_of(every: tuple[Kind, ...]) -> pa.Schema:
    """The envelope, then every field in the order of first appearance.

    Raises TypeError where two fields of one name are of two types, or one has a name of the envelope.
    """
    columns = dict(ENVELOPE)
    for kind in every:
        for field in kind.fields:
            if field.column in ENVELOPE or columns.setdefault(field.column, field.type) != field.type:
                raise TypeError(f"{kind.type.__name__}.{field.column} cannot share the column of that name")
    return pa.schema(columns.items())
