"""Inputs of a configuration (`spec:inputs`), filled in where it says `$[[ inputs.NAME ]]`.

Source: "CI/CD inputs", docs.gitlab.com, read 2026-11. A text that is nothing but one input becomes its value, whatever
its type; within a text it becomes part of it.
"""

import re
from collections.abc import Mapping

from domain.acl.ci_to_orchestration.documents import Data, Path, as_list, as_mapping, kind, listed, scalar_text, show
from domain.acl.ci_to_orchestration.imported import Notes

_PLACE = re.compile(r"\$\[\[\s*inputs\.([A-Za-z0-9_-]+)\s*((?:\|[^\]|]*)*)\]\]")
_TRUNCATE = re.compile(r"truncate\(\s*([0-9]{1,4})\s*,\s*([0-9]{1,4})\s*\)")
_KINDS = {"string": "text", "number": "number", "boolean": "boolean", "array": "list"}
MOST_CHARACTERS = 2_000_000
"""Of all texts that inputs are put into, in one file."""


class Inputs:
    """The values of the inputs of `file`, which are given at `place` of `giver`; what is wrong goes to the notes."""

    def __init__(
        self, spec: Data, file: str, given: Mapping[str, Data], giver: str, place: Path, notes: Notes
    ) -> None:  # fmt: skip
        self._own, self._file, self._place, self._notes = file, giver, place, notes
        self._left = MOST_CHARACTERS
        self._values: dict[str, Data] = {}
        declared = as_mapping(as_mapping(spec).get("inputs"))
        for name in given:
            if name not in declared:
                notes.refuse(giver, (*place, name), f"the input {show(name)}", f"inputs: {listed(declared) or 'none'}")
        for name, about in declared.items():
            self._declare(name, as_mapping(about), given)

    def _declare(self, name: str, about: Mapping[str, Data], given: Mapping[str, Data]) -> None:
        wanted = scalar_text(about.get("type", "string"))
        if wanted not in _KINDS:
            self._notes.refuse(self._file, self._place, f"the type {show(wanted)} of {name}", listed(_KINDS))
        elif name not in given and "default" not in about:
            self._notes.refuse(
                self._file, self._place, f"no value for the input {name}", "one for each input without a default"
            )
        else:
            value = given.get(name, about.get("default"))
            options = as_list(about.get("options"))
            if value is not None and kind(value) != _KINDS[wanted]:
                value = self._converted(name, value, wanted)
            if options and value not in options:
                self._notes.refuse(self._file, (*self._place, name), show(value), listed(map(show, options)))
            self._values[name] = value

    def _converted(self, name: str, value: Data, wanted: str) -> Data:
        """Values from the command line are texts."""
        text = scalar_text(value)
        if wanted == "string" and kind(value) in ("number", "boolean"):
            return text
        if wanted == "number" and re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", text):
            return float(text) if "." in text else int(text)
        if wanted == "boolean" and text in ("true", "false"):
            return text == "true"
        self._notes.refuse(self._file, (*self._place, name), show(value), f"a value of type {wanted}")
        return None

    def fill(self, value: Data, path: Path = ()) -> Data:
        """The same with every input put in its place, in keys too."""
        if isinstance(value, str):
            return self._filled(value, path) if "$[[" in value else value
        if isinstance(value, list):
            return [self.fill(one, (*path, index)) for index, one in enumerate(value)]
        if isinstance(value, Mapping):
            return {self.key(name, path): self.fill(one, (*path, name)) for name, one in value.items()}
        return value

    def key(self, name: str, path: Path) -> str:
        return scalar_text(self._filled(name, (*path, name))) if "$[[" in name else name

    def _filled(self, text: str, path: Path) -> Data:
        whole = _PLACE.fullmatch(text)
        if whole and not whole.group(2).strip():
            return self._value(whole.group(1), path)
        return _PLACE.sub(lambda found: self._part(found, path), text)

    def _part(self, found: re.Match[str], path: Path) -> str:
        value = self._value(found.group(1), path)
        text = scalar_text(value) if kind(value) not in ("list", "mapping") else show(value)
        for function in found.group(2).split("|")[1:]:
            cut = _TRUNCATE.fullmatch(function.strip())
            if cut:
                start, length = map(int, cut.groups())
                text = text[start : start + length]
            elif function.strip() not in ("expand_vars", "posix_escape"):  # variables are put in later, wherever
                self._notes.unknown(self._own, path, f"the function {show(function.strip())} of an input: left out")
        if self._left >= 0 > self._left - len(text):
            self._notes.refuse(self._own, path, f"inputs in more than {MOST_CHARACTERS:,} characters", "fewer")
        self._left -= len(text)
        return text if self._left >= 0 else ""

    def _value(self, name: str, path: Path) -> Data:
        if name not in self._values:
            self._notes.refuse(self._own, path, f"the input {show(name)}", f"inputs: {listed(self._values) or 'none'}")
            return None
        return self._values[name]
