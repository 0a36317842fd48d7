"""The `inputs` context: what a workflow declares, filled with what is given, of the declared type."""

from collections.abc import Mapping

from domain.acl.ci_to_orchestration.documents import Data, Path, as_mapping, listed, show
from domain.acl.ci_to_orchestration.imported import Notes
from domain.acl.github_actions_to_orchestration.values import Unknown, Value, named, to_number, to_text

_ZERO: dict[str, Data] = {"boolean": False, "number": 0}


def declared_inputs(
    declared: Data, given: Mapping[str, Value], file: str, path: Path, notes: Notes
) -> dict[str, Value]:
    """Inputs by name; one that is not given has its default, or is unknown where it has to be given."""
    found: dict[str, Value] = {}
    for name, about in as_mapping(declared).items():
        about = as_mapping(about)
        kind = about.get("type", "string")
        if name in given:
            found[name] = _of_type(given[name], kind, name, file, path, notes)
            options = [to_text(option) for option in about.get("options") or ()] if kind == "choice" else []
            if options and not isinstance(found[name], Unknown) and found[name] not in options:
                notes.refuse(file, path, f"{show(found[name])} for the input {name}", listed(options))
        elif about.get("default") is not None:
            found[name] = about["default"]
        elif about.get("required"):
            found[name] = named(f"the input {name} is not given", f"inputs.{name}")
        elif kind == "choice" and about.get("options"):
            found[name] = about["options"][0]
        else:
            found[name] = _ZERO.get(kind, "")
    for name in given:
        if name not in found:
            notes.refuse(file, path, f"the input {show(name)}", f"inputs of the workflow: {listed(found) or 'none'}")
    return found


def _of_type(value: Value, kind: str, name: str, file: str, path: Path, notes: Notes) -> Value:
    """Texts become what the input is: they come from a command line, or from an expression."""
    if isinstance(value, Unknown):
        return value
    if kind == "boolean" and not isinstance(value, bool):
        if to_text(value) in ("true", "false"):
            return to_text(value) == "true"
        notes.refuse(file, path, f"{show(value)} for the input {name}", "true or false")
    if kind == "number" and not isinstance(value, int | float):
        number = to_number(value)
        if number == number:
            return int(number) if abs(number) < 1e15 and number == int(number) else number
        notes.refuse(file, path, f"{show(value)} for the input {name}", "a number")
    return to_text(value) if kind in ("string", "choice", "environment") else value
