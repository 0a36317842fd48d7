"""The AsyncAPI (3.0) document of the published language: a channel per context, who sends and who receives on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.shared.envelope import type_of
from domain.shared.events import Event
from reports.domain_model import Context
from reports.event_schema import definitions, envelope_schema

MEDIA = "application/cloudevents+json"
DOCUMENT_VERSION = "1"
"""Of the whole document, which AsyncAPI wants; what readers look at is the version of each event."""


def asyncapi(contexts: Sequence[Context], crossings: Mapping[tuple[str, str], Sequence[str]]) -> dict[str, Any]:
    """Contexts that publish nothing have no channel; `crossings` says which context hears which events of another."""
    speaking = [context for context in contexts if context.publishes]
    events = [event for context in speaking for event in context.publishes]
    types = {event.__name__: type_of(event) for event in events}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Windtunnel domain events",
            "version": DOCUMENT_VERSION,
            "description": "What each bounded context publishes, in CloudEvents 1.0 envelopes, and who listens.",
        },
        "defaultContentType": MEDIA,
        "channels": {context.name: _channel(context) for context in speaking},
        "operations": {
            **{
                f"{context.name}.publishes": _operation("send", context.name, [type_of(e) for e in context.publishes])
                for context in speaking
            },
            **{
                f"{downstream}.hears.{upstream}": _operation("receive", upstream, [types[name] for name in names])
                for (upstream, downstream), names in crossings.items()
            },
        },
        "components": {
            "messages": {type_of(event): _message(event) for event in events},
            "schemas": {"CloudEvent": envelope_schema(), **_schemas(events)},
        },
    }


def _channel(context: Context) -> dict[str, Any]:
    return {
        "address": f"windtunnel.{context.name}",
        "description": context.about,
        "messages": {
            type_of(event): {"$ref": f"#/components/messages/{type_of(event)}"} for event in context.publishes
        },
    }


def _operation(action: str, channel: str, messages: Sequence[str]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages],
    }


def _message(event: type[Event]) -> dict[str, Any]:
    name = type_of(event)
    data = {"properties": {"type": {"const": name}, "data": {"$ref": f"#/components/schemas/{name}"}}}
    return {
        "name": name,
        "title": event.__name__,
        "summary": (event.__doc__ or "").strip().partition("\n")[0],
        "contentType": MEDIA,
        "payload": {"allOf": [{"$ref": "#/components/schemas/CloudEvent"}, data]},
    }


def _schemas(events: Sequence[type[Event]]) -> dict[str, Any]:
    """The definitions of the JSON Schema, where AsyncAPI keeps them."""
    return {name: _moved(schema) for name, schema in definitions(events).items()}


def _moved(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _moved(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_moved(value) for value in node]
    return node.replace("#/$defs/", "#/components/schemas/") if isinstance(node, str) else node
