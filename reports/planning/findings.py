"""A capacity plan as typed data: what was asked, every fleet that was tried, and the answer."""

from typing import Literal

import msgspec

from reports.findings import Judgement, Outcome
from reports.planning.first_guess import Guess
from reports.statistics.intervals import Estimate
from scenarios.vocabulary import Unit

FORMAT = "windtunnel-plan"
SCHEMA_VERSION = 1
"""Grows when a key is renamed, removed or changes its meaning; new keys may appear at any time."""

Verdict = Literal["found", "enough", "infeasible", "cannot tell"]
"""found: it passes, and one less of anything fails. enough: it passes, and whether less would do cannot be told."""


class Varied(msgspec.Struct, frozen=True):
    """`low` and `high` of a count; `choices` of anything else."""

    name: str
    path: str
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A fleet under a policy, with what its replications say of every threshold, having been judged `looks` times."""

    policy: str
    values: dict[str, str]
    counts: tuple[int, ...]
    nodes: int  # all that are varied together
    outcome: Outcome
    replications: int
    looks: int
    judgements: tuple[Judgement, ...]
    estimates: dict[str, Estimate]

    @property
    def words(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.values.items())


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """The answer and its smaller neighbours on random numbers that the search did not see."""

    seed: int
    confirmed: bool
    words: str
    trials: tuple[Trial, ...]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    format: str = FORMAT
    schema_version: int = SCHEMA_VERSION
    windtunnel: str
    scenario: str
    seed: int
    minimise: str
    confidence: float
    thresholds: tuple[str, ...]
    varied: tuple[Varied, ...]
    verdict: Verdict
    words: str  # the answer in a sentence
    answer: Trial | None  # the best that was found; where nothing passes, the one that comes nearest
    neighbours: tuple[Trial, ...]  # one less of each count
    binding: tuple[str, ...]  # the thresholds that fail first where the fleet is smaller
    between: tuple[int, int] | None  # of one count: the smallest that would do lies there, both included
    sensitivity: tuple[Trial, ...]
    front: tuple[Trial, ...]  # nobody tried is both cheaper and faster
    guesses: tuple[Guess, ...]
    trials: tuple[Trial, ...]
    units: dict[str, Unit]
    exhaustive: bool  # whether all smaller fleets are ruled out, as far as more nodes never harm
    confirmation: Confirmation | None = None
    warnings: tuple[str, ...] = ()


def value_of(trial: Trial, metric: str) -> float | None:
    estimate = trial.estimates.get(metric)
    return estimate.value if estimate else None


def front_of(trials: tuple[Trial, ...], wait: str = "p95(wait)", cost: str = "cost") -> tuple[Trial, ...]:
    """Those that no other beats in one without losing in the other (Pareto), cheapest first."""
    free = not any(value_of(trial, cost) for trial in trials)
    known = [
        (float(trial.nodes) if free else value_of(trial, cost) or 0.0, slow, trial)
        for trial in trials
        if (slow := value_of(trial, wait)) is not None
    ]
    found: list[Trial] = []
    fastest = float("inf")
    for _, slow, trial in sorted(known, key=lambda one: (one[0], one[1], one[2].counts, one[2].policy)):
        if slow < fastest:
            found.append(trial)
            fastest = slow
    return tuple(found)
