"""Every expression of a workflow with its place, and the contexts and functions that GitHub lets it use there.

Source: "Context availability" in "Contexts reference", docs.github.com, read 2026-11.
"""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, Flaw, Path, listed
from domain.acl.github_actions_to_orchestration.conditions import STATUS_FUNCTIONS, tree_of
from domain.acl.github_actions_to_orchestration.contexts import NAMES
from domain.acl.github_actions_to_orchestration.evaluation import nodes
from domain.acl.github_actions_to_orchestration.expressions import Call, Name, Node, SyntaxFlaw
from domain.acl.github_actions_to_orchestration.functions import FUNCTIONS, SPELLED
from domain.acl.github_actions_to_orchestration.texts import pieces

_START = ("github", "inputs", "vars")
_BEFORE = ("github", "needs", "vars", "inputs")
_JOB = ("github", "needs", "strategy", "matrix", "vars", "inputs")
_RUNNING = (*_JOB, "job", "runner", "env")
_STEP = (*_RUNNING, "secrets", "steps")
_HASH = ("hashfiles",)

ALLOWED: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("run-name", _START, ()),
    ("concurrency", _START, ()),
    ("env", (*_START, "secrets"), ()),
    ("on.workflow_call.inputs.*.default", _START, ()),
    ("on.workflow_call.outputs.*.value", (*_START, "jobs"), ()),
    ("jobs.*.if", _BEFORE, STATUS_FUNCTIONS),
    ("jobs.*.strategy", _BEFORE, ()),
    ("jobs.*.concurrency", _JOB, ()),
    ("jobs.*.container.credentials", (*_JOB, "env", "secrets"), ()),
    ("jobs.*.container.env", (*_RUNNING, "secrets"), ()),
    ("jobs.*.container", (*_JOB, "env", "secrets"), ()),  # wider than the table says: an older one had both
    ("jobs.*.continue-on-error", _JOB, ()),
    ("jobs.*.defaults", (*_JOB, "env"), ()),
    ("jobs.*.env", (*_JOB, "secrets"), ()),
    ("jobs.*.environment.url", (*_RUNNING, "steps"), ()),
    ("jobs.*.environment", _JOB, ()),
    ("jobs.*.name", _JOB, ()),
    ("jobs.*.outputs", _STEP, _HASH),
    ("jobs.*.runs-on", _JOB, ()),
    ("jobs.*.secrets", (*_JOB, "secrets"), ()),
    ("jobs.*.services.*.credentials", (*_JOB, "env", "secrets"), ()),
    ("jobs.*.services.*.env", (*_RUNNING, "secrets"), ()),
    ("jobs.*.services", _JOB, ()),
    ("jobs.*.steps.*.if", (*_RUNNING, "steps"), (*STATUS_FUNCTIONS, "hashfiles")),
    ("jobs.*.steps", _STEP, _HASH),
    ("jobs.*.timeout-minutes", _JOB, ()),
    ("jobs.*.with", _JOB, ()),
)
"""Place → contexts and special functions; the first that fits counts. `*` is any one name."""

_PLACES = tuple((place.split("."), contexts, functions) for place, contexts, functions in ALLOWED)
_SPECIAL = frozenset((*STATUS_FUNCTIONS, "hashfiles"))


class Expression(msgspec.Struct, frozen=True):
    """An expression, or the message that it is none."""

    path: Path
    tree: Node | None
    flaw: str = ""


def expressions(document: Data) -> Iterator[Expression]:
    """All of them, in the order of the file."""
    yield from _inside(document, ())


def _inside(data: Data, path: Path) -> Iterator[Expression]:
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _inside(value, (*path, name))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _inside(value, (*path, index))
    elif _is_condition(path):
        yield from _read(lambda: [tree_of(data)], path)
    elif isinstance(data, str) and "${{" in data and _allowed(path) is not None:
        yield from _read(lambda: [piece for piece in pieces(data) if not isinstance(piece, str)], path)


def _read(trees: Callable[[], Sequence[Node]], path: Path) -> Iterator[Expression]:
    try:
        for tree in trees():
            yield Expression(path, tree)
    except SyntaxFlaw as flaw:
        yield Expression(path, None, str(flaw))


def _is_condition(path: Path) -> bool:
    return path[-1:] == ("if",) and path[:1] == ("jobs",) and (len(path) == 3 or path[2] == "steps")


def _allowed(path: Path) -> tuple[Sequence[str], Sequence[str]] | None:
    """None where GitHub evaluates nothing."""
    for place, contexts, functions in _PLACES:
        if len(path) >= len(place) and all(one in ("*", found) for one, found in zip(place, path, strict=False)):
            return contexts, functions
    return None


def flaws(document: Data) -> Iterator[Flaw]:
    """Texts that are no expressions, and contexts and functions that are not there where they are used."""
    for one in expressions(document):
        if one.tree is None:
            yield Flaw(one.path, one.flaw, "an expression that GitHub can evaluate")
            continue
        contexts, functions = _allowed(one.path) or ((), ())
        for node in nodes(one.tree):
            if isinstance(node, Name) and node.name.lower() not in contexts:
                found = "the context" if node.name.lower() in NAMES else "no context"
                yield Flaw(one.path, f"{found} {node.name}", f"contexts that are known here: {listed(contexts)}")
            elif isinstance(node, Call) and (name := node.name.lower()) not in functions:
                if name in _SPECIAL:
                    yield Flaw(one.path, f"{node.name}()", f"functions that there are here: {_functions(functions)}")
                elif name not in FUNCTIONS:
                    yield Flaw(one.path, f"the function {node.name}", _functions(functions))


def _functions(special: Sequence[str]) -> str:
    known = [name for name in FUNCTIONS if name not in _SPECIAL]
    return listed([SPELLED.get(name, name) for name in (*known, *special)], most=20)
