"""What replications say together: each policy's figures with intervals, and which of two policies is better."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from reports.findings import CANNOT_TELL, SAME, Comparison, Experiment, Figure, Replication
from reports.replications import Grids
from reports.statistics.intervals import LEVEL, Estimate, of_replications
from reports.statistics.paired import Difference, holm, independent, paired
from reports.statistics.pooling import pooled_percentile
from reports.statistics.sectioning import over_sections
from scenarios.thresholds import Metric, parse_metric

_MORE_IS_BETTER = ("busy", "utilisation", "memory_busy", "fairness", "delivery", "job.succeeded")


def analyse(
    replications: Iterable[Replication],
    *,
    stopping: str = "",
    warnings: Sequence[str] = (),
    level: float = LEVEL,
    among: Sequence[str] = (),
    grids: Mapping[tuple[str, int], Grids] | None = None,
) -> Experiment:
    """Everything that can be said of `replications`, policies in the order in which they appear first.

    Of two policies' replications those are compared that both have: the same seed and number, so the same random
    numbers. Where they share fewer than two, all are taken for independent of each other. `among` are the metrics that
    policies are compared in, all where it is left out. `grids` by policy and replication give pooled quantiles.
    """
    kept = tuple(replications)
    by_policy: dict[str, list[Replication]] = {}
    for each in kept:
        by_policy.setdefault(each.policy, []).append(each)
    metrics = list(dict.fromkeys(name for each in kept for name in each.values))
    figures, comparisons = [], []
    for name in metrics:
        metric = parse_metric(name)
        estimates = {policy: of_replications(values_of(name, of_one), level) for policy, of_one in by_policy.items()}
        if all(estimate.value is None for estimate in estimates.values()):
            continue
        pooled = {
            policy: found
            for policy, of_one in by_policy.items()
            if (found := _pooled(name, metric, of_one, grids or {}, level))
        }
        figures.append(Figure(metric=name, unit=metric.unit, estimates=estimates, pooled=pooled))
        if not among or name in among:
            comparisons += _compared(metric, by_policy, level)
    return Experiment(
        level=level,
        replications=kept,
        figures=tuple(figures),
        comparisons=tuple(comparisons),
        stopping=stopping,
        warnings=(*warnings, *_warnings(by_policy)),
    )


def _pooled(
    name: str, metric: Metric, of_one: Sequence[Replication], grids: Mapping[tuple[str, int], Grids], level: float
) -> Estimate | None:
    """The quantile of the jobs of all replications together, by sectioning; None where not all grids are there."""
    own = [grids.get((each.policy, each.replication), {}).get(name) for each in of_one]
    found = [(each.values[name], one) for each, one in zip(of_one, own, strict=True) if one is not None and one.size]
    if len(found) < 2 or len(found) < len(own):
        return None
    whole = pooled_percentile([one for _, one in found], int(metric.statistic[1:]))
    if whole is None:
        return None
    half = over_sections(whole, [value for value, _ in found if value is not None], level)
    method = f"jobs of {len(found)} replications together, sectioning ({len(found) - 1} degrees of freedom)"
    return Estimate(value=whole, low=whole - half, high=whole + half, n=len(found), level=level, method=method)


def values_of(metric: str, replications: Sequence[Replication]) -> list[float]:
    """The values that a metric has, without the replications in which there was none."""
    return [value for each in replications if (value := each.values.get(metric)) is not None]


def matched(metric: str, a: Sequence[Replication], b: Sequence[Replication]) -> tuple[list[float], list[float]]:
    """The values of both in the replications that both have, pair by pair."""
    others = {(each.seed, each.replication): each.values.get(metric) for each in b}
    pairs = [
        (mine, other)
        for each in a
        if (mine := each.values.get(metric)) is not None
        and (other := others.get((each.seed, each.replication))) is not None
    ]
    return [mine for mine, _ in pairs], [other for _, other in pairs]


def _compared(metric: Metric, by_policy: dict[str, list[Replication]], level: float) -> list[Comparison]:
    """Every pair of policies in one metric."""
    name = str(metric)
    found: list[tuple[str, str, bool, Difference]] = []
    for a, b in combinations(by_policy, 2):
        own, other = values_of(name, by_policy[a]), values_of(name, by_policy[b])
        ours, theirs = matched(name, by_policy[a], by_policy[b])
        if not own or not other:
            continue
        together = len(ours) > 1 or len(own) == len(ours) == len(other)
        difference = paired(ours, theirs, level) if together else independent(own, other, level)
        found.append((a, b, together, difference))
    tested = [difference.p for *_, difference in found if difference.p is not None]
    adjusted = iter(holm(tested))
    return [
        _judged(metric, a, b, together, difference, None if difference.p is None else next(adjusted), 1 - level)
        for a, b, together, difference in found
    ]


def _judged(
    metric: Metric, a: str, b: str, together: bool, difference: Difference, p_holm: float | None, alpha: float
) -> Comparison:
    gap = difference.estimate.value
    better = None
    verdict = CANNOT_TELL
    if gap == 0 and difference.p == 1 and not difference.estimate.deviation and difference.estimate.n > 1:
        verdict = SAME
    elif p_holm is not None and p_holm < alpha and gap:
        better = a if (gap > 0) == more_is_better(metric) else b
        verdict = f"{better} better"
    return Comparison(
        metric=str(metric), unit=metric.unit, a=a, b=b, paired=together, difference=difference, p_holm=p_holm,
        verdict=verdict, better=better,
    )  # fmt: skip


def more_is_better(metric: Metric) -> bool:
    """Of waits, money, queues and failures less is; of use, fairness and success more."""
    return metric.name in _MORE_IS_BETTER


def _warnings(by_policy: dict[str, list[Replication]]) -> list[str]:
    alike = [
        policy for policy, of_one in by_policy.items() if len(of_one) > 1 and len({each.digest for each in of_one}) == 1
    ]
    if not alike:
        return []
    which = "All replications are" if len(alike) == len(by_policy) else f"All replications of {', '.join(alike)} are"
    return [f"{which} one and the same run: nothing in this scenario is random, so intervals have no width."]
