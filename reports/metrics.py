"""The value of a metric in one run, and how sure that one run is of it; both by the formulas of docs/reports.md."""

from collections.abc import Callable
from typing import Any

import numpy as np

from reports.columns import exact_sum, in_window, rounded_ratio
from reports.context_metrics import context_value
from reports.figures import Summary
from reports.statistics.intervals import Estimate
from reports.statistics.sectioning import BATCHES, sectioned
from reports.statistics.student import proportion_interval
from reports.timeline import Steps, level_at, steps
from reports.waits import JOBS_PER_BATCH_MEAN, JOBS_PER_BATCH_P95
from scenarios.thresholds import Metric
from scenarios.vocabulary import COUNTER, STATISTICS
from sim.quantiles import percentile
from sim.results import OUTCOMES, Column, RunResult

_CANCELLED, _TIMED_OUT = OUTCOMES.index("CANCELLED"), OUTCOMES.index("TIMED_OUT")


class UnknownMetric(Exception):
    """A metric that only the run could know, and does not; the message lists what it has."""


def value_of(metric: Metric, result: RunResult, summary: Summary) -> float | None:
    """The metric's value in its unit; None where the run has none, as of waits where no job started."""
    kind = metric.about.kind
    if kind == "distribution":
        values = _times(metric, result)
        return float(_statistic(metric.statistic)(values)) if len(values) else None
    if kind == "level":
        return _level(metric, result)
    if kind == "event":
        events = _events(metric, result)
        if metric.statistic == "count":
            return float(events.sum())
        return float(events.mean()) if len(events) else None
    return _number(metric, result, summary)


def is_quantile(metric: Metric) -> bool:
    """Whether it is a quantile over jobs, of which those of all replications can be taken together."""
    return metric.about.kind == "distribution" and metric.statistic not in STATISTICS


def sample_of(metric: Metric, result: RunResult) -> Column:
    """The values of the jobs that a distribution is of."""
    return _times(metric, result)


def within_run(metric: Metric, result: RunResult, level: float = 0.95) -> Estimate:
    """The interval that one run gives by batches of consecutive jobs, or the reason why there is none."""
    kind, name = metric.about.kind, metric.statistic
    if kind == "event" and name == "rate":
        events = _events(metric, result)
        if len(events) and (events.all() or not events.any()):  # batches that are all alike would claim certainty
            low, high = proportion_interval(int(events.sum()), len(events), level)
            method = f"Clopper and Pearson, {len(events):,} jobs taken for independent"
            return Estimate(value=float(events[0]), low=low, high=high, n=len(events), level=level, method=method)
        return _batches(events, lambda v: float(v.mean()), JOBS_PER_BATCH_MEAN, level, highest=1.0)
    if kind == "distribution" and name == "mean":
        return _batches(_times(metric, result), lambda v: exact_sum(v) / len(v), JOBS_PER_BATCH_MEAN, level)
    if kind == "distribution" and name not in ("max", "min"):
        p = int(name[1:])
        beyond = min(p, 100 - p)  # so many in a hundred jobs: five of a batch lie beyond its p95
        least = JOBS_PER_BATCH_P95 * 5 // min(beyond, 5)
        return _batches(_times(metric, result), lambda v: float(percentile(np.sort(v), p)), least, level)
    return Estimate(value=None, level=level, why_none="one run has one such figure: it takes replications")


def _batches(
    values: Any, statistic: Callable[[Any], float], least: int, level: float, highest: float | None = None
) -> Estimate:
    if len(values) < BATCHES * least:
        why = f"too few jobs: {len(values):,}, {BATCHES * least:,} needed, or replications"
        return Estimate(value=None, n=len(values), level=level, why_none=why)
    found = sectioned(values, statistic, level)
    if found.half is None:
        why = "it drifts over the run (neighbouring batches are correlated): it takes replications"
        return Estimate(value=found.centre, n=BATCHES, level=level, why_none=why)
    low, high = max(0.0, found.centre - found.half), found.centre + found.half
    high = high if highest is None else min(high, highest)
    method = f"{BATCHES} batches of {found.size:,} consecutive jobs, Student t ({BATCHES - 1} degrees of freedom)"
    return Estimate(value=found.centre, low=low, high=high, n=BATCHES, level=level, method=method)


def _statistic(name: str) -> Callable[[Column], float]:
    if name == "mean":
        return lambda values: rounded_ratio(exact_sum(values), len(values))
    if name in ("max", "min"):
        return lambda values: int(values.max() if name == "max" else values.min())
    return lambda values: int(percentile(np.sort(values), int(name[1:])))


