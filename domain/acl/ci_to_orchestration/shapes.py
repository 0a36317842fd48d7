"""Shapes of documents as data: what a value may be, and every place where it is something else."""

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, Flaw, Path, kind, listed, show

Check = Callable[[Data, Path], Iterator[Flaw]]


@lru_cache(maxsize=1000)
def _hint(name: str, known: tuple[str, ...]) -> str:
    """The nearest of the fields, where one is near: most slips are of a letter."""
    near = get_close_matches(name, known, n=1, cutoff=0.75)
    return f" (did you mean {near[0]}?)" if near else ""


class Shape(msgspec.Struct, frozen=True):
    """What a value of one of `kinds` must be like, and the words for it."""

    kinds: frozenset[str]
    allowed: str
    check: Check

    def flaws(self, value: Data, path: Path) -> Iterator[Flaw]:
        if kind(value) in self.kinds:
            yield from self.check(value, path)
        else:
            yield Flaw(path, show(value), self.allowed)


def _fine(value: Data, path: Path) -> Iterator[Flaw]:
    return iter(())


def plain(*kinds: str, allowed: str = "") -> Shape:
    """Any value of these kinds."""
    return Shape(frozenset(kinds), allowed or " or ".join(_WITH_ARTICLE[one] for one in kinds), _fine)


_WITH_ARTICLE = {
    "null": "nothing", "boolean": "true or false", "number": "a number", "text": "a text", "list": "a list",
    "mapping": "a mapping",
}  # fmt: skip

ANYTHING = plain("null", "boolean", "number", "text", "list", "mapping", allowed="anything")
NOTHING = plain("null")
TEXT = plain("text")
BOOLEAN = plain("boolean")
NUMBER = plain("number")
SCALAR = plain("text", "number", "boolean")
OPTIONAL_SCALAR = plain("text", "number", "boolean", "null")


def matching(pattern: str, allowed: str) -> Shape:
    """A text that the regular expression matches from end to end."""
    compiled = re.compile(pattern, re.DOTALL)

    def check(value: Data, path: Path) -> Iterator[Flaw]:
        if not compiled.fullmatch(value):
            yield Flaw(path, show(value), allowed)

    return Shape(frozenset({"text"}), allowed, check)


def word(*words: str) -> Shape:
    """One of these texts."""

    def check(value: Data, path: Path) -> Iterator[Flaw]:
        if value not in words:
            yield Flaw(path, show(value), " or ".join(words))

    return Shape(frozenset({"text"}), " or ".join(words), check)


def listing(item: Shape, least: int = 0) -> Shape:
    """A list of such items."""
    allowed = f"a list of {item.allowed}" if least == 0 else f"a list of at least {least}: {item.allowed}"

    def check(value: Data, path: Path) -> Iterator[Flaw]:
        if len(value) < least:
            yield Flaw(path, show(value), allowed)
        for index, one in enumerate(value):
            yield from item.flaws(one, (*path, index))

    return Shape(frozenset({"list"}), allowed, check)


def record(
    fields: Mapping[str, Shape],
    required: tuple[str, ...] = (),
    extra: Shape | None = None,
    least: int = 0,
    rules: tuple[Check, ...] = (),
    what: str = "a mapping",
) -> Shape:
    """A mapping with these fields; others must be like `extra`, or may not be. `rules` look at the whole mapping."""
    names = listed(sorted(fields), most=40)

    def check(value: Data, path: Path) -> Iterator[Flaw]:
        if len(value) < least:
            yield Flaw(path, show(value), f"{what} with at least one entry")
        for name in required:
            if name not in value:
                yield Flaw(path, f"no {name}", f"{what} with {', '.join(required)}")
        for name, one in value.items():
            shape = fields.get(name, extra)
            if shape is None:
                yield Flaw((*path, name), f"the field {show(name)}", names + _hint(str(name)[:100], tuple(fields)))
            else:
                yield from shape.flaws(one, (*path, name))
        for rule in rules:
            yield from rule(value, path)

    return Shape(frozenset({"mapping"}), what, check)


def keyed(pattern: str, allowed: str, value_shape: Shape, least: int = 0, what: str = "a mapping") -> Shape:
    """A mapping whose keys all match the pattern."""
    compiled = re.compile(pattern)

    def check(value: Data, path: Path) -> Iterator[Flaw]:
        if len(value) < least:
            yield Flaw(path, show(value), f"{what} with at least one entry")
        for name, one in value.items():
            if not compiled.fullmatch(name):
                yield Flaw((*path, name), f"the name {show(name)}", allowed)
            yield from value_shape.flaws(one, (*path, name))

    return Shape(frozenset({"mapping"}), what, check)


def either(*shapes: Shape) -> Shape:
    """One of the shapes: those of the value's kind are asked, and the last of them says what is wrong."""
    kinds = frozenset().union(*(shape.kinds for shape in shapes))
    allowed = ", or ".join(dict.fromkeys(shape.allowed for shape in shapes))

    def check(value: Data, path: Path) -> Iterator[Flaw]:
        fitting = [shape for shape in shapes if kind(value) in shape.kinds]
        found: list[Flaw] = []
        for shape in fitting:
            found = list(shape.flaws(value, path))
            if not found:
                return
        if kind(value) not in ("list", "mapping"):
            found = [Flaw(path, found[0].found, allowed)]
        yield from found

    return Shape(kinds, allowed, check)


def deferred(allowed: str, kinds: tuple[str, ...], get: Callable[[], Any]) -> Shape:
    """A shape that is only known later: for shapes that contain themselves."""

    def check(value: Data, path: Path) -> Iterator[Flaw]:
        yield from get().flaws(value, path)

    return Shape(frozenset(kinds), allowed, check)


def not_both(one: str, other: str) -> Check:
    """A rule of records: not these two fields at once."""

    def rule(value: Data, path: Path) -> Iterator[Flaw]:
        if one in value and other in value:
            yield Flaw((*path, other), f"{other} beside {one}", f"one of {one} and {other}")

    return rule
