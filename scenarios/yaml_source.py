"""Reads YAML 1.2 (and so JSON) into nodes that know their lines, and refuses what different readers read differently.

PyYAML only splits the text into events; what a scalar means is decided here by the YAML 1.2 core schema. Words and
numbers that YAML 1.1 readers take for something else (`no`, `12:30`, `010`) are refused with the advice to quote them.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from scenarios.nodes import Node
from scenarios.problems import Path, Problem, show

LARGEST_FILE = 256 * 1024
"""Bytes; a scenario is a page or two."""
MOST_NODES = 50_000
DEEPEST = 40

_NULL = re.compile(r"~|null|Null|NULL|")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_AMBIGUOUS = (
    (re.compile(r"yes|Yes|YES|on|On|ON"), "true"),
    (re.compile(r"no|No|NO|off|Off|OFF"), "false"),
    (re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"), "a number to base 60"),
    (re.compile(r"[-+]?0[0-9_]+"), "an octal number"),
)


def read_yaml(text: str, source: str) -> tuple[Node | None, list[Problem]]:
    """The one document of `text`, and what is wrong with it; the node is None when there is nothing to go on with."""
    builder = _Builder(source)
    try:
        return builder.document(yaml.parse(text, Loader=yaml.SafeLoader)), builder.problems
    except _Stop:
        return None, builder.problems
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(filter(None, (error.context, error.problem)))
        builder.problem((mark.line if mark else 0) + 1, f"broken YAML ({what})", "YAML 1.2, indented with spaces")
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        builder.problem(line, f"the character U+{ord(text[error.position]):04X}", "printable text in UTF-8")
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # e.g. "\UFFFFFFFF": PyYAML passes on what chr() says
        builder.problem(1, f"broken YAML ({error})", "YAML 1.2")
    return None, builder.problems


class _Stop(Exception):
    """What follows cannot be read; the reason is among the problems."""


class _Builder:
    """Builds nodes from PyYAML's events, and collects problems on the way."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.anchors: dict[str, Node | None] = {}  # None: still being built

    def problem(self, line: int, found: str, allowed: str, path: Path = ()) -> None:
        self.problems.append(Problem(self.source, line, path, found, allowed))

    def stop(self, line: int, found: str, allowed: str, path: Path = ()) -> _Stop:
        self.problem(line, found, allowed, path)
        return _Stop()

    def document(self, events: Iterator[Any]) -> Node | None:
        root = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    raise self.stop(_line(event), "a second document", "one document in a file")
                root = self.node(next(events), events, ())
        if root is None or (root.value is None and not root.text):
            raise self.stop(1, "an empty file", "a scenario")
        return root

    def node(self, event: Any, events: Iterator[Any], path: Path) -> Node:
        line = _line(event)
        if len(path) > DEEPEST:
            raise self.stop(line, f"more than {DEEPEST} levels", "a flatter file")
        if isinstance(event, yaml.AliasEvent):
            target = self.anchors.get(str(event.anchor))
            if target is None:
                what = "inside itself" if event.anchor in self.anchors else "that is not defined above"
                raise self.stop(line, f"the alias *{event.anchor} {what}", "aliases of anchors above", path)
            return target.at(line)
        if event.tag is not None:
            advice = 'no tags; to make a number a text, write it in quotes: "1"'
            self.problem(line, f"the tag {show(event.tag)}", advice, path)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            node = self.scalar(event, line, path)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self.sequence(events, line, path)
        else:
            node = self.mapping(events, line, path)
        if node.size > MOST_NODES:
            raise self.stop(line, f"more than {MOST_NODES} values", "a smaller file, with fewer aliases", path)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def sequence(self, events: Iterator[Any], line: int, path: Path) -> Node:
        items: list[Node] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self.node(event, events, (*path, len(items))))
        return Node(items, self.source, line, size=1 + sum(item.size for item in items))

    def mapping(self, events: Iterator[Any], line: int, path: Path) -> Node:
        fields: dict[str, Node] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self.key(event, events, path)
            value = self.node(next(events), events, (*path, key.value or key.text)).at(key.line)
            if key.value in fields:
                allowed = f"each key once (it is on line {fields[key.value].line})"
                self.problem(key.line, "the same key again", allowed, (*path, key.value))
            elif isinstance(key.value, str):
                fields[key.value] = value
        return Node(fields, self.source, line, size=1 + sum(1 + child.size for child in fields.values()))

    def key(self, event: Any, events: Iterator[Any], path: Path) -> Node:
        line = _line(event)
        if isinstance(event, yaml.CollectionStartEvent):
            raise self.stop(line, "a list or a mapping as a key", "text as a key", path)
        here = (*path, _joined(event.value)) if isinstance(event, yaml.ScalarEvent) else path
        key = self.node(event, events, here)
        if key.value == "<<" and isinstance(event, yaml.ScalarEvent) and event.style is None:
            self.problem(line, "a merge key", "fields written out, or an alias of a whole value", here)
            return Node(None, self.source, line, text="<<")
        if not isinstance(key.value, str):
            advice = f'text as a key: write "{key.text}" in quotes' if key.text else "text as a key"
            self.problem(line, f"the key {key.text or show(key.plain())}", advice, here)
            return Node(None, self.source, line, text=key.text)
        return key.at(line)

    def scalar(self, event: Any, line: int, path: Path) -> Node:
        text = _joined(event.value)
        if event.style is not None:
            return Node(text, self.source, line)
        for pattern, reading in _AMBIGUOUS:
            if pattern.fullmatch(text):
                word = show(text)[1:-1]
                other = f", or {reading} if you mean that" if reading in ("true", "false") else ""
                found = f"{word} without quotes, which YAML 1.1 reads as {reading}"
                self.problem(line, found, f'"{word}" in quotes{other}', path)
                return Node(text, self.source, line)
        try:
            return Node(_core(text), self.source, line, text=text)
        except (ValueError, OverflowError):
            raise self.stop(line, f"a number of {len(text)} digits", "smaller numbers", path) from None


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _core(text: str) -> Any:
    """A plain scalar by the core schema of YAML 1.2 (section 10.3)."""
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text) or _FALSE.fullmatch(text):
        return text[0] in "tT"
    if _INT.fullmatch(text):
        return int(text)
    if _HEX.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def _joined(text: str) -> str:
    r"""JSON writes characters beyond the base plane as two escapes (`\ud83d\ude00`), which PyYAML keeps apart."""
    if not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
