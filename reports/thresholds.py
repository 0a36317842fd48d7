"""Whether thresholds are met: pass or fail where the whole interval says so, inconclusive where it does not."""

from collections.abc import Mapping, Sequence

import msgspec

from reports.experiment import matched, values_of
from reports.findings import Judgement, Outcome, Replication
from reports.statistics.intervals import LEVEL, Estimate, of_ratio, of_replications
from reports.statistics.paired import paired
from scenarios.thresholds import Threshold
from scenarios.vocabulary import Unit


def judge(
    thresholds: Sequence[Threshold], by_policy: Mapping[str, Sequence[Replication]], level: float = LEVEL
) -> tuple[Judgement, ...]:
    """Every threshold for every policy that it is about; a delta for all policies but the one it compares with."""
    found = []
    for threshold in thresholds:
        against = (threshold.against or next(iter(by_policy), "")) if threshold.delta else ""
        for policy, replications in by_policy.items():
            if threshold.metric.policy not in (None, policy) or (threshold.delta and policy == against):
                continue
            estimate = _estimate(threshold, replications, by_policy.get(against, ()), level)
            outcome, why = _outcome(threshold, estimate, replications)
            found.append(
                Judgement(
                    threshold=threshold.text,
                    policy=policy,
                    outcome=outcome,
                    bound=threshold.bound,
                    unit="share" if threshold.relative else _unit(threshold),
                    estimate=estimate,
                    against=against,
                    why=why,
                )
            )
    return tuple(found)


def _unit(threshold: Threshold) -> Unit:
    return threshold.bound_unit if threshold.metric.unit == "any" else threshold.metric.unit


def _estimate(
    threshold: Threshold, mine: Sequence[Replication], other: Sequence[Replication], level: float
) -> Estimate:
    name = str(threshold.metric.measured)
    if threshold.delta:
        ours, theirs = matched(name, mine, other)
        if not ours:
            return Estimate(value=None, level=level, why_none="the two policies have no replication in common")
        if not threshold.relative:
            return paired(ours, theirs, level).estimate
        return _less_one(of_ratio(ours, theirs, level))
    values = values_of(name, mine)
    within = mine[0].within.get(name) if mine else None
    if within is None or not values:
        return of_replications(values, level)
    if len(values) == 1:
        return msgspec.structs.replace(within, value=values[0])
    estimate = of_replications(values, level)
    if threshold.metric.statistic == "rate" and set(values) in ({0.0}, {1.0}):
        # It never happened (or always): no spread, but not certainty. The first replication alone is a safe bound.
        return msgspec.structs.replace(estimate, low=within.low, high=within.high, method=within.method)
    return estimate


def _less_one(ratio: Estimate) -> Estimate:
    """A change instead of a ratio."""
    shift = {name: value - 1 for name in ("value", "low", "high") if (value := getattr(ratio, name)) is not None}
    return msgspec.structs.replace(ratio, **shift)


def _outcome(threshold: Threshold, estimate: Estimate, replications: Sequence[Replication]) -> tuple[Outcome, str]:
    if threshold.comparison == "==" and not threshold.delta:
        values = values_of(str(threshold.metric.measured), replications)
        if not values:
            return "inconclusive", estimate.why_none or "no replication has this figure"
        return ("pass" if all(value == threshold.bound for value in values) else "fail"), ""
    low, high, bound = estimate.low, estimate.high, threshold.bound
    if low is None or high is None:
        return "inconclusive", estimate.why_none
    if threshold.comparison == "==":
        met, missed = low == bound == high, not low <= bound <= high
    elif threshold.comparison == "<":
        met, missed = high < bound, low >= bound
    elif threshold.comparison == "<=":
        met, missed = high <= bound, low > bound
    elif threshold.comparison == ">":
        met, missed = low > bound, high <= bound
    else:
        met, missed = low >= bound, high < bound
    if met or missed:
        return ("pass" if met else "fail"), ""
    return "inconclusive", "the bound lies inside the interval: it takes more replications, or a longer run"
