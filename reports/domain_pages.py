"""The pages about the domain, made from its code: docs/domain.md, docs/events.md, and a page per context.

What only people can say (purpose, invariants, an example) stands in the page between two markers, and is kept.
"""

import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any

from domain.acl.context_map import MEANINGS, relationship
from domain.shared.envelope import type_of
from domain.shared.events import Event
from reports.domain_diagrams import lifecycle_diagram, map_diagram
from reports.domain_documents import arrows, asyncapi_document, schema_document
from reports.domain_model import Context, consumers, contexts, crossings, first_line, translations
from reports.event_schema import definitions

BEGIN, END = "<!-- written by hand, kept -->", "<!-- made from the code from here on -->"
MADE = "Made from the code by `make docs`; a test fails when it is out of date."


def pages(present: Mapping[str, str]) -> dict[str, str]:
    """Path under docs/ → what is to stand there; `present` has what stands there now, for what is kept of it."""
    made = {"domain.md": domain_page(), "events.md": events_page()}
    for context in contexts():
        path = f"contexts/{context.name}.md"
        made[path] = context_page(context, kept(present.get(path, ""), context))
    return {**made, **contracts()}


def contracts() -> dict[str, str]:
    """The two documents of the published language, under docs/contracts."""
    every = list(contexts())
    documents: dict[str, Callable[[Any], dict[str, Any]]] = {
        "contracts/events.schema.json": schema_document,
        "contracts/asyncapi.json": asyncapi_document,
    }
    return {path: json.dumps(make(every), indent=2, ensure_ascii=False) + "\n" for path, make in documents.items()}


def kept(page: str, context: Context) -> str:
    """What people wrote in a page; a first sentence where there is nothing yet."""
    _, begun, rest = page.partition(BEGIN)
    text, ended, _ = rest.partition(END)
    return text.strip() if begun and ended else f"## Purpose\n\n{context.about}"


def context_page(context: Context, by_hand: str) -> str:
    heard = consumers()
    lines = [f"# {context.name.capitalize()}", "", context.about, "", BEGIN, "", by_hand, "", END, ""]
    if context.aggregates:
        lines += ["## Lifecycles", "", "Tables in the code; a move that is not drawn raises IllegalMove.", ""]
    for aggregate in context.aggregates:
        lines += [
            f"### {aggregate.__name__}",
            "",
            *_about(aggregate),
            "```mermaid",
            lifecycle_diagram(aggregate),
            "```",
        ]
        lines.append("")
    if context.publishes:
        lines += ["## Events out", "", "| event | heard by |", "|---|---|"]
        lines += [f"| {_link(event)} | {', '.join(heard[event.__name__])} |" for event in context.publishes]
        lines.append("")
    into = {upstream: names for (upstream, to), names in crossings().items() if to == context.name}
    if into:
        names = [one.name for one in contexts()]
        lines += ["## Events in", "", "| from | relationship | events |", "|---|---|---|"]
        for upstream, events in into.items():
            entry = relationship(upstream, context.name, names)
            lines.append(f"| [{upstream}]({upstream}.md) | {entry.kind if entry else ''} | {', '.join(events)} |")
        lines.append("")
    return "\n".join(lines)


def domain_page() -> str:
    every = contexts()
    names = [context.name for context in every]
    lines = [
        "# The domain",
        "",
        MADE,
        "",
        "## Contexts",
        "",
        "| context | what it is about | aggregates |",
        "|---|---|---|",
    ]
    for context in every:
        aggregates = ", ".join(aggregate.__name__ for aggregate in context.aggregates)
        lines.append(f"| [{context.name}](contexts/{context.name}.md) | {context.about} | {aggregates} |")
    lines += ["", "## Context map", "", "Contexts know each other by events only: [the catalogue](events.md).", ""]
    lines += [
        "```mermaid",
        map_diagram(),
        "```",
        "",
        "| upstream | downstream | relationship | why |",
        "|---|---|---|---|",
    ]
    used: dict[str, None] = {}
    for upstream, downstream, _ in arrows():
        entry = relationship(upstream, downstream, names)
        if entry:
            used[entry.kind] = None
            lines.append(f"| {upstream} | {downstream} | {entry.kind} | {entry.why} |")
    lines += ["", *(f"- **{kind}**: {MEANINGS[kind]}" for kind in MEANINGS if kind in used)]
    lines += ["", "## Translations", "", "Modules of `domain/acl`.", "", "| translation | what it means | events |"]
    lines.append("|---|---|---|")
    lines += [f"| {each.name} | {each.about} | {', '.join(each.events)} |" for each in translations()]
    return "\n".join(lines) + "\n"


def events_page() -> str:
    """Every event with its type, meaning, fields and hearers."""
    heard = consumers()
    lines = [
        "# The event catalogue",
        "",
        MADE,
        "",
        "Every event also has `at_us`, µs since the start of the run. `windtunnel events DIR` prints those of",
        "a run; [contracts/](contracts/README.md) has their JSON Schema and AsyncAPI documents.",
    ]
    for context in contexts():
        if not context.publishes:
            continue
        lines += ["", f"## {context.name}", "", "| event | meaning | fields | heard by |", "|---|---|---|---|"]
        schemas = definitions(context.publishes)
        for event in context.publishes:
            schema = schemas[type_of(event)]
            fields = [f"`{name}` {_kind(each)}" for name, each in schema["properties"].items() if name != "at_us"]
            meaning = _cell((inspect.getdoc(event) or "").partition("Consumers:")[0])
            lines.append(
                f'| <a id="{event.__name__.lower()}"></a>{event.__name__}{_version(event)} | {meaning} | '
                f"{', '.join(fields)} | {', '.join(heard[event.__name__])} |"
            )
    return "\n".join(lines) + "\n"


def _about(thing: object) -> list[str]:
    line = first_line(thing)
    return [line, ""] if line else []


def _link(event: type[Event]) -> str:
    return f"[{event.__name__}](../events.md#{event.__name__.lower()})"


def _version(event: type[Event]) -> str:
    return f" v{event.VERSION}" if event.VERSION > 1 else ""


def _kind(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    return f"list of {_kind(schema['items'])}" if schema["type"] == "array" else str(schema["type"])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
