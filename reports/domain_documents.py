"""The machine-readable documents about the domain: everything as JSON, its JSON Schema, its AsyncAPI document."""

from collections.abc import Sequence
from typing import Any

from domain.acl.context_map import relationship
from domain.shared.envelope import type_of
from reports.asyncapi import asyncapi
from reports.domain_model import Context, consumers, contexts, crossings, first_line, translations
from reports.event_schema import events_schema


def schema_document(shown: Sequence[Context]) -> dict[str, Any]:
    return events_schema(event for context in shown for event in context.publishes)


def asyncapi_document(shown: Sequence[Context]) -> dict[str, Any]:
    names = {context.name for context in shown}
    heard = {pair: events for pair, events in crossings().items() if pair[0] in names}
    return asyncapi(shown, heard)


def domain_document(shown: Sequence[Context]) -> dict[str, Any]:
    """Contexts with lifecycles, events and consumers, and the context map between those that are shown."""
    heard, every = consumers(), [context.name for context in contexts()]
    names = {context.name for context in shown}
    return {
        "contexts": [
            {
                "name": context.name,
                "about": context.about,
                "aggregates": [
                    {
                        "name": aggregate.__name__,
                        "about": first_line(aggregate),
                        "initial": aggregate.INITIAL,
                        "moves": {state: dict(moves) for state, moves in aggregate.MOVES.items()},
                    }
                    for aggregate in context.aggregates
                ],
                "publishes": [
                    {
                        "name": event.__name__,
                        "type": type_of(event),
                        "about": first_line(event),
                        "heard_by": list(heard[event.__name__]),
                    }
                    for event in context.publishes
                ],
            }
            for context in shown
        ],
        "map": [
            {"upstream": upstream, "downstream": downstream, "relationship": entry and entry.kind, "events": events}
            for upstream, downstream, events in arrows()
            if names & {upstream, downstream}
            for entry in (relationship(upstream, downstream, every),)
        ],
    }


def arrows() -> list[tuple[str, str, list[str]]]:
    """Who hears whom, those outside too, by which events."""
    every = [context.name for context in contexts()]
    return [
        *((upstream, downstream, list(names)) for (upstream, downstream), names in crossings().items()),
        *((each.upstream, each.downstream, []) for each in translations() if each.upstream not in every),
    ]