def _chosen(metric: Metric, result: RunResult) -> Any:
    """Which jobs the selectors keep."""
    jobs = result.jobs
    keep = np.ones(len(jobs), np.bool_)
    for key, name in metric.selectors:
        if key == "tenant":
            keep &= jobs.tenant == _code(name, result.tenants)
        elif key == "label":
            keep &= jobs.label == _code(name, result.labels)
        elif key == "pool":
            keep &= jobs.pool == _code(_pool(name, result), [pool.name for pool in result.pools])
    return keep


def _code(name: str, names: Any) -> int:
    """Where a name stands; a label that no job had is nobody's."""
    return list(names).index(name) if name in names else -2


def _pool(name: str, result: RunResult) -> str:
    """The full name of a pool that may be named without its provider."""
    same = [pool.name for pool in result.pools if name in (pool.name, pool.name.removeprefix(f"{pool.provider}/"))]
    return same[0] if same else name


def _times(metric: Metric, result: RunResult) -> Column:
    """Waits, durations or turnarounds of the jobs of the window that started, in order of queueing."""
    jobs = result.jobs
    rows = np.flatnonzero(in_window(jobs.queued_us, result) & (jobs.started_us >= 0) & _chosen(metric, result))
    rows = rows[np.argsort(jobs.queued_us[rows], kind="stable")]
    begin = jobs.started_us if metric.name == "duration" else jobs.queued_us
    end = jobs.started_us if metric.name == "wait" else jobs.finished_us
    return end[rows] - begin[rows]


def _events(metric: Metric, result: RunResult) -> Any:
    """Of each job of the window, in order, whether it is one of those."""
    jobs = result.jobs
    at = np.where(jobs.queued_us >= 0, jobs.queued_us, jobs.finished_us)
    rows = np.flatnonzero(in_window(at, result) & _chosen(metric, result))
    rows = rows[np.argsort(at[rows], kind="stable")]
    outcome, kind = jobs.outcome[rows], metric.name.removeprefix("job.")
    if kind == "retried":
        return jobs.attempts[rows] > 1
    if kind == "killed":
        return ((outcome == _TIMED_OUT) | (outcome == _CANCELLED)) & (jobs.started_us[rows] >= 0)
    return outcome == OUTCOMES.index(kind.upper())


def _level(metric: Metric, result: RunResult) -> float:
    jobs = result.jobs
    keep = _chosen(metric, result)
    if metric.name == "queued":
        keep &= jobs.queued_us >= 0
        left = np.where(jobs.started_us >= 0, jobs.started_us, jobs.finished_us)
        moves: Steps = steps(jobs.queued_us[keep], left[keep])
    else:
        keep &= jobs.started_us >= 0
        moves = steps(jobs.started_us[keep], jobs.finished_us[keep])
    return level_at(moves, (result.warm_up_us, result.horizon_us), metric.statistic)


def _number(metric: Metric, result: RunResult, summary: Summary) -> float | None:
    name, chosen = metric.name, dict(metric.selectors)
    if name.startswith(COUNTER):
        counter = name.removeprefix(COUNTER)
        if counter not in result.work:
            raise UnknownMetric(f"{metric}: no counter {counter}, this run has {', '.join(result.work)}")
        return float(result.work[counter])
    if name == "cost":
        return _cost(chosen, result, summary)
    if name == "cost_per_job":
        return _float(summary.cost.per_job_udollars)
    if name == "fairness":
        return summary.fairness.service
    if name == "delivery":
        return summary.fairness.delivered
    if name in ("busy", "boot", "idle", "utilisation", "memory_busy"):
        use = summary.utilisation.by_pool[_pool(chosen["pool"], result)] if "pool" in chosen else summary.utilisation
        split = use.memory_us if name == "memory_busy" else use.cpu_us
        return split.share(name if name in ("boot", "idle") else "busy") if split.total else None
    found = context_value(metric, summary.contexts)
    if isinstance(found, str):
        raise UnknownMetric(f"{metric}: {found}")
    return found


def _cost(chosen: dict[str, str], result: RunResult, summary: Summary) -> float:
    cost = summary.cost
    if "tenant" in chosen:
        return float(cost.by_tenant.get(chosen["tenant"], 0))
    if "label" in chosen:
        return float(cost.by_label.get(chosen["label"], 0))
    return float(cost.by_pool[_pool(chosen["pool"], result)].total if "pool" in chosen else cost.udollars.total)


def _float(value: int | None) -> float | None:
    return None if value is None else float(value)
