"""A plan as tables for the screen: the first guess, what a few nodes more or less would do, and the front."""

from collections.abc import Sequence

from reports.document import Section, Table
from reports.planning.findings import Plan, Trial
from reports.planning.first_guess import Guess
from reports.sweep_tables import with_interval
from reports.unit_words import in_unit, interval_words
from reports.wording import NONE, duration, number, percent
from scenarios.thresholds import parse_threshold

MOST_ROWS = 12


def plan_sections(plan: Plan) -> tuple[Section, ...]:
    found = []
    if plan.answer:
        found.append(Section("thresholds", "Thresholds", "", (_thresholds(plan, plan.answer),)))
    if plan.guesses:
        found.append(Section("guess", "First guess", "", (_guesses(plan),)))
    if plan.sensitivity:
        note = f"± is half of the {percent(plan.confidence)} interval; outcomes are judged more strictly, look by look."
        table = _trials(plan, _in_order(plan.sensitivity), note)
        found.append(Section("sensitivity", "A few more or less", "", (table,)))
    if len(plan.front) > 1:
        note = "Of all that was tried, none is both cheaper and faster than one of these."
        found.append(Section("front", "Cost against waits", "", (_trials(plan, plan.front[:MOST_ROWS], note),)))
    return tuple(found)


def _thresholds(plan: Plan, answer: Trial) -> Table:
    rows = tuple(
        (
            each.threshold,
            in_unit(each.estimate.value, each.unit),
            interval_words(each.estimate, each.unit),
            each.outcome,
        )
        for each in answer.judgements
    )
    note = f"What fails first where the fleet is smaller: {', '.join(plan.binding)}." if plan.binding else ""
    words = f"{answer.words}, {answer.policy}, {answer.replications} replications"
    return Table(words, ("threshold", "value", "interval", "outcome"), rows, note=note)


def _guesses(plan: Plan) -> Table:
    """Closed form beside simulation."""
    simulated = dict(plan.answer.values) if plan.answer and plan.verdict in ("found", "enough") else {}
    rows = tuple(_guess(one, simulated.get(one.field, NONE)) for one in plan.guesses)
    columns = ("field", "closed form", "simulated", "formula", "jobs an hour", "on a node", "ca²", "cs²")
    source = ", ".join(dict.fromkeys(one.demand.source for one in plan.guesses))
    return Table("", columns, rows, note=f"The closed form knows arrival rate, durations and their spread ({source}).")


def _guess(one: Guess, simulated: str) -> tuple[str, ...]:
    demand = one.demand
    return (
        one.field,
        NONE if one.nodes is None else str(one.nodes),
        simulated,
        one.formula,
        number(demand.arrival * 3600),
        duration(round(demand.service * 1e6)),
        number(demand.arrival_scv),
        number(demand.service_scv),
    )


def _trials(plan: Plan, trials: Sequence[Trial], note: str) -> Table:
    metrics = [str(parse_threshold(text).metric.measured) for text in plan.thresholds]
    metrics = list(dict.fromkeys((*metrics, "p95(wait)", "cost")))
    free = not any(trial.estimates["cost"].value for trial in trials if "cost" in trial.estimates)
    metrics = [metric for metric in metrics if metric in plan.units and not (metric == "cost" and free)]
    several = len({trial.policy for trial in plan.trials}) > 1
    rows = tuple(
        (
            *trial.values.values(),
            *((trial.policy,) if several else ()),
            *(with_interval(trial.estimates.get(metric), plan.units[metric]) for metric in metrics),
            trial.outcome,
        )
        for trial in trials
    )
    names = (*(one.name for one in plan.varied), *(("policy",) if several else ()))
    return Table("", (*names, *metrics, "outcome"), rows, names=len(names), note=note)


def _in_order(trials: Sequence[Trial]) -> list[Trial]:
    return list({(trial.policy, trial.counts): trial for trial in sorted(trials, key=lambda one: one.counts)}.values())
