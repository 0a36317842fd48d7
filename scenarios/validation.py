"""Turns a tree of nodes into a Scenario, with every error of every field and of every rule that can be judged at once.

Rules that span fields need a whole scenario. When fields are wrong, the smallest optional part around each is left out
until the rest is valid; rules are then asked about that rest, and keep quiet where their answer would depend on what
was left out.
"""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from scenarios.allowed import allowed_at, fields_at, names_at
from scenarios.nodes import Node, find
from scenarios.problems import Finding, Path, Problem, choices, show
from scenarios.quantities import FROM_FILE, QuantityError
from scenarios.semantics import findings
from scenarios.spec import Scenario

_STAND_INS: dict[str, Any] = {
    "name": "?",
    "workload": {
        "synthetic": {"pushes": {"rate": "1/h"}, "jobs": {"?": {"resources": {"cpu": "1mcpu"}, "duration": "0s"}}}
    },
    "fleet": {"providers": {"?": {"pools": {"?": {"nodes": 1, "capacity": {"cpu": "1000cpu"}}}}}},
}
"""What takes the place of required top-level fields that are missing or wrong, while the rest is judged."""


def validate(root: Node, doubtful: frozenset[Path] = frozenset()) -> tuple[Scenario | None, list[Problem]]:
    """The scenario, or None with all that is wrong; rules about files are not among them.

    Nothing is said about fields that are `doubtful`: their values are already known to be wrong.
    """
    plain = root.plain()
    try:
        scenario, problems, left_out = Scenario.model_validate(plain, context=FROM_FILE), [], doubtful
    except ValidationError as error:
        problems = [each for each in _problems(root, error.errors(include_url=False)) if each.path not in doubtful]
        scenario, left_out = _rest(root, plain, error)
        left_out |= doubtful
    problems += _empty(root, doubtful | {problem.path for problem in problems})
    problems += rule_problems(root, findings(scenario), left_out)
    return (None if problems else scenario), problems


def rule_problems(root: Node, found: Iterable[Finding], left_out: Iterable[Path] = ()) -> list[Problem]:
    """Findings as problems with their place, without those that depend on something left out."""
    gone = frozenset(left_out)
    above = {path[:length] for path in gone for length in range(len(path))}
    problems = []
    for finding in found:
        about = (finding.path, *finding.depends)
        if not any(path in above or not gone.isdisjoint(_down_to(path)) for path in about):
            node, _ = find(root, finding.path)
            problems.append(Problem(node.source, node.line, finding.path, finding.found, finding.allowed))
    return problems


def _down_to(path: Path) -> list[Path]:
    """The path and all that are above it, from the root."""
    return [path[:length] for length in range(len(path) + 1)]


def _problems(root: Node, errors: list[ErrorDetails]) -> list[Problem]:
    """One problem a place: pydantic reports a union once for each branch, and a list of wrong items as too short."""
    problems: dict[Path, Problem] = {}
    echoes: set[Path] = set()
    for error in errors:
        path, node, union = _place(root, error)
        problems.setdefault(path, _problem(error, path, node))
        if union or error["type"] == "too_short":
            echoes.add(path)
    deeper = {path[:length] for path in problems for length in range(len(path))}
    return [problem for path, problem in problems.items() if not (path in echoes and path in deeper)]


def _place(root: Node, error: ErrorDetails) -> tuple[Path, Node, bool]:
    """The path of an error in the file, the node there or above, and whether it passed the branch of a union."""
    path: Path = ()
    skipped = False
    missing = error["loc"][-1:] if error["type"] == "missing" else ()
    for part in error["loc"][: len(error["loc"]) - len(missing)]:
        _, reached = find(root, (*path, part))
        if len(reached) > len(path):
            path = reached
        else:
            skipped = True
    return (*path, *missing), find(root, path)[0], skipped


def _problem(error: ErrorDetails, path: Path, node: Node) -> Problem:
    context = error.get("ctx", {})
    reason = context.get("error")
    found, allowed = _written(node), ""
    if error["type"] == "rule":
        found, allowed = str(context["found"]), f"exactly one of {context['allowed']}"
    elif error["type"] == "missing":
        found = "nothing"
    elif error["type"] == "extra_forbidden":
        found, allowed = "an unknown field", choices(path[-1], fields_at(path[:-1]))
    elif error["loc"][-1:] == ("[key]",):
        found, allowed = f"the name {show(path[-1])}", names_at(path[:-1])
    elif isinstance(reason, QuantityError) and reason.why:
        found += f" ({reason.why})"
    return Problem(node.source, node.line, path, found, allowed or allowed_at(path))


def _written(node: Node) -> str:
    """A value as the file has it, where that is short."""
    return node.text if node.text and len(node.text) <= 60 else show(node.plain())


def _empty(root: Node, known: frozenset[Path]) -> list[Problem]:
    """Fields with nothing after the colon, which pydantic takes for left out where they are optional."""
    problems = []
    stack: list[tuple[Path, Node]] = [((), root)]
    while stack:
        path, node = stack.pop()
        if node.value is None and path not in known:
            problems.append(Problem(node.source, node.line, path, "nothing", f"{allowed_at(path)}, or no such field"))
        elif isinstance(node.value, dict):
            stack += [((*path, key), child) for key, child in node.value.items()]
        elif isinstance(node.value, list):
            stack += [((*path, index), child) for index, child in enumerate(node.value)]
    return problems


def _rest(root: Node, plain: Any, error: ValidationError) -> tuple[Scenario, frozenset[Path]]:
    """A scenario of all that is valid, and the paths of what was left out or stands in."""
    plain = deepcopy(plain) if isinstance(plain, dict) else {}
    left_out: set[Path] = set()
    while True:
        wrong = {_removable(root, details) for details in error.errors(include_url=False)}
        if wrong <= left_out:  # cannot be, but an endless loop would be worse than judging nothing
            plain, wrong = {}, {()}
        for path in wrong:
            _leave_out(plain, path)
        left_out |= wrong
        try:
            return Scenario.model_validate(plain, context=FROM_FILE), frozenset(left_out)
        except ValidationError as next_error:
            error = next_error


def _removable(root: Node, error: ErrorDetails) -> Path:
    """The field to leave out for this error: a list goes as a whole, and what misses a field goes with it."""
    path, _, _ = _place(root, error)
    path = path[: next((i for i, part in enumerate(path) if isinstance(part, int)), len(path))]
    return path[:-1] if error["type"] == "missing" and len(path) > 1 else path


def _leave_out(plain: Any, path: Path) -> None:
    for name in _STAND_INS if not path else ():
        plain[name] = deepcopy(_STAND_INS[name])
    for part in path[:-1]:
        plain = plain.get(part) if isinstance(plain, dict) else None
    if path and isinstance(plain, dict):
        plain.pop(path[-1], None)
        if len(path) == 1 and path[0] in _STAND_INS:
            plain[path[0]] = deepcopy(_STAND_INS[str(path[0])])
