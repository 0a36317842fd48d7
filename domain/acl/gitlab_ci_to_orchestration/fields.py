"""Reads what a GitLab job says about how it runs."""

from collections.abc import Mapping
from itertools import product
from math import prod

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, Path, as_list, listed, scalar_text, show
from domain.acl.ci_to_orchestration.imported import ImportedStep, Notes
from domain.acl.gitlab_ci_to_orchestration.durations import microseconds
from domain.acl.gitlab_ci_to_orchestration.situation import expand, unexpanded
from domain.shared.units import HOUR_US

DEFAULT_TIMEOUT_US = HOUR_US
"""A project's default is an hour (docs.gitlab.com, "Configure runners", read 2026-11)."""
MOST_PARALLEL = 200


class Reader(msgspec.Struct, frozen=True):
    """Reads one job: its fields, where it stands, the variables that it may name."""

    job: Mapping[str, Data]
    file: str
    path: Path
    variables: Mapping[str, str | None]
    notes: Notes

    def text(self, data: Data) -> str:
        return expand(scalar_text(data), self.variables)

    def refuse(self, field: str, found: str, allowed: str) -> None:
        self.notes.refuse(self.file, (*self.path, field), found, allowed)

    def unknown(self, field: str, text: str) -> None:
        self.notes.unknown(self.file, (*self.path, field), text)


def timeout_us(reader: Reader) -> int:
    written = reader.job.get("timeout")
    if written is None:
        return DEFAULT_TIMEOUT_US
    found = microseconds(scalar_text(written))
    if found is None:
        reader.refuse("timeout", show(written), "a duration such as 1h 30m")
    return found or DEFAULT_TIMEOUT_US


def start_in_us(reader: Reader, written: Data) -> int:
    found = microseconds(scalar_text(written))
    if found is None or found > 604_800_000_000:
        reader.refuse("start_in", show(written), "a duration of at most a week, such as 30 minutes")
    return found or 0


def allow_failure(reader: Reader, written: Data, instead: bool) -> bool:
    if isinstance(written, Mapping):
        reader.unknown("allow_failure", "exit codes are not known before the run: a failure counts")
        return False
    return instead if written is None else bool(written)


def tags(reader: Reader) -> tuple[str, ...]:
    found = dict.fromkeys(text for tag in as_list(reader.job.get("tags")) if (text := reader.text(tag)))
    for text in found:
        told_if_open(reader, "tags", text)
    return tuple(found)


def told_if_open(reader: Reader, field: str, text: str) -> None:
    """Tells that a variable within is not given."""
    if names := unexpanded(text):
        reader.unknown(field, f"the variable {listed(names)} is not given: {show(text)} is taken as it is written")


def image(reader: Reader, data: Data) -> str:
    return reader.text(data.get("name") if isinstance(data, Mapping) else data)


def environment(reader: Reader) -> str:
    data = reader.job.get("environment")
    return reader.text(data.get("name") if isinstance(data, Mapping) else data)


def steps(reader: Reader) -> tuple[ImportedStep, ...]:
    """A job is one step per script, or those of `run`."""
    found = [name for name in ("before_script", "script", "after_script") if reader.job.get(name)]
    for number, one in enumerate(as_list(reader.job.get("run")), 1):
        name = scalar_text(one.get("name")) if isinstance(one, Mapping) else ""
        found.append(name or f"step {number}")
    return tuple(ImportedStep(name) for name in found)


def copies(reader: Reader, name: str) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """(name, its variables) of each job that `parallel` makes: `job 1/3`, or `job: [a, b]` for a matrix."""
    parallel = reader.job.get("parallel")
    if parallel is None:
        return [(name, ())]
    if isinstance(parallel, Mapping):
        entries = parallel["matrix"]
        size = sum(prod(len(as_list(values)) for values in entry.values()) for entry in entries)
        if not 1 <= size <= MOST_PARALLEL:
            reader.refuse("parallel", f"a matrix of {size:,} jobs", f"1 to {MOST_PARALLEL} jobs")
            return []
        return [(f"{name}: [{', '.join(value for _, value in one)}]", one) for one in combinations(entries)]
    if not isinstance(parallel, int) or not 1 <= parallel <= MOST_PARALLEL:
        reader.refuse("parallel", show(parallel), f"1 to {MOST_PARALLEL} jobs")
        return []
    if parallel == 1:
        return [(name, ())]
    return [
        (f"{name} {i}/{parallel}", (("CI_NODE_INDEX", str(i)), ("CI_NODE_TOTAL", str(parallel))))
        for i in range(1, parallel + 1)
    ]


def combinations(entries: list[Mapping[str, Data]]) -> list[tuple[tuple[str, str], ...]]:
    """Every entry's own combinations, one after the other."""
    return [
        tuple(zip(entry, map(scalar_text, values), strict=True))
        for entry in entries
        for values in product(*(as_list(values) for values in entry.values()))
    ]
