"""Reads CI files and manifests: YAML as their own platforms read it, into plain data that remembers its lines.

GitHub Actions reads YAML 1.2 (`on:` is a key like any other, `yes` a text), GitLab YAML 1.1 with `!reference`. Whatever
the dialect, keys are texts, a key may come once, and what grows without bounds is refused.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any, Literal

import yaml

from scenarios.problems import Path, Problem, ScenarioError, show

LARGEST_FILE = 1024 * 1024
"""Bytes of a CI file: far above the largest that is known."""
LARGEST_MANIFEST = 32 * 1024 * 1024
"""Bytes of a Kubernetes manifest: a list of thousands of nodes and pods."""
MOST_VALUES = 200_000
"""Counting what an alias stands for each time; in proportion more in a manifest."""
DEEPEST = 60

Dialect = Literal["github", "gitlab", "kubernetes"]
REFERENCE = "!reference"

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_BOOLEANS_1_1 = {
    **_BOOLEANS,
    **{form(word): value for word, value in (("yes", True), ("on", True), ("no", False), ("off", False))
       for form in (str, str.title, str.upper)},
}  # fmt: skip
_INT = re.compile(r"[-+]?[0-9]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


class Document:
    """One document of a file: plain data, and the line of each place in it."""

    def __init__(self, data: Any, source: str, lines: Mapping[Path, int]) -> None:
        self.data = data
        self.source = source
        self._lines = lines

    def line(self, path: Path) -> int:
        """The line of a place, or of the nearest one above it that the file has (0: of none)."""
        for length in range(len(path), -1, -1):
            if (line := self._lines.get(path[:length])) is not None:
                return line
        return 0

    def headed_by(self, header: "Document") -> "Document":
        """The mapping of this document and that of the one in front of it, as one."""
        return Document({**self.data, **header.data}, self.source, {**header._lines, **self._lines})


def read_file(path: FilePath, shown: str, dialect: Dialect) -> list[Document]:
    """The documents of a file; raises ScenarioError with file, line, found and allowed."""

    def refuse(found: str, allowed: str, line: int = 0) -> ScenarioError:
        return ScenarioError([Problem(shown, line, (), found, allowed)])

    largest = LARGEST_MANIFEST if dialect == "kubernetes" else LARGEST_FILE
    try:
        if not path.is_file():
            what = "a folder" if path.is_dir() else "no such file" if not path.exists() else "a pipe or a device"
            raise refuse(what, "the path of a file")
        with path.open("rb") as file:
            raw = file.read(largest + 1)
    except (OSError, ValueError) as error:
        raise refuse(f"a file that cannot be read ({error})", "a readable file") from None
    if len(raw) > largest:
        raise refuse(f"more than {largest // 1024} KiB", "a smaller file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise refuse(f"the byte 0x{raw[error.start]:02X}, which is not UTF-8", "text in UTF-8", line) from None
    return read_text(text, shown, dialect)


def read_text(text: str, source: str, dialect: Dialect) -> list[Document]:
    """The documents of a text, empty ones left out; raises ScenarioError."""

    def refuse(line: int, what: str) -> ScenarioError:
        return ScenarioError([Problem(source, line, (), f"broken YAML ({what})", "YAML, indented with spaces")])

    try:
        return list(_documents(text, source, dialect))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise refuse((mark.line if mark else 0) + 1, " ".join(filter(None, (error.context, error.problem)))) from None
    except yaml.reader.ReaderError as error:
        raise refuse(1 + text.count("\n", 0, error.position or 0), "a character that YAML does not have") from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise refuse(1, str(error).splitlines()[0] if str(error) else "unreadable") from None


def _documents(text: str, source: str, dialect: Dialect) -> Iterator[Document]:
    events = yaml.parse(text, Loader=_LOADER)
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            builder = _Builder(source, dialect)
            data, _ = builder.node(next(events), events, ())
            if builder.problems:
                raise ScenarioError(builder.problems)
            if data is not None:
                yield Document(data, source, builder.lines)


class _Builder:
    """Builds plain data from PyYAML's events; sizes count what aliases stand for."""

    def __init__(self, source: str, dialect: Dialect) -> None:
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self._source = source
        self._dialect = dialect
        self._most = MOST_VALUES * (LARGEST_MANIFEST // LARGEST_FILE if dialect == "kubernetes" else 1)
        self._anchors: dict[str, tuple[Any, int] | None] = {}

    def _problem(self, line: int, path: Path, found: str, allowed: str) -> None:
        self.problems.append(Problem(self._source, line, path, found, allowed))

    def _stop(self, line: int, path: Path, found: str, allowed: str) -> ScenarioError:
        return ScenarioError([*self.problems, Problem(self._source, line, path, found, allowed)])

    def node(self, event: Any, events: Iterator[Any], path: Path) -> tuple[Any, int]:
        """(plain data, how many values it has)."""
        line = event.start_mark.line + 1
        self.lines.setdefault(path, line)
        if len(path) > DEEPEST:
            raise self._stop(line, path[:3], f"more than {DEEPEST} levels", "a flatter file")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(str(event.anchor), line, path)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            data, size = self._scalar(event, line, path), 1
        elif isinstance(event, yaml.SequenceStartEvent):
            data, size = self._sequence(event, events, path)
        else:
            data, size = self._mapping(events, path)
        tag = str(event.tag or "")
        if tag == REFERENCE and self._dialect == "gitlab":
            data = {REFERENCE: data}
        elif tag not in ("", "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
            allowed = "!reference, and no other tags" if self._dialect == "gitlab" else "no tags"
            self._problem(line, path, f"the tag {show(tag)}", allowed)
        if size > self._most:
            raise self._stop(line, path, f"more than {self._most:,} values", "a smaller file, with fewer aliases")
        if event.anchor is not None:
            self._anchors[event.anchor] = (data, size)
        return data, size

    def _alias(self, name: str, line: int, path: Path) -> tuple[Any, int]:
        known = self._anchors.get(name)
        if known is None:
            what = "inside itself" if name in self._anchors else "that is not defined above"
            raise self._stop(line, path, f"the alias *{name} {what}", "aliases of anchors above")
        return known

    def _sequence(self, start: Any, events: Iterator[Any], path: Path) -> tuple[list[Any], int]:
        items: list[Any] = []
        size = 1
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            item, more = self.node(event, events, (*path, len(items)))
            items.append(item)
            size += more
            if size > self._most:
                raise self._stop(event.start_mark.line + 1, path, f"more than {self._most:,} values", "a smaller file")
        return items, size

    def _mapping(self, events: Iterator[Any], path: Path) -> tuple[dict[str, Any], int]:
        fields: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        size = 1
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            key, plain = self._key(event, path)
            here = (*path, key)
            first = self.lines.get(here)
            self.lines[here] = line
            value, more = self.node(next(events), events, here)
            size += 1 + more
            if key == "<<" and plain and self._dialect != "kubernetes":
                self._merge(value, merged, line, here)
            elif key in fields:
                self._problem(line, here, "the same key again", f"each key once (it is on line {first})")
            else:
                fields[key] = value
            if size > self._most:
                raise self._stop(line, path, f"more than {self._most:,} values", "a smaller file, with fewer aliases")
        return {**{name: value for name, value in merged.items() if name not in fields}, **fields}, size

    def _merge(self, value: Any, merged: dict[str, Any], line: int, path: Path) -> None:
        """Earlier mappings win over later ones; the fields of the mapping itself over all."""
        if self._dialect == "github":
            self._problem(line, path, "a merge key", "fields written out: GitHub Actions knows aliases, but not <<")
            return
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, dict):
                self._problem(line, path, show(one), "an alias of a mapping")
                return
            for name, inner in one.items():
                merged.setdefault(name, inner)

    def _key(self, event: Any, path: Path) -> tuple[str, bool]:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            value, _ = self._alias(str(event.anchor), line, path)
            if isinstance(value, str):
                return value, False
        if not isinstance(event, yaml.ScalarEvent):
            raise self._stop(line, path, "a list or a mapping as a key", "text as a key")
        if event.anchor is not None:
            self._anchors[event.anchor] = (event.value, 1)
        return str(event.value), not event.style  # libyaml says "" for plain, PyYAML None

    def _scalar(self, event: Any, line: int, path: Path) -> Any:
        text: str = event.value
        if event.style or event.tag == "tag:yaml.org,2002:str":
            return text
        if text in _NULL:
            return None
        booleans = _BOOLEANS_1_1 if self._dialect == "gitlab" else _BOOLEANS
        if text in booleans:
            return booleans[text]
        if len(text) > 400:
            return text
        if _INT.fullmatch(text):
            return int(text)
        if _HEX.fullmatch(text):
            return int(text, 0)
        return float(text) if _FLOAT.fullmatch(text) else text
