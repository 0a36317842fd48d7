"""What is wrong with a trace as a whole; single rows that cannot be used are counted, not errors."""

from pathlib import Path

from scenarios.problems import Problem, ScenarioError


class TraceError(ScenarioError):
    """A trace file cannot be read at all; `problems` says where, what was found and what is allowed."""


def problem(path: Path, line: int, field: tuple[str, ...], found: str, allowed: str) -> Problem:
    """One problem in the file at `path`; `line` 0 and an empty `field` where there is none to name."""
    return Problem(str(path), line, field, found, allowed)


def refuse(path: Path, found: str, allowed: str, line: int = 0, field: tuple[str, ...] = ()) -> TraceError:
    """A TraceError of one problem, to be raised."""
    return TraceError([problem(path, line, field, found, allowed)])
