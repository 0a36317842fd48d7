"""OTLP in JSON: what resources, attributes and times look like, and files of one request a line.

Source: OpenTelemetry, "OTLP Specification 1.9", JSON Protobuf encoding (ids in hexadecimal, 64-bit integers as text,
enumerations as numbers), and "OTLP File Exporter" (JSON Lines, one signal a file); opentelemetry.io, read in 2026.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from domain.telemetry.conventions import SCHEMA_URL
from reports.json_view import windtunnel_version
from reports.manifest import RunFacts

EPOCH_NS = 1_704_067_200_000_000_000
"""When a run starts, as a date: 1 January 2024, 00:00 UTC, a Monday as in the scenarios."""
NS_PER_US = 1_000

Write = Callable[[bytes], object]
Json = dict[str, Any]

_encode = msgspec.json.Encoder().encode


def when(at_us: int) -> str:
    return str(EPOCH_NS + at_us * NS_PER_US)


def attributes(pairs: Iterable[tuple[str, str | int]]) -> list[Json]:
    return [
        {"key": key, "value": {"stringValue": value} if isinstance(value, str) else {"intValue": str(value)}}
        for key, value in pairs
    ]


def resource(facts: RunFacts) -> Json:
    """The simulated platform as the source of what is exported."""
    return {
        "attributes": attributes(
            (
                ("service.name", "windtunnel"),
                ("service.version", windtunnel_version()),
                ("windtunnel.scenario", facts.scenario),
                ("windtunnel.policy", facts.policy),
                ("windtunnel.seed", facts.seed),
            )
        )
    }


def scope() -> Json:
    return {"name": "windtunnel", "version": windtunnel_version()}


def write_line(write: Write, signal: str, about: Json, items: str, what: Sequence[Json]) -> None:
    """One request of a signal (`Spans`, `Metrics`) as a line."""
    scoped = {"scope": scope(), items: what, "schemaUrl": SCHEMA_URL}
    request = {f"resource{signal}": [{"resource": about, f"scope{signal}": [scoped], "schemaUrl": SCHEMA_URL}]}
    write(_encode(request))
    write(b"\n")
