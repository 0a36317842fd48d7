"""Reads the fields of a job that may hold expressions; what cannot be known is noted, with what is taken instead."""

from collections.abc import Mapping

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, Path, as_list, as_mapping, scalar_text, show
from domain.acl.ci_to_orchestration.imported import UNKNOWN_RUNNER, ImportedStep, Notes
from domain.acl.github_actions_to_orchestration.evaluation import MASKED, Scope, fill, masked
from domain.acl.github_actions_to_orchestration.expressions import SyntaxFlaw
from domain.acl.github_actions_to_orchestration.values import Unknown, Value, to_number, to_text

MINUTE_US = 60_000_000
DEFAULT_TIMEOUT_MIN = 360
"""docs.github.com, `jobs.<job_id>.timeout-minutes`, read 2026-11."""
LONGEST_MIN = 35 * 24 * 60
"""A workflow run ends after 35 days whatever its jobs say (docs.github.com, Actions limits, read 2026-11)."""


class Reader(msgspec.Struct, frozen=True):
    """Reads values at places of one file in one scope."""

    file: str
    scope: Scope
    notes: Notes

    def value(self, data: Data, path: Path) -> Value:
        """The value with its expressions evaluated; what is no expression is a flaw of the file."""
        try:
            return fill(data, self.scope)
        except SyntaxFlaw as flaw:
            self.notes.refuse(self.file, path, str(flaw), "an expression that GitHub can evaluate")
            return Unknown(("it is not an expression",))

    def known(self, data: Data, path: Path, instead: Data, what: str) -> Data:
        """The value, or `instead` with a note that says so."""
        value = self.value(data, path)
        if isinstance(value, Unknown):
            self.notes.unknown(self.file, path, f"{'; '.join(value.reasons)}: taken to be {what}")
            return instead
        return value


def timeout_us(reader: Reader, data: Data, path: Path) -> int:
    """Minutes, with fractions."""
    if data is None:
        return DEFAULT_TIMEOUT_MIN * MINUTE_US
    value = reader.known(data, path, DEFAULT_TIMEOUT_MIN, f"the default, {DEFAULT_TIMEOUT_MIN} minutes")
    minutes = to_number(value)
    if not 0 < minutes <= LONGEST_MIN:
        reader.notes.refuse(reader.file, path, show(value), f"minutes, more than 0 and at most {LONGEST_MIN}")
        return DEFAULT_TIMEOUT_MIN * MINUTE_US
    return max(1, round(minutes * MINUTE_US))


def flag(reader: Reader, data: Data, path: Path, instead: bool) -> bool:
    """True, false, or a text that says so."""
    if data is None:
        return instead
    value = reader.known(data, path, instead, "true" if instead else "false")
    if isinstance(value, bool):
        return value
    text = to_text(value).lower()
    if text not in ("true", "false", ""):
        reader.notes.refuse(reader.file, path, show(value), "true or false")
    return text == "true"


def max_parallel(reader: Reader, data: Data, path: Path) -> int:
    """0 for no limit."""
    if data is None:
        return 0
    value = to_number(reader.known(data, path, 0, "no limit"))
    if not 0 <= value <= 100_000:
        reader.notes.refuse(reader.file, path, show(data), "a number of jobs")
        return 0
    return int(value)


def runs_on(reader: Reader, data: Data, path: Path) -> tuple[str, ...]:
    """Labels that a runner must all carry; a group is the label `group:NAME`."""
    value = reader.value(data, path)
    group: tuple[str, ...] = ()
    if isinstance(value, Mapping):
        named = value.get("group")
        if isinstance(named, Unknown):
            return _unknown_runner(reader, named, path)
        group = (f"group:{to_text(named)}",) if named else ()
        value = value.get("labels", [])
    labels = as_list(value) if not isinstance(value, Unknown) else [value]
    for label in labels:
        if isinstance(label, Unknown):
            return _unknown_runner(reader, label, path)
    found = tuple(dict.fromkeys((*group, *(text for label in labels if (text := to_text(label).strip())))))
    if not found:
        reader.notes.unknown(reader.file, path, f"no label comes out: taken to be {UNKNOWN_RUNNER}")
    return found or (UNKNOWN_RUNNER,)


def _unknown_runner(reader: Reader, value: Unknown, path: Path) -> tuple[str, ...]:
    reader.notes.unknown(reader.file, path, f"{'; '.join(value.reasons)}: the job asks for {UNKNOWN_RUNNER}")
    return (UNKNOWN_RUNNER,)


def concurrency(reader: Reader, data: Data, path: Path) -> tuple[str, bool]:
    """Group and cancel-in-progress; an unknown group is nobody else's, which is what a run's own number makes it."""
    if data is None:
        return "", False
    fields: Mapping[str, Data] = data if isinstance(data, Mapping) else {"group": data}
    here = (*path, "group") if isinstance(data, Mapping) else path
    group = reader.known(fields.get("group"), here, "", "a group that no other run is in")
    cancel = flag(reader, fields.get("cancel-in-progress"), (*path, "cancel-in-progress"), False)
    return to_text(group), bool(group) and cancel


def steps(reader: Reader, data: Data, path: Path) -> tuple[ImportedStep, ...]:
    """Names are for people: what is not known in them shows as …."""
    found: list[ImportedStep] = []
    for index, step in enumerate(as_list(data)):
        if "parallel" in step:
            found += steps(reader, step["parallel"], (*path, index, "parallel"))
            continue
        uses = scalar_text(step.get("uses"))
        first_line = next(iter(scalar_text(step.get("run")).strip().splitlines()), "")
        name = masked(step.get("name") or step.get("id") or uses or first_line, reader.scope)
        limit = step.get("timeout-minutes")
        limit_us = 0 if limit is None else timeout_us(reader, limit, (*path, index, "timeout-minutes"))
        found.append(ImportedStep(name[:200] or "step", uses, limit_us))
    return tuple(found)


def image(reader: Reader, data: Data) -> str:
    """Of a container or a service, for people."""
    return masked(as_mapping(data).get("image") if isinstance(data, Mapping) else data, reader.scope)


def permissions(data: Data) -> tuple[str, ...]:
    """`contents:read` and so on; `read-all` and `write-all` as they are."""
    if isinstance(data, Mapping):
        return tuple(f"{name}:{level}" for name, level in data.items())
    return (scalar_text(data),) if data else ()


def environment(reader: Reader, data: Data, path: Path) -> str:
    """The name of the deployment environment."""
    if data is None:
        return ""
    name = data.get("name") if isinstance(data, Mapping) else data
    return to_text(reader.known(name, path, MASKED, "an environment of its own"))
