"""`strategy.matrix` of a job: the combinations that it makes, or None where only the run can tell."""

from collections.abc import Mapping
from math import prod

from domain.acl.ci_to_orchestration.documents import Data, Path, show
from domain.acl.github_actions_to_orchestration.fields import Reader
from domain.acl.github_actions_to_orchestration.values import Unknown, Value, to_text
from domain.orchestration.matrix import LARGEST, expand

MOST_BEFORE_EXCLUDE = 20_000
"""Combinations of the axes before `exclude`: more is a trap, not a matrix."""

Combination = Mapping[str, Value]


def combinations(reader: Reader, data: Data, path: Path) -> list[Combination] | None:
    """One mapping per job; a flaw is noted and gives no job at all, an unknown part is noted and gives None."""
    value = reader.taken(data, path)
    if isinstance(value, Unknown):
        return _unknown(reader, value, path)
    if not isinstance(value, Mapping):
        return _refuse(reader, path, show(value), "a mapping of axes to lists of values")
    axes: dict[str, list[Value]] = {}
    extra: dict[str, list[Mapping[str, Value]]] = {"include": [], "exclude": []}
    for name, values in value.items():
        if isinstance(values, Unknown):
            return _unknown(reader, values, (*path, name))
        if not isinstance(values, list):
            return _refuse(reader, (*path, name), show(values), "a list of values")
        if name not in extra:
            axes[name] = values
            continue
        for index, one in enumerate(values):
            if isinstance(one, Unknown):
                return _unknown(reader, one, (*path, name, index))
            if not isinstance(one, Mapping):
                return _refuse(reader, (*path, name, index), show(one), "a mapping, one combination")
            extra[name].append(one)
    if prod(map(len, axes.values())) > MOST_BEFORE_EXCLUDE:
        return _refuse(reader, path, f"{prod(map(len, axes.values())):,} combinations", f"at most {LARGEST}")
    try:
        expanded = expand(axes, extra["include"], extra["exclude"])
    except ValueError as error:
        return _refuse(reader, path, str(error), "axes with values, and exclude of axes that there are")
    if len(expanded) > LARGEST:
        return _refuse(reader, path, f"{len(expanded):,} combinations", f"at most {LARGEST}")
    return list(expanded)


def _unknown(reader: Reader, value: Unknown, path: Path) -> list[Combination] | None:
    reader.notes.unknown(reader.file, path, f"{'; '.join(value.reasons)}: taken to make one job")
    return None


def _refuse(reader: Reader, path: Path, found: str, allowed: str) -> list[Combination]:
    reader.notes.refuse(reader.file, path, found, allowed)
    return []


def scalars(value: Value) -> list[str]:
    """What is written in a value, from the outside in, for a name."""
    if isinstance(value, Unknown):
        return ["…"]
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in scalars(one)]
    if isinstance(value, list):
        return [text for one in value for text in scalars(one)]
    return [to_text(value)] if value is not None and value != "" else []


def shown(combination: Combination) -> tuple[tuple[str, str], ...]:
    return tuple((name, ", ".join(scalars(value))) for name, value in combination.items())
