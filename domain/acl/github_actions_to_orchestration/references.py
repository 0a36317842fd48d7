"""What the expressions of a workflow look at: the paths that can be given, and the values that are asked for."""

from collections import Counter
from collections.abc import Iterable, Iterator

from domain.acl.ci_to_orchestration.documents import Data
from domain.acl.github_actions_to_orchestration.evaluation import nodes
from domain.acl.github_actions_to_orchestration.expressions import Binary, Each, Index, Literal, Name, Node
from domain.acl.github_actions_to_orchestration.places import expressions
from domain.acl.github_actions_to_orchestration.values import written

ANY = "*"
"""A part of a path that is not written out."""
_OPEN_OF_GITHUB = ("github.actor", "github.event.", "github.head_ref", "github.repository", "github.triggering_actor")
_GIVEN_BY_A_USER = ("github", "inputs", "needs", "secrets", "vars")


def references(document: Data) -> list[str]:
    """The paths such as `vars.RUNNER` that any expression looks at, each once."""
    found: dict[str, None] = {}
    for one in expressions(document):
        if one.tree is not None:
            found |= dict.fromkeys(".".join(path) for path in _paths(one.tree))
    return list(found)


def _paths(tree: Node) -> Iterator[tuple[str, ...]]:
    inner = {id(node.target) for node in nodes(tree) if isinstance(node, Index | Each)}
    for node in nodes(tree):
        if id(node) not in inner and (path := path_of(node)):
            yield path


def path_of(node: Node) -> tuple[str, ...]:
    """The parts of a path; none for what is no path."""
    if isinstance(node, Name):
        return (node.name,)
    if isinstance(node, Each):
        target = path_of(node.target)
        return (*target, ANY) if target else ()
    if isinstance(node, Index) and (target := path_of(node.target)):
        key = node.key.value if isinstance(node.key, Literal) else None
        return (*target, key if isinstance(key, str) else ANY)
    return ()


def looked_at(given: str, paths: Iterable[str]) -> bool:
    """Whether any of the paths leads to what is given, through it, or into it."""
    parts = given.lower().split(".")
    return any(
        all(one == other or ANY in (one, other) for one, other in zip(parts, path.lower().split("."), strict=False))
        for path in paths
    )


def givable(paths: Iterable[str]) -> list[str]:
    """Those that a user can give a value."""
    return [
        path
        for path in paths
        if path.partition(".")[0].lower() in _GIVEN_BY_A_USER and "." in path and ANY not in path and _open(path)
    ]


def _open(path: str) -> bool:
    """Whether a value would tell something: how jobs end and what every run has are not among it."""
    if path.startswith("needs."):
        return ".outputs." in path
    return not path.startswith("github.") or path.startswith(_OPEN_OF_GITHUB)


def asked_for(document: Data) -> Counter[str]:
    """How often conditions ask for a value, as `inputs.os == 'linux'`."""
    found: Counter[str] = Counter()
    for one in expressions(document):
        if one.tree is None or one.path[-1:] != ("if",):
            continue
        for node in nodes(one.tree):
            if not (isinstance(node, Binary) and node.operator == "==" and isinstance(node.right, Literal)):
                continue
            if path := path_of(node.left):
                found[f"{'.'.join(path)} == {written(node.right.value)}"] += 1
    return found
