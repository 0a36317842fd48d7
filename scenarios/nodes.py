"""A scenario file as a tree of values that know their place: what YAML reading makes and validation looks up."""

from dataclasses import dataclass, replace
from typing import Any

from scenarios.problems import Path


@dataclass(frozen=True, slots=True)
class Node:
    """A value with the place where it is written: for the value of a field, the place of its key.

    `value` is a scalar, a dict of nodes or a list of nodes; `text` is a number as it was written; `size` counts nodes,
    each as often as aliases repeat it.
    """

    value: Any
    source: str
    line: int
    text: str = ""
    size: int = 1

    def plain(self) -> Any:
        """The value without places: dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def at(self, line: int) -> "Node":
        return replace(self, line=line)


def find(root: Node, path: Path) -> tuple[Node, Path]:
    """The deepest node on the way along `path`, and how far along that is."""
    node = root
    for depth, part in enumerate(path):
        child = _child(node, part)
        if child is None:
            return node, path[:depth]
        node = child
    return node, path


def _child(node: Node, part: str | int) -> Node | None:
    if isinstance(node.value, dict):
        return node.value.get(part)
    if isinstance(node.value, list) and isinstance(part, int) and 0 <= part < len(node.value):
        child: Node = node.value[part]
        return child
    return None


def put(root: Node, path: Path, new: Node) -> Node:
    """A copy of the tree with `new` at `path`; mappings on the way are made where they are missing.

    Raises KeyError with the path of the value that stands in the way: a scalar, or a list without that item.
    """
    return _put(root, path, new, ())


def _put(node: Node, path: Path, new: Node, done: Path) -> Node:
    if not path:
        return new
    part, rest = path[0], path[1:]
    if isinstance(node.value, list):
        if isinstance(part, str) and part.isascii() and part.isdigit():
            part = int(part[:9])
        child = _child(node, part)
        if child is None:
            raise KeyError(done)
        items = list(node.value)
        items[int(part)] = _put(child, rest, new, (*done, part))
        return replace(node, value=items)
    if not isinstance(node.value, dict):
        raise KeyError(done)
    child = node.value.get(part) or Node({}, new.source, new.line)
    return replace(node, value={**node.value, part: _put(child, rest, new, (*done, part))})
