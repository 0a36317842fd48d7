"""From a question to a plan: first guess, search, what binds, what a few nodes more or less would do, and the front."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reports.json_view import windtunnel_version
from reports.planning.findings import Confirmation, Plan, Trial, Varied, Verdict, front_of, value_of
from reports.planning.first_guess import Demand, Guess, guess, known_demand, measured_demand
from reports.planning.sentences import answer_words, confirmation_words
from scenarios.problems import dotted
from scenarios.thresholds import parse_metric
from scenarios.variations import Axis
from windtunnel.planning.asking import Question, pool_of
from windtunnel.planning.search import Answer, Counts, cheapest, neighbours, smallest
from windtunnel.planning.trying import Choice, Fleets, Place

if TYPE_CHECKING:
    from sim.results import RunResult

ALIKE = "Nothing in this scenario is random: a fleet passes or fails for certain, but for this one recording alone."
RECORDED = (
    "Every replication has the recorded arrivals: the confidence is about boots, starts and failures, not about other "
    "weeks; --resample 1d draws those."
)
FURTHER = (0.8, 0.9, 1.1, 1.25, 1.5)
"""Fleets of so much of the answer's size are tried too, for the picture."""


def guesses_of(asked: Question, pilots: "Sequence[RunResult]") -> tuple[Guess, ...]:
    """For every count that is the size of a pool, as far as closed forms go."""
    found = []
    for axis, most in zip(asked.counts, asked.highs, strict=True):
        pool = pool_of(asked.scenario, axis.path)
        if pool is None or axis.path[5:6] != ("nodes",):
            continue
        measured = measured_demand(pilots, pool[0])
        one = guess(axis.name, _demand(asked, measured), asked.thresholds, most) if measured else None
        if one:
            found.append(one)
    return tuple(found)


def _demand(asked: Question, measured: Demand) -> Demand:
    """What the scenario says for certain, where it is simple enough and has one pool."""
    pools = sum(len(provider.pools) for provider in asked.scenario.fleet.providers.values())
    known = known_demand(asked.scenario, measured.slots) if pools == 1 else None
    return known or measured


def answered(
    asked: Question, fleets: Fleets, guesses: tuple[Guess, ...], budget: int, nearby: bool = True
) -> tuple[Plan, list[Place]]:
    """The plan, and the places of the answer and of its smaller neighbours. An interrupt goes through.

    With `nearby`, fleets around the answer are tried as well, for the reader.
    """
    best: tuple[Place, Trial] | None = None
    nearest: Trial | None = None
    exhaustive = True
    for policy in asked.policies:
        for choice in asked.combinations():
            found = _search(asked, fleets, guesses, policy, choice, budget)
            exhaustive &= found.exhaustive
            counts = asked.highs if found.counts is None else found.counts
            trial = fleets.trial((policy, choice, counts))
            if found.counts is None:
                nearest = trial if nearest is None else min(nearest, trial, key=_shortfall)
            elif best is None or _cost(asked, trial) < _cost(asked, best[1]):
                best = (policy, choice, counts), trial
    around: list[tuple[Place, Trial]] = []
    sensitivity: tuple[Trial, ...] = ()
    if best:
        policy, choice, counts = best[0]
        around = [
            ((policy, choice, less), fleets.trial((policy, choice, less))) for less in neighbours(counts, asked.lows)
        ]
        if nearby:
            sensitivity = tuple(fleets.trial(place, decide=False) for place in _nearby(asked, best[0]))
            for place in _further(asked, best[0]):
                fleets.trial(place, decide=False)
    smaller = tuple(trial for _, trial in around)
    between = _between(asked, fleets, best[0]) if best and len(asked.counts) == 1 else None
    verdict = _verdict(best[1] if best else None, nearest, smaller)
    answer = best[1] if best else nearest
    tried = tuple(fleets.trials.values())
    places = [best[0], *(place for place, _ in around)] if best else []
    plan = Plan(
        windtunnel=windtunnel_version(),
        scenario=asked.scenario.name,
        seed=asked.scenario.seed,
        minimise=asked.minimise,
        confidence=asked.confidence,
        thresholds=tuple(each.text for each in asked.thresholds),
        varied=tuple(_varied(axis) for axis in (*asked.choices, *asked.counts)),
        verdict=verdict,
        words=answer_words(verdict, answer, smaller, asked.confidence, between),
        answer=answer,
        neighbours=smaller,
        binding=_binding(smaller, answer),
        between=between,
        sensitivity=sensitivity,
        front=front_of(tried),
        guesses=guesses,
        trials=tried,
        units={name: parse_metric(name).unit for trial in tried[:1] for name in trial.estimates},
        exhaustive=exhaustive,
        warnings=tuple(_warnings(asked, fleets)),
    )
    return plan, places


