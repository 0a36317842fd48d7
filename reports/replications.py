"""One replication of a policy: simulated, and boiled down to the values of some metrics."""

from collections.abc import Sequence

from reports.figures import Summary
from reports.findings import Replication
from reports.metrics import is_quantile, sample_of, value_of, within_run
from reports.statistics.pooling import Grid, grid
from reports.summary import summarise
from scenarios.spec import Scenario
from scenarios.thresholds import Metric, parse_metric
from sim.results import RunResult
from sim.run import simulate

STANDARD = tuple(map(parse_metric, (
    "mean(wait)", "p50(wait)", "p95(wait)", "p99(wait)", "mean(queued)", "busy", "cost", "cost_per_job", "fairness",
)))  # fmt: skip
"""What is kept of every replication."""


Grids = dict[str, Grid]
"""Of each quantile, the jobs' values that it is of; large, so not part of what is reported."""


def replicate(
    scenario: Scenario, policy: str, replication: int, metrics: Sequence[Metric] = STANDARD, check: bool = False
) -> tuple[Replication, RunResult]:
    """Simulate replication number `replication`, whose random numbers are the same for every policy."""
    result = simulate(scenario, policy, replication=replication, check=check)
    return observe(result, summarise(result), replication, metrics), result


def observe(
    result: RunResult,
    summary: Summary,
    replication: int,
    metrics: Sequence[Metric] = STANDARD,
    within: Sequence[Metric] = (),
) -> Replication:
    """The values of a finished run, and the intervals of those `within`, as far as one run has any.

    Raises UnknownMetric for a counter or a context's figure that the run does not have.
    """
    return Replication(
        policy=result.policy,
        replication=replication,
        seed=result.seed,
        digest=result.digest,
        jobs=len(result.jobs),
        wall_s=result.wall_s,
        values={str(metric): value_of(metric, result, summary) for metric in metrics},
        within={str(metric): within_run(metric, result) for metric in within},
    )


def grids(result: RunResult, metrics: Sequence[Metric] = STANDARD) -> Grids:
    """For the quantiles of all replications together."""
    return {str(metric): grid(sample_of(metric, result)) for metric in metrics if is_quantile(metric)}
