"""Picking policies of a scenario by name; one that it does not have is invalid input, with the nearest suggested."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from scenarios.problems import Problem, ScenarioError, choices, show
from windtunnel.exits import BadInput

if TYPE_CHECKING:
    from reports.manifest import RunFacts


def choose_policies(wanted: Sequence[str], known: Iterable[str]) -> list[str]:
    """The wanted names in the order of `known`; all of them when none is wanted. Raises ScenarioError."""
    names = list(known)
    strangers = [name for name in wanted if name not in names]
    if strangers:
        raise ScenarioError(Problem("--policy", 0, (), show(name), choices(name, names)) for name in strangers)
    return [name for name in names if not wanted or name in wanted]


def choose_run(runs: "Sequence[RunFacts]", policy: str | None, directory: str) -> "RunFacts":
    """The run of the policy, or the only one there is. Raises ScenarioError or BadInput."""
    by_name = {facts.policy: facts for facts in runs}
    if policy is None and len(by_name) > 1:
        raise BadInput(f"{directory} holds several policies: choose one of {', '.join(by_name)} with --policy")
    if not by_name:
        raise BadInput(f"{directory} holds no finished policy")
    (name,) = choose_policies([policy] if policy else [], by_name)
    return by_name[name]
