"""Which policy did best at what: the measures that policies are compared by, and the headlines in plain words."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from reports.figures import Interval, Summary
from reports.pipeline_answer import pipelines_done
from reports.wording import duration, index, listed, money, percent, several

Value = float | int | None

FEW_JOBS = 20
"""Of fewer, the p95 is not what 19 of 20 jobs kept to."""


class Measure(NamedTuple):
    name: str
    title: str  # of a column
    value: Callable[[Summary], Value]
    words: Callable[..., str]
    best: Callable[[list[float]], float]  # min or max


MEASURES = (
    Measure("mean queue wait", "wait mean", lambda s: s.waits.overall.mean_us, duration, min),
    Measure("p50 queue wait", "p50", lambda s: s.waits.overall.p50_us, duration, min),
    Measure("p95 queue wait", "p95", lambda s: s.waits.overall.p95_us, duration, min),
    Measure("p99 queue wait", "p99", lambda s: s.waits.overall.p99_us, duration, min),
    Measure("share of CPU busy", "busy", lambda s: s.utilisation.cpu_us.share("busy"), percent, max),
    Measure("cost", "cost", lambda s: s.cost.udollars.total, money, min),
    Measure("cost per job", "per job", lambda s: s.cost.per_job_udollars, money, min),
    Measure("fairness of service", "fairness", lambda s: s.fairness.service, index, max),
)
P95, COST = MEASURES[2], MEASURES[5]


def best(measure: Measure, summaries: Sequence[Summary]) -> set[int]:
    """Which summaries read best; empty when there is nothing to choose between, or no difference worth a digit."""
    values = [measure.value(summary) for summary in summaries]
    known = [value for value in values if value is not None]
    words = [measure.words(value) for value in known]
    if len(set(words)) < 2:
        return set()
    top = measure.words(measure.best(known))
    return {i for i, value in enumerate(values) if value is not None and measure.words(value) == top}


def headlines(summaries: Sequence[Summary]) -> list[str]:
    """What to take away, one sentence each: the answer for one policy, the comparison for several."""
    if not summaries:
        return ["No policy has finished."]
    if len(summaries) == 1:
        return [*pipelines_done(summaries), *_alone(summaries[0])]
    return [
        *pipelines_done(summaries),
        _compared(P95, "lowest", "p95 queue wait", summaries),
        *_cheapest(summaries),
        *_fairest(summaries),
    ]


def _alone(summary: Summary) -> list[str]:
    waits = summary.waits
    if not waits.overall.started:
        return ["No job of the window started."]
    half = f"at most {duration(waits.overall.p50_us)}" if waits.overall.p50_us else "not at all"
    if not waits.overall.max_us:
        they = "it was" if waits.overall.started == 1 else "they were"
        first = f"No job waited: {several(waits.overall.started, 'job')} started the moment {they} queued."
    elif waits.overall.started == 1:
        first = f"1 job waited {duration(waits.overall.max_us)}."
    elif waits.overall.started < FEW_JOBS:
        first = f"{waits.overall.started} jobs waited at most {duration(waits.overall.max_us)}, half of them {half}."
    else:
        first = (
            f"19 of 20 jobs waited at most {duration(waits.overall.p95_us)}{_range(waits.p95_interval)}, "
            f"half of them {half}."
        )
    cpu, cost = summary.utilisation.cpu_us, summary.cost
    second = f"The fleet was {percent(cpu.share('busy'))} busy"
    if cost.udollars.total:
        per_job = f", {money(cost.per_job_udollars)} per job" if cost.per_job_udollars is not None else ""
        second += f" and cost {money(cost.udollars.total)}{per_job}, {percent(cost.udollars.share('idle'))} of it idle"
    return [first, second + "."]


def _range(interval: Interval) -> str:
    if interval.low_us is None:
        return ""
    return f" (95 % interval {duration(interval.low_us)} to {duration(interval.high_us)})"


def _compared(measure: Measure, superlative: str, name: str, summaries: Sequence[Summary]) -> str:
    """`drf+sjf has the lowest p95 queue wait (1m 40s), 12 % below fifo.`"""
    known = [(value, s) for s in summaries if (value := measure.value(s)) is not None]
    if len(known) < 2:
        return f"There is no {name} to compare."
    top = measure.best([value for value, _ in known])
    winners = [s for value, s in known if value == top]
    if len(winners) == len(known):
        return f"All policies have the same {name} ({measure.words(top)})."
    names = listed([s.policy for s in winners])
    have = "has" if len(winners) == 1 else "have"
    rivals = [(value, s) for value, s in known if value != top]
    value, rival = rivals[0] if known[0][0] != top else min(rivals, key=lambda pair: abs(pair[0] - top))
    way = "below" if measure.best is min else "above"
    by = percent(abs(value - top) / value) if value else measure.words(top)
    doubt = ""
    if measure is P95 and _overlap(winners[0].waits.p95_interval, rival.waits.p95_interval):
        doubt = "; their 95 % intervals overlap"
    return f"{names} {have} the {superlative} {name} ({measure.words(top)}), {by} {way} {rival.policy}{doubt}."


def _cheapest(summaries: Sequence[Summary]) -> list[str]:
    return [_compared(COST, "lowest", "cost", summaries)] if best(COST, summaries) else []


def _fairest(summaries: Sequence[Summary]) -> list[str]:
    """Worth a sentence only where the index differs in its second digit."""
    known = [s.fairness.service for s in summaries if s.fairness.service is not None]
    if len(known) < 2 or max(known) - min(known) < 0.01:
        return []
    most = max(summaries, key=lambda s: s.fairness.service or 0)
    least = min(summaries, key=lambda s: 2 if s.fairness.service is None else s.fairness.service)
    words = f"{most.policy} treats tenants most alike (Jain index {index(most.fairness.service)})"
    return [f"{words}, {least.policy} least ({index(least.fairness.service)})."]


def _overlap(one: Interval, other: Interval) -> bool:
    if one.low_us is None or one.high_us is None or other.low_us is None or other.high_us is None:
        return False
    return one.low_us <= other.high_us and other.low_us <= one.high_us


def common_warnings(summaries: Sequence[Summary]) -> list[tuple[str, list[str]]]:
    """Each warning once, with the policies that it is about, in order of appearance."""
    found: dict[str, list[str]] = {}
    for summary in summaries:
        for warning in summary.warnings:
            found.setdefault(warning, []).append(summary.policy)
    return list(found.items())
