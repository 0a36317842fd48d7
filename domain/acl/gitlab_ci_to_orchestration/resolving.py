"""Works out a GitLab CI file: local includes merged, `extends` followed, `!reference` replaced.

Source: "CI/CD YAML syntax reference" (include, extends, !reference), docs.gitlab.com, read 2026-11.
"""

from collections.abc import Callable, Mapping

from domain.acl.ci_to_orchestration.documents import Data, Flaw, Path, as_list, as_mapping, kind, listed, show
from domain.acl.ci_to_orchestration.imported import FileFlaw, Notes
from domain.acl.gitlab_ci_to_orchestration.inputs import Inputs
from domain.acl.gitlab_ci_to_orchestration.keywords import KEYWORDS
from domain.acl.gitlab_ci_to_orchestration.rules import Judge
from domain.acl.gitlab_ci_to_orchestration.situation import expand
from domain.acl.gitlab_ci_to_orchestration.structure import RULES

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

    def __init__(
        self, files: Mapping[str, Data], notes: Notes, judge: Callable[[str], Judge],
        variables: Mapping[str, str | None], inputs: Mapping[str, Data],
    ) -> None:  # fmt: skip
        """`judge` of a file judges the rules of its includes; `variables` and `inputs` are given from outside."""
        self.origin: dict[str, tuple[str, str]] = {}  # top-level key → (file, key) where it was last written
        self._files = files
        self._notes = notes
        self._judge, self._variables, self._inputs = judge, variables, inputs
        self._included = 0
        self._values = 0
        self._written: dict[tuple[str, str], str] = {}  # (file, top-level key) → as it is written, inputs in it
        self._done: dict[str, dict[str, Data]] = {}  # jobs whose parents are merged

    def resolve(self, document: Mapping[str, Data], file: str) -> dict[str, Data]:
        """The whole configuration, without includes, extends and references."""
        filled = self._filled(document, file, self._inputs, file, ("spec", "inputs"))
        whole = self._with_includes(filled, file, ())
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
            self.origin[name] = (file, self._written.get((file, name), name))
        return merged(found, {name: value for name, value in document.items() if name not in ("include", "spec")})

    def _filled(
        self, document: Mapping[str, Data], file: str, given: Mapping[str, Data], giver: str, place: Path
    ) -> Mapping[str, Data]:
        """The document with its inputs filled in; one without a `spec` has none, and is left as it is."""
        spec = document.get("spec")
        if spec is None and not given:
            return document
        KEYWORDS.report(as_mapping(spec), file, ("spec",), self._notes, "spec")
        inputs = Inputs(spec, file, given, giver, place, self._notes)
        found: dict[str, Data] = {}
        for name, value in document.items():
            if name != "spec":
                key = inputs.key(name, ())
                self._written[file, key] = name
                found[key] = inputs.fill(value, (name,))
        return found

    def _include(self, one: Data, path: Path, file: str, above: tuple[str, ...]) -> dict[str, Data]:
        about = as_mapping(one)
        target = one if isinstance(one, str) else about.get("local")
        KEYWORDS.report(about, file, path, self._notes, "include")
        if "rules" in about and not self._wanted(about["rules"], file, (*path, "rules")):
            self._notes.left_out(file, path, "an include: its rules leave it out")
            return {}
        if not isinstance(target, str) or "://" in target:
            what = next((f"{name} {show(one[name])}" for name in as_mapping(one)), show(one))
            self._notes.unknown(file, path, f"{what} is not in this repository: its jobs are missing")
            return {}
        name = expand(target, self._variables).lstrip("/")
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
        given = as_mapping(about.get("inputs"))
        return self._with_includes(self._filled(content, name, given, file, (*path, "inputs")), name, (*above, name))

    def _wanted(self, rules: Data, file: str, path: Path) -> bool:
        flaws = list(RULES.flaws(rules, path))
        self._notes.flaws += [FileFlaw(file, flaw) for flaw in flaws]
        return not flaws and self._judge(file).by_rules(as_list(rules), path).included

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
