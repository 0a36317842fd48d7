"""The steps of a job: which of them run when all goes well, and which caches and artifacts they move.

Sources: README of actions/cache, actions/upload-artifact and actions/download-artifact, github.com, read 2026-11.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, Path, as_list, as_mapping, listed, scalar_text
from domain.acl.ci_to_orchestration.imported import ImportedCache, ImportedStep
from domain.acl.ci_to_orchestration.specs import literal
from domain.acl.github_actions_to_orchestration.conditions import tree_of
from domain.acl.github_actions_to_orchestration.contexts import Open
from domain.acl.github_actions_to_orchestration.evaluation import Scope, calls, evaluate
from domain.acl.github_actions_to_orchestration.expressions import SyntaxFlaw
from domain.acl.github_actions_to_orchestration.fields import Reader, timeout_us
from domain.acl.github_actions_to_orchestration.texts import MASKED, masked, pieces
from domain.acl.github_actions_to_orchestration.values import Unknown, to_text, truth

ALL_WELL = {"success": True, "failure": False, "cancelled": False, "always": True}
LOCK = "{lock}"
"""Stands in a cache's key for what changes with the files that it is about."""

_SYSTEMS = (("ubuntu", "Linux"), ("linux", "Linux"), ("windows", "Windows"), ("macos", "macOS"))


class Steps(msgspec.Struct, frozen=True):
    """What is known of the steps of one job; `left` are the names of those that do not run."""

    found: tuple[ImportedStep, ...] = ()
    left: tuple[str, ...] = ()
    caches: tuple[ImportedCache, ...] = ()
    uploads: tuple[str, ...] = ()
    downloads: tuple[str, ...] = ()  # names or patterns


def runner(labels: Sequence[str], where: str) -> Open:
    """The `runner` context: the system is known where a label tells it."""
    systems = [system for label in labels for start, system in _SYSTEMS if label.lower().startswith(start)]
    return Open({"os": systems[0]} if systems else {}, "runner", "{} is known on the runner only", where)


def read(reader: Reader, data: Data, path: Path) -> Steps:
    """Names are for people: what is not known in them shows as …."""
    scope = reader.scope.with_status(ALL_WELL).with_pins(reader.assumptions.pins)
    found: list[ImportedStep] = []
    left: list[str] = []
    unclear: list[str] = []
    caches: list[ImportedCache] = []
    uploads: dict[str, None] = {}
    downloads: dict[str, None] = {}
    inside: dict[str, None] = {}
    for step, here in _flat(as_list(data), path):
        uses = scalar_text(step.get("uses"))
        name = _name(step, uses, scope)
        limit = step.get("timeout-minutes")
        limit_us = 0 if limit is None else timeout_us(reader, limit, (*here, "timeout-minutes"))
        own = scope.with_contexts(env={**as_mapping(scope.contexts.get("env")), **_texts(step.get("env"), scope)})
        runs = _runs(step.get("if"), own)
        if runs is False:
            left.append(name)
            continue
        if runs is None:
            unclear.append(name)
        found.append(ImportedStep(name, uses, limit_us))
        action, asked = uses.partition("@")[0].lower(), as_mapping(step.get("with"))
        if action in ("actions/cache", "actions/cache/restore", "actions/cache/save"):
            caches += _cache(asked, own)
        elif action == "actions/upload-artifact":
            uploads[masked(asked.get("name"), own) or "artifact"] = None
        elif action == "actions/download-artifact":
            if "run-id" in asked:
                inside["artifacts of other runs"] = None
            else:
                downloads[masked(asked.get("name") or asked.get("pattern"), own) or "*"] = None
        elif action.startswith("actions/setup-") and masked(asked.get("cache"), own) not in ("", "false"):
            inside[f"the cache inside of {action}"] = None
        elif "cache" in action:
            inside[f"the cache of {action}"] = None
    if unclear:
        text = f"{len(unclear)} steps" if len(unclear) > 1 else "a step"
        reader.notes.not_modelled(
            reader.file, path, f"{text} with a condition that only a run knows, taken to run: {listed(unclear, most=4)}"
        )
    for text in inside:
        reader.notes.not_modelled(reader.file, path, text)
    distinct = tuple({cache.key: cache for cache in caches}.values())
    return Steps(tuple(found), tuple(left), distinct, tuple(uploads), tuple(downloads))


def _flat(steps: Sequence[Data], path: Path) -> Iterator[tuple[Mapping[str, Data], Path]]:
    """Those that stand side by side one by one, too."""
    for index, step in enumerate(steps):
        if "parallel" in step:
            yield from _flat(as_list(step["parallel"]), (*path, index, "parallel"))
        else:
            yield step, (*path, index)


def _name(step: Mapping[str, Data], uses: str, scope: Scope) -> str:
    first_line = next(iter(scalar_text(step.get("run")).strip().splitlines()), "")
    return masked(step.get("name") or step.get("id") or uses or first_line, scope)[:200] or "step"


def _texts(data: Data, scope: Scope) -> dict[str, Data]:
    """The step's own variables, as texts."""
    found: dict[str, Data] = {}
    for name, value in as_mapping(data).items():
        text = masked(value, scope)
        found[name] = Unknown((f"env.{name} is known in a run only",)) if MASKED in text else text
    return found


def _runs(condition: Data, scope: Scope) -> bool | None:
    """Whether the step runs when all goes well; None where only a run knows."""
    if condition is None:
        return True
    try:
        return truth(evaluate(tree_of(condition), scope))
    except SyntaxFlaw:  # it was reported with its place
        return None


def _cache(asked: Mapping[str, Data], scope: Scope) -> list[ImportedCache]:
    key = _key(asked.get("key"), scope)
    before = [_key(line, scope) for line in scalar_text(asked.get("restore-keys")).splitlines() if line.strip()]
    return [ImportedCache(key, tuple(dict.fromkeys(one for one in before if one)))] if key else []


def _key(text: Data, scope: Scope) -> str:
    """A key with {lock} where files decide, and … where the run does."""
    try:
        parts = pieces(scalar_text(text).strip())
    except SyntaxFlaw:
        return ""
    found = ""
    for part in parts:
        if isinstance(part, str):
            found += literal(part)
        elif calls(part, "hashfiles"):
            found += LOCK
        else:
            value = evaluate(part, scope)
            found += _lasting(value) if isinstance(value, Unknown) else literal(to_text(value))
    return found


def _lasting(value: Unknown) -> str:
    """The name of what every run of a job on its runner has in common, whatever it is."""
    name = value.symbol.rpartition(": ")[2]
    return f"({name})" if name.startswith(("runner.", "vars.")) else MASKED
