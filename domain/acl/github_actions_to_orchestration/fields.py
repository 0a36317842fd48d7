"""Reads the fields of a job that may hold expressions; what cannot be known is noted, with what is taken instead."""

from collections.abc import Mapping

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, Path, as_list, as_mapping, scalar_text, show
from domain.acl.ci_to_orchestration.imported import UNKNOWN_RUNNER, Notes
from domain.acl.github_actions_to_orchestration.assumptions import Assumptions
from domain.acl.github_actions_to_orchestration.evaluation import Pin, Scope
from domain.acl.github_actions_to_orchestration.expressions import SyntaxFlaw
from domain.acl.github_actions_to_orchestration.texts import MASKED, fill, masked
from domain.acl.github_actions_to_orchestration.values import Unknown, Value, has_unknown, to_number, to_text, truth
from domain.shared.units import MINUTE_US

DEFAULT_TIMEOUT_MIN = 360
"""docs.github.com, `jobs.<job_id>.timeout-minutes`, read 2026-11."""
_LASTING = ("github.actor", "github.head_ref", "github.repository", "github.event.pull_request.", "inputs.", "vars.")
"""What may not be known, but is the same whenever the pipeline of an import comes again."""
LONGEST_MIN = 35 * 24 * 60
"""A workflow run ends after 35 days whatever its jobs say (docs.github.com, Actions limits, read 2026-11)."""


class Reader(msgspec.Struct, frozen=True):
    """Reads values at places of one file in one scope."""

    file: str
    scope: Scope
    notes: Notes
    assumptions: Assumptions

    def within(self, scope: Scope) -> "Reader":
        """The same in another scope."""
        return Reader(self.file, scope, self.notes, self.assumptions)

    def value(self, data: Data, path: Path) -> Value:
        """The value with its expressions evaluated; what is no expression is a flaw of the file."""
        try:
            return fill(data, self.scope)
        except SyntaxFlaw as flaw:
            self.notes.refuse(self.file, path, str(flaw), "an expression that GitHub can evaluate")
            return Unknown(("it is not an expression",))

    def taken(self, data: Data, path: Path) -> Value:
        """The value, where need be with what is taken for known in this import; then a note says so."""
        value = self.value(data, path)
        missing = has_unknown(value)
        if missing is None or not missing.atoms:
            return value
        better = self.assumptions.decide(lambda pins: fill(data, self.scope.with_pins(pins)))
        if has_unknown(better) is None:
            self._note(missing, path, f"taken to be {show(better)}")
        return better

    def known(self, data: Data, path: Path, instead: Data, what: str) -> Data:
        """The value, or `instead` with a note that says so."""
        value = self.taken(data, path)
        if isinstance(value, Unknown):
            self.notes.unknown(self.file, path, f"{'; '.join(value.reasons)}: taken to be {what}")
            return instead
        return value

    def lasting(self, data: Data, path: Path) -> Value:
        """The value with names in the place of what is unknown, but the same in every run."""
        missing = has_unknown(self.value(data, path))
        if missing is None:
            return data
        pins = {one: Pin(f"({one})", is_value=True) for one in missing.leaves if one.startswith(_LASTING)}
        named = fill(data, self.scope.with_pins({**self.assumptions.pins, **pins}))
        if has_unknown(named) is not None:
            return data
        self.notes.unknown(self.file, path, f"{'; '.join(missing.reasons)}: the same in every run")
        return named

    def truth(self, data: Data, path: Path, wanted: bool) -> bool | Data:
        """What is true or false; an open question is answered as `wanted`, if it is not answered already."""
        value = self.value(data, path)
        if not isinstance(value, Unknown):
            return value
        known = truth(value)
        if known is None:
            known = self.assumptions.settle(lambda pins: fill(data, self.scope.with_pins(pins)), wanted)
            known = wanted if known is None else known
            self._note(value, path, f"taken to be {'true' if known else 'false'}")
        return known

    def _note(self, missing: Unknown, path: Path, words: str) -> None:
        since = self.assumptions.taken(missing)
        because = f", because {' and '.join(since)} in all of this import" if since else ""
        self.notes.unknown(self.file, path, f"{'; '.join(missing.reasons)}: {words}{because}")


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
    value = reader.truth(data, path, instead)
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
    value = reader.taken(data, path)
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
    group = reader.known(reader.lasting(fields.get("group"), here), here, "", "a group that no other run is in")
    cancel = flag(reader, fields.get("cancel-in-progress"), (*path, "cancel-in-progress"), False)
    return to_text(group), bool(group) and cancel


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
