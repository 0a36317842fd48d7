"""What a plan is asked: counts to find, choices to make, thresholds to meet; checked whole before anything runs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from scenarios.loader import load_scenario, load_variants, resolve_policies
from scenarios.problems import Path, Problem, ScenarioError
from scenarios.variations import Axis, parse_axes, policies_of
from windtunnel.choosing import choose_policies
from windtunnel.exits import BadInput
from windtunnel.experiment_options import thresholds_of

if TYPE_CHECKING:
    from scenarios.spec import Pool, Scenario
    from scenarios.thresholds import Threshold

VARY = "--vary"
MOST_CHOICES = 200


@dataclass(frozen=True)
class Question:
    """`counts` are whole numbers from low to high, `choices` lists of values, of which every combination is tried."""

    source: str
    settings: tuple[str, ...]
    trace: str | None
    scenario: "Scenario"
    policies: tuple[str, ...]
    counts: tuple[Axis, ...]
    choices: tuple[Axis, ...]
    thresholds: "tuple[Threshold, ...]"
    minimise: str
    confidence: float

    @property
    def lows(self) -> tuple[int, ...]:
        return tuple(int(axis.span.low) for axis in self.counts if axis.span)

    @property
    def highs(self) -> tuple[int, ...]:
        return tuple(int(axis.span.high) for axis in self.counts if axis.span)

    def combinations(self) -> list[tuple[str, ...]]:
        return list(product(*(axis.values for axis in self.choices)))

    def settings_at(self, choice: Sequence[str], counts: Sequence[int]) -> list[str]:
        chosen = [axis.setting(value) for axis, value in zip(self.choices, choice, strict=True)]
        return chosen + [axis.setting(str(count)) for axis, count in zip(self.counts, counts, strict=True)]

    def values_at(self, choice: Sequence[str], counts: Sequence[int]) -> dict[str, str]:
        chosen = {axis.name: value for axis, value in zip(self.choices, choice, strict=True)}
        return chosen | {axis.name: str(count) for axis, count in zip(self.counts, counts, strict=True)}

    def scenario_at(self, choice: Sequence[str], counts: Sequence[int]) -> "Scenario":
        """Raises ScenarioError where such a fleet cannot be."""
        (found,) = load_variants(self.source, self.settings, self.trace, [self.settings_at(choice, counts)])
        if isinstance(found, ScenarioError):
            raise found
        return found

    def list_price(self, counts: Sequence[int]) -> int:
        """Micro-dollars an hour of what is varied; 1 for each where nodes are to be few."""
        if self.minimise == "nodes":
            return sum(counts)
        return sum(count * price_of(self.scenario, axis.path) for axis, count in zip(self.counts, counts, strict=True))


def pool_of(scenario: "Scenario", path: Path) -> "tuple[str, Pool] | None":
    """The pool that a field is of."""
    if len(path) > 4 and path[:2] == ("fleet", "providers") and path[3] == "pools":
        name = str(path[4])
        return name, scenario.fleet.providers[str(path[2])].pools[name]
    return None


def price_of(scenario: "Scenario", path: Path) -> int:
    found = pool_of(scenario, path)
    return found[1].price if found else 0


def question(
    source: str,
    vary: Sequence[str],
    meet: Sequence[str],
    *,
    settings: Sequence[str] = (),
    trace: str | None = None,
    wanted: Sequence[str] = (),
    minimise: str | None = None,
    confidence: float = 0.95,
) -> Question:
    """Raises ScenarioError, ThresholdError or BadInput with what is wrong."""
    scenario = load_scenario(source, settings, trace)
    names = choose_policies(wanted, resolve_policies(scenario))
    policies, axes = policies_of(parse_axes(vary, scenario, VARY), names, VARY)
    counts = tuple(axis for axis in axes if axis.span)
    _only_counts(counts)
    thresholds = thresholds_of(scenario, meet)
    if not thresholds:
        raise BadInput("nothing has to be met: --meet 'p95(wait) < 120s', or thresholds in the scenario")
    if any(each.delta for each in thresholds):
        raise BadInput("a fleet is judged for itself: a delta compares policies, so it cannot be met by a plan")
    priced = any(price_of(scenario, axis.path) for axis in counts)
    if minimise == "cost" and not priced:
        raise BadInput("--minimise cost: no pool that is varied has a price; --minimise nodes")
    found = Question(
        source, tuple(settings), trace, scenario, tuple(policies), counts,
        tuple(axis for axis in axes if not axis.span), thresholds, minimise or ("cost" if priced else "nodes"),
        confidence,
    )  # fmt: skip
    _all_valid(found)
    return found


def _only_counts(axes: Iterable[Axis]) -> None:
    axes = tuple(axes)
    problems = [
        Problem(f"{VARY} {axis.name}", 0, (), "a range of something that is no count", "values with commas")
        for axis in axes
        if axis.span and (axis.span.quantity is not None or not axis.span.whole)
    ]
    if not axes:
        problems.append(Problem(VARY, 0, (), "no count", "at least one range, such as nodes.linux.count=1..200"))
    if problems:
        raise ScenarioError(problems)


def _all_valid(asked: Question) -> None:
    """The smallest and the largest fleet with every combination of choices."""
    combinations = asked.combinations()
    if len(combinations) > MOST_CHOICES:
        raise BadInput(f"{len(combinations)} combinations of choices: at most {MOST_CHOICES}")
    corners = [asked.settings_at(choice, counts) for choice in combinations for counts in (asked.lows, asked.highs)]
    found = load_variants(asked.source, asked.settings, asked.trace, corners)
    problems = [problem for one in found if isinstance(one, ScenarioError) for problem in one.problems]
    if problems:
        raise ScenarioError(problems)
