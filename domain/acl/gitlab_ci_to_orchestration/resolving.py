"""Works out a GitLab CI file: local includes merged, `extends` followed, `!reference` replaced.

Source: "CI/CD YAML syntax reference" (include, extends, !reference), docs.gitlab.com, read 2026-11.
"""

from collections.abc import Mapping

from domain.acl.ci_to_orchestration.documents import Data, Flaw, Path, as_list, as_mapping, kind, listed, show
from domain.acl.ci_to_orchestration.imported import FileFlaw, Notes

REFERENCE = "!reference"
"""How readers hand on the tag: {"!reference": [job, key, …]}."""

MOST_INCLUDES = 150
DEEPEST_EXTENDS = 11
DEEPEST_REFERENCE = 10
MOST_VALUES = 200_000
"""Values that references may make: a few of them may each hold the next many times."""


def merged(low: Mapping[str, Data], high: Mapping[str, Data], depth: int = 0) -> dict[str, Data]:
    """Mappings merge, `high` wins; anything else is replaced."""
    found = dict(low)
    for name, value in high.items():
        old = found.get(name)
        if isinstance(old, Mapping) and isinstance(value, Mapping) and depth < 50:
            value = merged(old, value, depth + 1)
        found[name] = value
    return found


class Resolver:
    """Reads one file and what it includes; flaws and findings go to the notes."""

    def __init__(self, files: Mapping[str, Data], notes: Notes) -> None:
        self.origin: dict[str, tuple[str, str]] = {}  # top-level key → (file, key) where it was last written
        self._files = files
        self._notes = notes
        self._included = 0
        self._values = 0
        self._done: dict[str, dict[str, Data]] = {}  # jobs whose parents are merged

    def resolve(self, document: Mapping[str, Data], file: str) -> dict[str, Data]:
        """The whole configuration, without includes, extends and references."""
        whole = self._with_includes(document, file, ())
        extended = {
            name: self._extended(name, whole, ()) if isinstance(value, Mapping) else value
            for name, value in whole.items()
        }
        self._values = 0
        return {name: self._dereferenced(value, extended, (name,), ()) for name, value in extended.items()}

    def _with_includes(self, document: Mapping[str, Data], file: str, above: tuple[str, ...]) -> dict[str, Data]:
        found: dict[str, Data] = {}
        listing = document.get("include")
        for index, one in enumerate(as_list(listing)):
            path: Path = ("include", index) if isinstance(listing, list) else ("include",)
            self._included += 1
            if self._included > MOST_INCLUDES:
                self._notes.refuse(file, path, f"more than {MOST_INCLUDES} included files", "fewer")
                break
            found = merged(found, self._include(one, path, file, above))
        for name in document:
            self.origin[name] = (file, name)
        return merged(found, {name: value for name, value in document.items() if name != "include"})

    def _include(self, one: Data, path: Path, file: str, above: tuple[str, ...]) -> dict[str, Data]:
        target = one if isinstance(one, str) else as_mapping(one).get("local")
        if isinstance(one, Mapping) and "rules" in one:
            self._notes.unknown(file, path, "the rules of an include: taken to include it")
        if not isinstance(target, str) or "://" in target:
            what = next((f"{name} {show(one[name])}" for name in as_mapping(one)), show(one))
            self._notes.unknown(file, path, f"{what} is not in this repository: its jobs are missing")
            return {}
        name = target.lstrip("/")
        if name not in self._files:
            self._notes.unknown(file, path, f"{target} is not among the files given: its jobs are missing")
            return {}
        if name in above or len(above) > 20:
            self._notes.refuse(
                file, path, f"{target}, which includes this file", "files that do not include each other"
            )
            return {}
        content = self._files[name]
        if not isinstance(content, Mapping):
            self._notes.flaws.append(FileFlaw(name, Flaw((), show(content), "a mapping of jobs")))
            return {}
        return self._with_includes(content, name, (*above, name))

    def place(self, name: str, *rest: str | int) -> tuple[str, Path]:
        """Where a top-level key is written, for messages."""
        file, key = self.origin.get(name, ("", name))
        return file, (key, *rest)

    def _extended(self, name: str, whole: Mapping[str, Data], below: tuple[str, ...]) -> dict[str, Data]:
        if name in self._done:
            return self._done[name]
        job = whole[name]
        parents = as_list(job.get("extends"))
        file, path = self.place(name, "extends")
        if len(below) > DEEPEST_EXTENDS:
            self._notes.refuse(file, path, f"more than {DEEPEST_EXTENDS} levels of extends", "fewer")
            return dict(job)
        found: dict[str, Data] = {}
        for parent in parents:
            if parent in below or parent == name:
                self._notes.refuse(file, path, f"the circle {' → '.join((*below, name, str(parent)))}", "no circle")
            elif not isinstance(whole.get(str(parent)), Mapping):
                jobs = [other for other, value in whole.items() if isinstance(value, Mapping) and other != name]
                self._notes.refuse(file, path, f"no job {show(parent)}", f"jobs: {listed(jobs)}")
            else:
                found = merged(found, self._extended(str(parent), whole, (*below, name)))
            if self._notes.flaws:
                return dict(job)
        found.pop("extends", None)
        self._done[name] = merged(found, {key: value for key, value in job.items() if key != "extends"})
        return self._done[name]

    def _dereferenced(self, value: Data, whole: Mapping[str, Data], path: Path, above: tuple[Path, ...]) -> Data:
        self._values += 1
        if self._values > MOST_VALUES:
            if self._values == MOST_VALUES + 1:
                file, where = self.place(str(path[0]), *path[1:])
                self._notes.refuse(file, where, f"references to more than {MOST_VALUES:,} values", "fewer")
            return None
        if isinstance(value, Mapping) and set(value) == {REFERENCE}:
            return self._referred(value[REFERENCE], whole, path, above)
        if isinstance(value, Mapping):
            return {name: self._dereferenced(one, whole, (*path, name), above) for name, one in value.items()}
        if not isinstance(value, list):
            return value
        items: list[Data] = []
        for index, one in enumerate(value):
            item = self._dereferenced(one, whole, (*path, index), above)
            if isinstance(item, list) and kind(one) in ("mapping", "list"):
                items += item  # a list inside a list is part of it
            else:
                items.append(item)
        return items

    def _referred(self, keys: Data, whole: Mapping[str, Data], path: Path, above: tuple[Path, ...]) -> Data:
        file, where = self.place(str(path[0]), *path[1:])
        if not isinstance(keys, list) or not keys or not all(isinstance(key, str) for key in keys):
            self._notes.refuse(file, where, show(keys), "!reference [JOB, KEY]")
            return None
        found: Data = whole
        for key in keys:
            if not isinstance(found, Mapping) or key not in found:
                self._notes.refuse(file, where, f"!reference [{', '.join(keys)}], which is not there", "a key of a job")
                return None
            found = found[key]
        if tuple(keys) in above or len(above) >= DEEPEST_REFERENCE:
            self._notes.refuse(file, where, f"!reference [{', '.join(keys)}] within itself", "no circle")
            return None
        return self._dereferenced(found, whole, path, (*above, tuple(keys)))
