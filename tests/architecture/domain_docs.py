"""Writes docs/domain.md from the code: the context map, every lifecycle as a diagram, every event with its consumers.

Run by `make docs`; test_domain_docs.py fails when the page is not what the code says.
"""

import ast
import importlib
import inspect
import pkgutil
import sys
import typing
from pathlib import Path
from types import ModuleType

import domain.acl
import domain.contracts
import domain.execution
import domain.orchestration
import domain.scheduling
import domain.workers
from domain.shared.events import Event
from domain.shared.lifecycle import Aggregate, edges

PAGE = Path(__file__).resolve().parents[2] / "docs" / "domain.md"
CONTEXTS = (domain.orchestration, domain.scheduling, domain.workers, domain.execution)


def modules_of(package: ModuleType) -> list[ModuleType]:
    return [
        importlib.import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__)
    ]


def first_line(thing: object) -> str:
    return (inspect.getdoc(thing) or "").splitlines()[0]


def lifecycles() -> list[type[Aggregate]]:
    return [
        thing
        for package in CONTEXTS
        for module in modules_of(package)
        for thing in vars(module).values()
        if inspect.isclass(thing) and issubclass(thing, Aggregate) and thing.__module__ == module.__name__
    ]


def events_of(module: ModuleType) -> list[type[Event]]:
    return [
        thing
        for thing in vars(module).values()
        if inspect.isclass(thing) and issubclass(thing, Event) and thing.__module__ == module.__name__
    ]


def type_name(annotation: object) -> str:
    if typing.get_origin(annotation) is not None:
        return str(annotation)
    return str(getattr(annotation, "__name__", annotation))


def page() -> str:
    lines = [
        "# The domain",
        "",
        "Made from the code by `make docs`; a test fails when it is out of date.",
        "",
        "## Contexts",
        "",
    ]
    lines += [f"- **{package.__name__.split('.')[1]}**: {first_line(package)}" for package in CONTEXTS]
    lines += [
        "",
        "## Context map",
        "",
        "Contexts know each other only through these translations (`domain/acl`).",
        "",
        "```mermaid",
    ]
    lines += ["flowchart LR"]
    translations = modules_of(domain.acl)
    lines += [f"  {' --> '.join(module.__name__.split('.')[-1].split('_to_'))}" for module in translations]
    lines += ["```", "", "| translation | what it means | events |", "|---|---|---|"]
    for module in translations:
        imported = [
            alias.name
            for node in ast.walk(ast.parse(inspect.getsource(module)))
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("domain.contracts")
            for alias in node.names
        ]
        lines.append(f"| {module.__name__.split('.')[-1]} | {first_line(module)} | {', '.join(imported)} |")
    lines += ["", "## Lifecycles", ""]
    for aggregate in lifecycles():
        lines += [f"### {aggregate.__name__}", "", first_line(aggregate), "", "```mermaid", "stateDiagram-v2"]
        lines += [f"  [*] --> {aggregate.INITIAL}"]
        lines += [f"  {state} --> {target}: {move}" for state, move, target in edges(aggregate.MOVES)]
        lines += [f"  {state} --> [*]" for state, moves in aggregate.MOVES.items() if not moves]
        lines += ["```", ""]
    lines += ["## Events", "", "Every event also has `at_us`, microseconds since the start of the run."]
    for module in modules_of(domain.contracts):
        lines += ["", f"### {module.__name__.split('.')[-1]}", "", first_line(module), ""]
        lines += ["| event | meaning | fields |", "|---|---|---|"]
        for event in events_of(module):
            fields = [f"`{name}` {type_name(kind)}" for name, kind in event.__annotations__.items()]
            meaning = " ".join((inspect.getdoc(event) or "").split())
            lines.append(f"| {event.__name__} | {meaning} | {', '.join(fields)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.exit(0)
