"""The generated documents are what they claim to be, and events as they leave the house are valid under them."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import msgspec
import pytest
from jsonschema import Draft202012Validator

from domain.shared.envelope import envelope, payload, type_of
from domain.shared.events import Event
from domain.shared.requirements import Constraint, Requirements
from domain.shared.resources import Resources
from reports.asyncapi import asyncapi
from reports.domain_model import contexts, crossings, events
from reports.event_schema import events_schema

SCHEMA = events_schema(events())
VALID = Draft202012Validator(SCHEMA)
DOCUMENT = asyncapi(contexts(), crossings())


def example(kind: type[Event]) -> Event:
    """An event with something in every field."""
    values: dict[Any, Any] = {int: 3, str: "x", tuple[str, ...]: ("a", "b"), Resources: Resources(1, 2, 3, 4)}
    values[Requirements] = Requirements((Constraint("zone", "In", ("a",)),), priority=2)
    fields = msgspec.structs.fields(kind)
    return kind(*(values[getattr(field.type, "__supertype__", field.type)] for field in fields))


def as_json(event: Event) -> dict[str, Any]:
    sent = envelope(event, "1", "/windtunnel/x", "web", "2", "3", f"00-{'a' * 32}-{'b' * 16}-01")
    return json.loads(msgspec.json.encode(sent))


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def target(document: Any, reference: str) -> Any:
    assert reference.startswith("#/")
    for part in reference[2:].split("/"):
        document = document[part]
    return document


def test_the_schema_is_a_schema_and_all_that_it_refers_to_is_there() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for reference in references(SCHEMA):
        assert target(SCHEMA, reference)


@pytest.mark.parametrize("kind", events(), ids=lambda kind: kind.__name__)
def test_an_event_in_its_envelope_is_valid_and_a_spoilt_one_is_not(kind: type[Event]) -> None:
    sent = as_json(example(kind))
    VALID.validate(sent)
    for spoil in ({"data": {}}, {"type": "windtunnel.nobody.Nothing.v1"}, {"atus": 5}, {"unknown": "x"}):
        with pytest.raises(jsonschema.ValidationError):
            VALID.validate(sent | spoil)
    spoilt = json.loads(json.dumps(sent))
    spoilt["data"]["at_us"] = "soon"
    with pytest.raises(jsonschema.ValidationError):
        VALID.validate(spoilt)


def test_fields_have_their_meaning_and_unit_where_the_code_says_them() -> None:
    queued = SCHEMA["$defs"]["windtunnel.orchestration.JobQueued.v1"]
    assert queued["properties"]["expires_at_us"]["description"] == "when it gives up waiting; 0: never"
    assert "requirements" not in queued["required"]
    assert SCHEMA["$defs"]["Resources"]["properties"]["memory_mib"]["description"] == "MiB"


def test_a_field_that_readers_of_json_cannot_get_is_refused() -> None:
    class Odd(Event, frozen=True, tag=True, array_like=True):
        when: set[int]

    with pytest.raises(TypeError, match=r"Odd\.when"):
        events_schema([Odd])


def test_asyncapi_has_what_the_specification_requires() -> None:
    """AsyncAPI 3.0.0: `asyncapi` and `info`; operations with `action` and `channel`; addresses that are unique."""
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= DOCUMENT["info"].keys()
    addresses = [channel["address"] for channel in DOCUMENT["channels"].values()]
    assert len(set(addresses)) == len(addresses)
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in ("send", "receive")
        channel = operation["channel"]["$ref"]
        assert operation["messages"]
        for message in operation["messages"]:
            assert message["$ref"].startswith(f"{channel}/messages/"), "messages are of the operation's channel"


def test_everything_that_asyncapi_refers_to_is_there() -> None:
    for reference in references(DOCUMENT):
        assert target(DOCUMENT, reference)


def test_asyncapi_sends_every_event_once_and_says_who_hears_it() -> None:
    sent = [
        message["$ref"].rpartition("/")[2]
        for operation in DOCUMENT["operations"].values()
        if operation["action"] == "send"
        for message in operation["messages"]
    ]
    assert sorted(sent) == sorted(map(type_of, events()))
    heard = DOCUMENT["operations"]["scheduling.hears.orchestration"]["messages"]
    assert {"$ref": "#/channels/orchestration/messages/windtunnel.orchestration.JobQueued.v1"} in heard


def test_the_payload_of_a_message_accepts_the_event() -> None:
    kind = next(kind for kind in events() if kind.__name__ == "JobPlaced")
    message = DOCUMENT["components"]["messages"][type_of(kind)]
    schema = {**message["payload"], "components": DOCUMENT["components"]}
    Draft202012Validator(schema).validate(as_json(example(kind)))
    assert payload(example(kind))["resources"]["disk_mib"] == 3
