"""What replications say, as sections of a report: figures with intervals, policies in pairs, thresholds."""

from collections.abc import Sequence

from msgspec.structs import replace

from reports.circumstances import Circumstances
from reports.document import Section, Table
from reports.findings import CANNOT_TELL, Comparison, Experiment, Figure, Judgement
from reports.statistics.intervals import Estimate
from reports.unit_words import in_unit, interval_words
from reports.wording import NONE, listed, percent
from scenarios.thresholds import parse_threshold

TOLD = ("mean(wait)", "p95(wait)", "cost", "fairness")
"""Metrics that are worth a line on the screen when policies are compared; the report has them all."""


def sections(about: Circumstances, brief: bool = False) -> tuple[Section, ...]:
    """Thresholds first, for they were asked for; nothing for a plain run."""
    found = []
    if about.thresholds:
        found.append(Section("thresholds", "Thresholds", "", threshold_tables(about.thresholds)))
    if about.experiment:
        experiment = _with_units(about.experiment, about.thresholds)
        found.append(replications_section(experiment, brief))
        if experiment.comparisons:
            found.append(comparison_section(experiment, brief))
    return tuple(found)


def _with_units(experiment: Experiment, judgements: Sequence[Judgement]) -> Experiment:
    """Of what unit a figure of a context is, only the thresholds about it say."""
    units = {str(parse_threshold(each.threshold).metric.measured): each.unit for each in judgements if not each.against}
    known = {name: unit for name, unit in units.items() if unit != "any"}

    return replace(
        experiment,
        figures=tuple(replace(one, unit=known.get(one.metric, one.unit)) for one in experiment.figures),
        comparisons=tuple(replace(one, unit=known.get(one.metric, one.unit)) for one in experiment.comparisons),
    )


def threshold_tables(judgements: Sequence[Judgement]) -> tuple[Table, ...]:
    """One for each threshold, a line for each policy."""
    found: dict[str, list[Judgement]] = {}
    for each in judgements:
        found.setdefault(each.threshold, []).append(each)
    return tuple(_threshold_table(text, of_one) for text, of_one in found.items())


def _threshold_table(text: str, judgements: Sequence[Judgement]) -> Table:
    rows = tuple(
        (
            f"{each.policy} − {each.against}" if each.against else each.policy,
            in_unit(each.estimate.value, each.unit, signed=bool(each.against)),
            interval_words(each.estimate, each.unit, signed=bool(each.against)),
            each.outcome,
        )
        for each in judgements
    )
    reasons = dict.fromkeys(each.why for each in judgements if each.outcome == "inconclusive" and each.why)
    note = f"Inconclusive: {'; '.join(reasons)}." if reasons else ""
    return Table(text, ("policy", "value", "95 % interval", "outcome"), rows, note=note)


def replications_section(experiment: Experiment, brief: bool) -> Section:
    rows: list[tuple[str, ...]] = []
    for figure in experiment.figures:
        rows += _figure_rows(figure.metric, figure, figure.estimates)
        if not brief:
            rows += _figure_rows(f"{figure.metric} of all jobs together", figure, figure.pooled)
    counts = {policy: len(experiment.of(policy)) for policy in experiment.policies}
    many = listed([f"{n} of {policy}" for policy, n in counts.items()], most=8)
    alike = set(counts.values())
    n = f"{next(iter(alike))} replications of each policy" if len(alike) == 1 else f"replications: {many}"
    lead = f"{n[0].upper()}{n[1:]}; replication r of every policy has the same random numbers."
    note = f"Means over replications with their {experiment.level:.0%} intervals (Student t). {experiment.stopping}"
    table = Table("", ("figure", "policy", "mean", "interval", "precision"), tuple(rows), names=2, note=note.strip())
    return Section("replications", "Replications", lead, (table,))


def _figure_rows(title: str, figure: Figure, estimates: dict[str, Estimate]) -> list[tuple[str, ...]]:
    """A line for each policy, the first with the title."""
    rows: list[tuple[str, ...]] = []
    for policy, estimate in estimates.items():
        half, value = estimate.half_width, estimate.value
        relative = NONE if half is None or not value else f"± {percent(half / abs(value))}"
        words = in_unit(value, figure.unit), interval_words(estimate, figure.unit), relative
        rows.append(("" if rows else title, policy, *words))
    return rows


def comparison_section(experiment: Experiment, brief: bool) -> Section:
    found: dict[str, list[Comparison]] = {}
    for each in experiment.comparisons:
        if not brief or each.metric in TOLD:
            found.setdefault(each.metric, []).append(each)
    pairs = max(map(len, found.values()), default=0)
    chance = f"{1 - experiment.level:.0%}"
    holm = f", the {pairs} pairs of each figure corrected by Holm" if pairs > 1 else ""
    lead = f"A policy is called better where chance alone would say so in less than {chance} of such tables{holm}."
    lead += " Variance saved is what the common random numbers took from the variance of the difference."
    if not all(each.paired for each in experiment.comparisons):
        lead += " Pairs without common random numbers are compared as independent (Welch)."
    columns = ("policies", "difference", "95 % interval", "verdict", "variance saved")
    tables = tuple(Table(metric, columns, tuple(map(_pair, of_one))) for metric, of_one in found.items())
    return Section("pairs", "Policies in pairs", lead, tables)


def _pair(each: Comparison) -> tuple[str, ...]:
    estimate = each.difference.estimate
    saved = each.difference.variance_reduction
    return (
        f"{each.a} − {each.b}",
        in_unit(estimate.value, each.unit, signed=True),
        interval_words(estimate, each.unit, signed=True),
        each.verdict,
        NONE if saved is None else percent(saved) if saved >= 0 else f"-{percent(-saved)}",
    )


def experiment_headlines(experiment: Experiment) -> list[str]:
    """The answer in a sentence or two: which policy is best at p95 waits and at cost, or that one cannot tell."""
    figures = {figure.metric: figure for figure in experiment.figures}
    told = [
        figure
        for name in ("p95(wait)", "cost")
        if (figure := figures.get(name)) and (name != "cost" or any(e.value for e in figure.estimates.values()))
    ]
    if len(experiment.policies) == 1:
        (policy,) = experiment.policies
        return [
            f"{figure.metric} of {policy} is {in_unit(figure.estimates[policy].value, figure.unit)} "
            f"(95 % interval {interval_words(figure.estimates[policy], figure.unit)})."
            for figure in told
        ]
    return [_best(figure, experiment) for figure in told]


def _best(figure: Figure, experiment: Experiment) -> str:
    """Of a figure of which less is better."""
    known = {policy: e.value for policy, e in figure.estimates.items() if e.value is not None}
    top = min(known, key=lambda policy: known[policy])
    pairs = [each for each in experiment.comparisons if each.metric == figure.metric and top in (each.a, each.b)]
    rivals = {each.b if each.a == top else each.a: each for each in pairs if each.better != top}
    value = in_unit(known[top], figure.unit)
    if len(known) < 2:
        return f"{figure.metric}: only {top} has any ({value})."
    if not rivals:
        others = listed([policy for policy in known if policy != top])
        between = interval_words(figure.estimates[top], figure.unit)
        return f"{figure.metric}: {top} is lowest ({value}, interval {between}), surely lower than {others}."
    if all(each.verdict != CANNOT_TELL for each in rivals.values()):
        return f"{figure.metric}: {top} ({value}), the same as {listed(list(rivals))}."
    return f"{figure.metric}: {top} reads lowest ({value}), but one cannot tell it from {listed(list(rivals))}."
