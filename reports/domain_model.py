"""What the domain consists of, read from its code: contexts, lifecycles, events, translations, who hears what."""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, NamedTuple

import domain
import domain.acl
import domain.contracts
import sim.contexts
from domain.shared.envelope import context_of
from domain.shared.events import Event
from domain.shared.lifecycle import Aggregate

NOT_CONTEXTS = ("acl", "contracts", "shared")
COMPILED = "fastpath"
FLOW = ("orchestration", "scheduling", "workers", "execution")
"""The contexts that a job goes through, in its order; others follow by name."""


class Translation(NamedTuple):
    """One module of `domain/acl`: what `upstream` publishes means to `downstream`."""

    name: str
    upstream: str
    downstream: str
    about: str
    events: tuple[str, ...]


class Context(NamedTuple):
    """One bounded context."""

    name: str
    about: str
    aggregates: tuple[type[Aggregate], ...]
    publishes: tuple[type[Event], ...]


def contexts() -> tuple[Context, ...]:
    """Every context whose package is there."""
    names = [found.name for found in iter_modules(domain.__path__) if found.ispkg and found.name not in NOT_CONTEXTS]
    names.sort(key=lambda name: (FLOW.index(name) if name in FLOW else len(FLOW), name))
    return tuple(
        Context(name, first_line(package), tuple(classes_in(package, Aggregate)), tuple(events_of(name)))
        for name, package in ((name, import_module(f"domain.{name}")) for name in names)
    )


def lifecycles() -> list[type[Aggregate]]:
    """The aggregates of all contexts."""
    return [aggregate for context in contexts() for aggregate in context.aggregates]


def events_of(context: str) -> list[type[Event]]:
    """What a context publishes, in the order it is written; nothing where it has no module of contracts."""
    if context not in [found.name for found in iter_modules(domain.contracts.__path__)]:
        return []
    return list(classes_of(import_module(f"domain.contracts.{context}"), Event))


def events() -> list[type[Event]]:
    """The whole published language, module by module."""
    return [event for found in iter_modules(domain.contracts.__path__) for event in events_of(found.name)]


def translations() -> list[Translation]:
    """Every module or package of `domain/acl` named `<upstream>_to_<downstream>`."""
    found = []
    for info in iter_modules(domain.acl.__path__):
        upstream, between, downstream = info.name.partition("_to_")
        if between:
            sources = _sources(domain.acl, info.name)
            about = (ast.get_docstring(sources[0]) or "").partition("\n")[0]
            named = [name for source in sources for name in imported_events(source)]
            found.append(Translation(info.name, upstream, downstream, about, tuple(dict.fromkeys(named))))
    return found


def crossings() -> dict[tuple[str, str], tuple[str, ...]]:
    """(publishing context, context that hears) → names of events: by a translation, or where a context joins a run."""
    heard: dict[tuple[str, str], dict[str, None]] = {}
    for downstream, source in hearers():
        for name in imported_events(source):
            upstream = publisher()[name]
            if upstream != downstream:
                heard.setdefault((upstream, downstream), {})[name] = None
    return {pair: tuple(names) for pair, names in sorted(heard.items())}


def hearers() -> Iterator[tuple[str, ast.Module]]:
    """Code that listens to events for a context: (context, source)."""
    names = {context.name for context in contexts()}
    for translation in translations():
        if translation.downstream in names:
            yield from ((translation.downstream, source) for source in _sources(domain.acl, translation.name))
    for name in names:  # a conformist needs no translation
        yield from ((name, source) for source in _sources(domain, name))
    for info in iter_modules(sim.contexts.__path__):
        if info.name in names:
            yield from ((info.name, source) for source in _sources(sim.contexts, info.name))


@cache
def publisher() -> dict[str, str]:
    """Event name → the context that publishes it."""
    return {event.__name__: context_of(event) for event in events()}


def consumers() -> dict[str, tuple[str, ...]]:
    """Event name → the contexts that hear it, from the code that listens."""
    heard: dict[str, list[str]] = {event.__name__: [] for event in events()}
    for (_, downstream), names in crossings().items():
        for name in names:
            heard[name].append(downstream)
    return {name: tuple(sorted(who)) for name, who in heard.items()}


def imported_events(source: ast.Module) -> tuple[str, ...]:
    """The events of `domain/contracts` that a module names in its imports."""
    return tuple(
        alias.name
        for node in ast.walk(source)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("domain.contracts.")
        for alias in node.names
        if alias.name in publisher()
    )


def _sources(package: ModuleType, name: str) -> tuple[ast.Module, ...]:
    """A module of a package, or all modules of a package in it; read, not run: what it needs may be heavy."""
    path = Path(package.__path__[0]) / name
    files = sorted(path.glob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    return tuple(ast.parse(file.read_text(encoding="utf-8")) for file in files)


def classes_in(package: ModuleType, base: type[Any]) -> Iterator[type[Any]]:
    """Classes of the package and of those within it, but for compiled loops, which have none and are slow to import."""
    for found in iter_modules(package.__path__):
        if found.name != COMPILED:
            module = import_module(f"{package.__name__}.{found.name}")
            yield from classes_in(module, base) if found.ispkg else classes_of(module, base)


def classes_of(module: ModuleType, base: type[Any]) -> Iterator[type[Any]]:
    """Classes that a module declares itself, in the order it declares them."""
    for thing in vars(module).values():
        if inspect.isclass(thing) and issubclass(thing, base) and thing.__module__ == module.__name__:
            yield thing


def first_line(thing: object) -> str:
    return (inspect.getdoc(thing) or "").partition("\n")[0]
