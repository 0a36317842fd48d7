"""The envelope in which an event leaves the house: CloudEvents 1.0, made from the event and what is known around it.

The attributes and their rules are those of the CloudEvents specification 1.0.2 (cloudevents.io, read 2026-11).
"""

from typing import Any

import msgspec

from domain.shared.events import Event
from domain.shared.units import DAY_US, SECOND_US

SPECVERSION = "1.0"
JSON = "application/json"
SCHEMAS = "urn:windtunnel:contracts:events"
"""What `dataschema` points into: the `$id` of docs/contracts/events.schema.json."""

EPOCH_S = 1_704_067_200
"""When a run begins, in seconds since 1970: Monday 2024-01-01T00:00:00Z. Runs have no date; this is a convention."""


class CloudEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event with its context attributes; None is left out.

    `atus` is the event's exact time in µs since the start of the run: a string, because the integers of CloudEvents
    end at 2^31. `correlation` names the pipeline, `causation` the id of the event that this one followed from.
    """

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    dataschema: str
    tenant: str | None = None
    correlation: str | None = None
    causation: str | None = None
    traceparent: str | None = None
    atus: str
    data: dict[str, Any]

    def __post_init__(self) -> None:
        if not (self.id and self.source and self.type and self.subject):
            raise ValueError("id, source, type and subject of a CloudEvent are never empty")


def envelope(
    event: Event,
    id: str,
    source: str,
    tenant: str | None = None,
    correlation: str | None = None,
    causation: str | None = None,
    traceparent: str | None = None,
) -> CloudEvent:
    """The event as a CloudEvent. `source` and `id` together name it: no other event may have both."""
    kind = type(event)
    return CloudEvent(
        specversion=SPECVERSION,
        id=id,
        source=source,
        type=type_of(kind),
        subject=subject_of(event),
        time=rfc3339(event.at_us),
        datacontenttype=JSON,
        dataschema=schema_of(kind),
        tenant=tenant,
        correlation=correlation,
        causation=causation,
        traceparent=traceparent,
        atus=str(event.at_us),
        data=payload(event),
    )


def context_of(kind: type[Event]) -> str:
    """The context that publishes it: the module of `domain/contracts` that it is declared in."""
    return kind.__module__.rpartition(".")[2]


def type_of(kind: type[Event]) -> str:
    return f"windtunnel.{context_of(kind)}.{kind.__name__}.v{kind.VERSION}"


def schema_of(kind: type[Event]) -> str:
    """The URI of the schema of its fields."""
    return f"{SCHEMAS}#/$defs/{type_of(kind)}"


def subject_of(event: Event) -> str:
    """What the event is about: its first field, which names it."""
    field = type(event).__struct_fields__[1] if len(type(event).__struct_fields__) > 1 else "at_us"
    return f"{field}/{getattr(event, field)}"


def payload(struct: msgspec.Struct) -> dict[str, Any]:
    """Every field by name, of an event and of the values in it, as readers of JSON get them."""
    return {field: _plain(getattr(struct, field)) for field in struct.__struct_fields__}


def rfc3339(at_us: int) -> str:
    """µs since the start of the run as a UTC time with six decimals."""
    days, rest = divmod(at_us + EPOCH_S * SECOND_US, DAY_US)
    year, month, day = civil(days)
    seconds, micros = divmod(rest, SECOND_US)
    hour, minute, second = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z"


def civil(days: int) -> tuple[int, int, int]:
    """Year, month and day of so many days since 1970-01-01 (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").

    Counts years from March, so that the leap day is the last of its year, in eras of 400 years.
    """
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month + 2) // 5 + 1
    january = month >= 10
    return era * 400 + year_of_era + january, month - 9 if january else month + 3, day


def _plain(value: object) -> object:
    if isinstance(value, msgspec.Struct):
        return payload(value)
    return [_plain(each) for each in value] if isinstance(value, tuple) else value