def _search(
    asked: Question, fleets: Fleets, guesses: tuple[Guess, ...], policy: str, choice: Choice, budget: int
) -> Answer:
    by_field = {one.field: one.nodes for one in guesses}

    def passes(counts: Counts) -> bool:
        return fleets.trial((policy, choice, counts)).outcome == "pass"

    start = [by_field.get(axis.name) for axis in asked.counts]
    return cheapest(asked.lows, asked.highs, start, asked.list_price, passes, budget)


def _between(asked: Question, fleets: Fleets, place: Place) -> tuple[int, int]:
    """From the first count that does not surely fail, found as the answer was, to the answer."""
    policy, choice, (count,) = place
    tried = fleets.trials.items()
    failed = [
        c[0] for (p, ch, c), one in tried if (p, ch) == (policy, choice) and one.outcome == "fail" and c[0] < count
    ]
    low = max(failed, default=asked.lows[0] - 1) + 1
    first = smallest(low, count, None, lambda one: fleets.trial((policy, choice, (one,))).outcome != "fail")
    return first or count, count


def _cost(asked: Question, trial: Trial) -> tuple[float, float]:
    """What is to be little; then how long jobs wait."""
    little = value_of(trial, "cost") if asked.minimise == "cost" else float(trial.nodes)
    return little or 0.0, value_of(trial, "p95(wait)") or 0.0


def _shortfall(trial: Trial) -> tuple[int, float]:
    """How far it is from passing: thresholds that fail, then the worst of values relative to their bounds."""
    missed = [each for each in trial.judgements if each.outcome != "pass"]
    ratios = [abs((each.estimate.value or 0.0) - each.bound) / (abs(each.bound) or 1.0) for each in missed]
    return len(missed), max(ratios, default=0.0)


def _verdict(best: Trial | None, nearest: Trial | None, smaller: Sequence[Trial]) -> Verdict:
    if best is None:
        return "cannot tell" if nearest and nearest.outcome == "inconclusive" else "infeasible"
    return "found" if all(trial.outcome == "fail" for trial in smaller) else "enough"


def _binding(smaller: Sequence[Trial], answer: Trial | None) -> tuple[str, ...]:
    """What one less would break; of an answer that does not pass, what it breaks itself."""
    trials = smaller or ([answer] if answer else [])
    found = [each for trial in trials for each in trial.judgements if each.outcome != "pass"]
    failed = [each for each in found if each.outcome == "fail"]
    return tuple(dict.fromkeys(each.threshold for each in failed or found))


def _nearby(asked: Question, place: Place) -> Iterator[Place]:
    """One and two more or less of each count, in order."""
    policy, choice, counts = place
    for axis, (low, high) in enumerate(zip(asked.lows, asked.highs, strict=True)):
        for step in (-2, -1, 0, 1, 2):
            count = counts[axis] + step
            if low <= count <= high and (step or axis == 0):
                yield policy, choice, (*counts[:axis], count, *counts[axis + 1 :])


def _further(asked: Question, place: Place) -> Iterator[Place]:
    policy, choice, counts = place
    for factor in FURTHER:
        sized = zip(counts, asked.lows, asked.highs, strict=True)
        yield policy, choice, tuple(min(max(round(count * factor), low), high) for count, low, high in sized)


def _varied(axis: Axis) -> Varied:
    if axis.span:
        return Varied(axis.name, dotted(axis.path), int(axis.span.low), int(axis.span.high))
    return Varied(axis.name, dotted(axis.path), choices=axis.values)


def _warnings(asked: Question, fleets: Fleets) -> Iterator[str]:
    several = [found for found in fleets.replications.values() if len(found) > 1]
    if several and all(len({each.digest for each in found}) == 1 for found in several):
        yield ALIKE
    elif asked.scenario.workload.trace is not None and fleets.vary is None:
        yield RECORDED


def confirm(asked: Question, fleets: Fleets, plan: Plan, places: Sequence[Place]) -> Confirmation:
    """The same places on other random numbers, as often as each was run before, judged once."""
    assert fleets.seed is not None
    before = [plan.answer, *plan.neighbours]
    known = [trial for trial in before if trial is not None]
    again = [fleets.exactly(place, trial.replications) for place, trial in zip(places, known, strict=True)]
    for trial in again:
        fleets.say(trial)
    otherwise = [b for a, b in zip(known, again, strict=True) if a.outcome == "fail" and b.outcome == "pass"]
    confirmed = again[0].outcome == "pass" and not otherwise
    words = confirmation_words(confirmed, fleets.seed, again)
    return Confirmation(seed=fleets.seed, confirmed=confirmed, words=words, trials=tuple(again))
