"""What is wrong with a scenario: problems with place, field, found and allowed, raised all at once."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

Path = tuple[str | int, ...]
"""Where a value stands in the file: keys, and numbers from 0 in lists."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right. `source` is a file name or an option such as `--set`; `line` is 0 where there is none."""

    source: str
    line: int
    path: Path
    found: str
    allowed: str

    def render(self) -> str:
        place = f"{self.source}:{self.line}" if self.line else self.source
        field = dotted(self.path)
        field = f"{field}: " if field and not self.source.endswith(f" {field}") else ""  # `--set horizon` has said it
        return f"{place}: {field}found {self.found}, allowed: {self.allowed}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule: where to change something, what is there, what may be, and which other fields decided that."""

    path: Path
    found: str
    allowed: str
    depends: tuple[Path, ...] = ()


class ScenarioError(Exception):
    """A scenario cannot be used; `problems` has every reason, in order of line, those of options last."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        unique = dict.fromkeys(problems)
        self.problems = tuple(sorted(unique, key=lambda p: (p.line == 0, p.line, p.source, dotted(p.path), p.found)))
        super().__init__(self.render())

    def render(self) -> str:
        """One problem a line."""
        return "\n".join(problem.render() for problem in self.problems)


def dotted(path: Sequence[str | int]) -> str:
    """A path as people write it after `--set`: keys that hold dots, spaces or nothing stand in quotes."""
    return ".".join(
        str(part)
        if isinstance(part, int) or (part.isprintable() and not set(part) & set('. "=') and part)
        else show(part)
        for part in path
    )


def show(value: object) -> str:
    """A value as an error message quotes it: on one line, printable, short."""
    if isinstance(value, dict):
        return f"a mapping with {listed(list(value))}" if value else "an empty mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    if value is None:
        return "nothing"
    if isinstance(value, str):
        text = _short(value)
        return json.dumps(text, ensure_ascii=not text.isprintable())
    return json.dumps(value) if isinstance(value, bool) else _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


MOST_NAMES = 12


def listed(names: Sequence[object], most: int = MOST_NAMES) -> str:
    """Names with commas, cut after `most`."""
    texts = [name if isinstance(name, str) and name.isprintable() and name else show(name) for name in names]
    return ", ".join(map(_short, texts[:most])) + (f" and {len(texts) - most} more" if len(texts) > most else "")


MOST_HINTS = 50
"""Rules that may find thousands of unknown names ask for a hint with the first of them only."""

_MOST_COMPARED = 500


def choices(given: object, names: Iterable[str], hint: bool = True, most: int = MOST_NAMES) -> str:
    """The names that are allowed, with the nearest to `given` pointed out.

    Comparing takes some ten microseconds a name: there is no `hint` among very many.
    """
    known = list(names)
    compared = hint and isinstance(given, str) and len(known) <= _MOST_COMPARED
    near = get_close_matches(str(given).lower()[:100], known, n=1, cutoff=0.6) if compared else []
    return (listed(known, most) or "none") + (f" (did you mean {near[0]}?)" if near else "")
