"""The `on:` of a workflow: what it may be, and whether an event starts the workflow.

Source of the filter patterns: "Workflow syntax for GitHub Actions", filter patterns, docs.github.com, 2026-11.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, Flaw, Path, as_list, as_mapping, kind
from domain.acl.ci_to_orchestration.shapes import (
    ANYTHING,
    BOOLEAN,
    NOTHING,
    NUMBER,
    SCALAR,
    TEXT,
    Shape,
    either,
    keyed,
    listing,
    not_both,
    plain,
    record,
    word,
)
from domain.acl.github_actions_to_orchestration.events import DEFAULT_TYPES, ON_TAG, TYPES

_INPUT_NAME = r"[_a-zA-Z][a-zA-Z0-9_-]*"
_GLOBS = either(listing(SCALAR, least=1), TEXT)
_FILTERED = {"push", "pull_request", "pull_request_target"}
_FILTERS = ("branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore")
_EXCLUSIVE = tuple(not_both(name, f"{name}-ignore") for name in ("branches", "tags", "paths"))
_DEFAULT_OF = {
    "string": plain("text", "number", allowed="a text"),
    "environment": TEXT,
    "choice": SCALAR,
    "boolean": BOOLEAN,
    "number": NUMBER,
}


def _typed_default(value: Data, path: Path) -> Iterator[Flaw]:
    of_type = value.get("type")
    if of_type == "choice" and "options" not in value:
        yield Flaw(path, "a choice without options", "a choice with options")
    shape = _DEFAULT_OF.get(of_type) if isinstance(of_type, str) else None
    if shape is not None and "default" in value and value["default"] is not None:
        for flaw in shape.flaws(value["default"], (*path, "default")):
            yield Flaw(flaw.path, flaw.found, f"{shape.allowed}, because type is {of_type}")


_DISPATCH_INPUT = either(
    NOTHING,
    record(
        {
            "description": SCALAR,
            "deprecationMessage": SCALAR,
            "required": BOOLEAN,
            "default": plain("text", "number", "boolean", "null"),
            "type": word("string", "choice", "boolean", "number", "environment"),
            "options": listing(SCALAR, least=1),
        },
        rules=(_typed_default,),
        what="an input",
    ),
)
_CALL_INPUT = record(
    {
        "description": SCALAR,
        "deprecationMessage": SCALAR,
        "required": BOOLEAN,
        "type": word("boolean", "number", "string"),
        "default": plain("text", "number", "boolean", "null"),
    },
    required=("type",),
    what="an input",
)
_CALL_SECRET = either(NOTHING, record({"description": SCALAR, "required": BOOLEAN}, what="a secret"))
_CALL_OUTPUT = record({"description": SCALAR, "value": SCALAR}, ("value",), what="an output")


def _inputs(shape: Shape, what: str) -> Shape:
    return either(NOTHING, keyed(_INPUT_NAME, "a name that begins with a letter or _", shape, what=what))


def _event(name: str) -> Shape:
    types = TYPES[name]
    kinds = either(word(*types), listing(word(*types), least=1)) if types else _GLOBS
    if name == "workflow_dispatch":
        return either(NOTHING, record({"inputs": _inputs(_DISPATCH_INPUT, "inputs")}, what="a mapping with inputs"))
    if name == "workflow_call":
        fields = {
            "inputs": _inputs(_CALL_INPUT, "inputs"),
            "outputs": _inputs(_CALL_OUTPUT, "outputs"),
            "secrets": _inputs(_CALL_SECRET, "secrets"),
        }
        return either(NOTHING, record(fields, what="a mapping with inputs, outputs and secrets"))
    if name in _FILTERED:
        fields = dict.fromkeys(_FILTERS, _GLOBS)
        if name != "push":
            fields["types"] = kinds
        return either(NOTHING, record(fields, rules=_EXCLUSIVE, what="a mapping of filters"))
    if name == "schedule":
        return listing(record({"cron": TEXT, "timezone": TEXT}, ("cron",), what="a mapping with cron"), least=1)
    return either(NOTHING, record({"types": kinds}, extra=ANYTHING, what="a mapping with types"))


_NAMES = word(*(name for name in TYPES if name != "schedule"))
_NAMED = Shape(_NAMES.kinds, "an event such as push or pull_request (schedule only with its cron)", _NAMES.flaws)
ON = either(
    _NAMED, listing(_NAMED, least=1), record({name: _event(name) for name in TYPES}, what="a mapping of events")
)


class Start(msgspec.Struct, frozen=True):
    """What starts a workflow: an event with its branch (or tag) and, where known, the files that it changed.

    For pull requests `ref` is the branch that they are to be merged into.
    """

    event: str = "push"
    ref: str = "main"
    activity: str = ""
    is_tag: bool = False
    changed: tuple[str, ...] | None = None


def events(on: Data) -> dict[str, Data]:
    """Event → its filters, whichever way `on:` is written."""
    if kind(on) == "mapping":
        return dict(on)
    return {str(name): None for name in as_list(on)}


def starts(on: Data, start: Start) -> tuple[bool | None, str]:
    """Whether the event starts the workflow, and why not, or why nobody can tell (None)."""
    known = events(on)
    if start.event not in known:
        return False, f"it starts on {', '.join(known) or 'nothing'}, not on {start.event}"
    filters = as_mapping(known[start.event])
    if start.activity:
        types = as_list(filters.get("types")) or list(DEFAULT_TYPES.get(start.event, TYPES.get(start.event, ())))
        if types and start.activity not in types:
            return False, f"{start.event} starts it for {', '.join(map(str, types))}, not for {start.activity}"
    if start.event in _FILTERED and not _ref_passes(filters, start):
        return (
            False,
            f"the filters of {start.event} leave out {'the tag' if start.is_tag else 'the branch'} {start.ref}",
        )
    if start.event in _FILTERED and not start.is_tag and ({"paths", "paths-ignore"} & set(filters)):
        if start.changed is None:
            return None, "which files changed is not known: taken to pass the path filters"
        if not _paths_pass(filters, start.changed):
            return False, f"the path filters of {start.event} leave out every changed file"
    return True, ""


def _ref_passes(filters: Mapping[str, Data], start: Start) -> bool:
    mine, other = ("tags", "branches") if start.is_tag else ("branches", "tags")
    if mine in filters:
        return selects(as_list(filters[mine]), start.ref)
    if f"{mine}-ignore" in filters:
        return not any(glob(str(pattern), start.ref) for pattern in as_list(filters[f"{mine}-ignore"]))
    return start.event != "push" or not ({other, f"{other}-ignore"} & set(filters))


def _paths_pass(filters: Mapping[str, Data], changed: Sequence[str]) -> bool:
    if "paths" in filters:
        return any(selects(as_list(filters["paths"]), file) for file in changed)
    patterns = as_list(filters["paths-ignore"])
    return any(not any(glob(str(pattern), file) for pattern in patterns) for file in changed)


def selects(patterns: Sequence[Data], name: str) -> bool:
    """The last pattern that matches decides; one with `!` in front takes back."""
    chosen = False
    for pattern in map(str, patterns):
        matched = glob(pattern.removeprefix("!"), name)
        chosen = (chosen or matched) if not pattern.startswith("!") else (chosen and not matched)
    return chosen


_PIECES = re.compile(r"\*\*/|\*\*|\*|\\.|\[[^\]]*\]|.", re.DOTALL)
_MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "?", "+": "+"}


def glob(pattern: str, name: str) -> bool:
    """Whether a filter pattern matches: `?` and `+` are about the character before, `*` stops at `/`, `**` does not."""
    if len(pattern) > 1000:
        return False
    translated = "".join(_piece(piece) for piece in _PIECES.findall(pattern))
    try:
        return re.fullmatch(translated, name) is not None
    except re.error:  # such as a `?` with nothing before it
        return pattern == name


def _piece(piece: str) -> str:
    if piece in _MEANING:
        return _MEANING[piece]
    if len(piece) > 1 and piece.startswith("["):
        return piece.replace("\\", "\\\\")
    return re.escape(piece[1:] if len(piece) > 1 and piece.startswith("\\") else piece)


EXAMPLE_TAG = "v1.0.0"


def default_start(on: Data, event: str = "", branch: str = "") -> Start:
    """What a user most likely asks about: the event, else a push where one starts it, on a branch that passes."""
    known = events(on)
    likely = (name for name in ("push", "pull_request") if name in known)
    start = Start(event or next(likely, next(iter(known), "push")), branch or "main")
    if start.event in ON_TAG:
        return msgspec.structs.replace(start, ref=EXAMPLE_TAG, is_tag=True)
    filters = as_mapping(known.get(start.event))
    for is_tag, field in ((False, "branches"), (True, "tags")):
        for pattern in as_list(filters.get(field)):
            tried = msgspec.structs.replace(start, ref=_example(str(pattern)), is_tag=is_tag)
            if not _ref_passes(filters, start) and _ref_passes(filters, tried):
                return tried
    return start


def _example(pattern: str) -> str:
    """A name that a pattern matches, most often."""
    return re.sub(r"\*+|\[[^\]]*\]\+?", "1", pattern).replace("+", "").replace("?", "")
