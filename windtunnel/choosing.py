"""Picking policies of a scenario by name; one that it does not have is invalid input, with the nearest suggested."""

from collections.abc import Iterable, Sequence

from scenarios.problems import Problem, ScenarioError, choices, show


def choose_policies(wanted: Sequence[str], known: Iterable[str]) -> list[str]:
    """The wanted names in the order of `known`; all of them when none is wanted. Raises ScenarioError."""
    names = list(known)
    strangers = [name for name in wanted if name not in names]
    if strangers:
        raise ScenarioError(Problem("--policy", 0, (), show(name), choices(name, names)) for name in strangers)
    return [name for name in names if not wanted or name in wanted]
