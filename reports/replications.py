"""One replication of a policy: simulated, and boiled down to the values of some metrics."""

from collections.abc import Sequence

import msgspec

from reports.figures import Summary
from reports.metrics import value_of, within_run
from reports.statistics.intervals import Estimate
from reports.summary import summarise
from scenarios.spec import Scenario
from scenarios.thresholds import Metric, parse_metric
from sim.results import RunResult
from sim.run import simulate

STANDARD = tuple(map(parse_metric, (
    "mean(wait)", "p50(wait)", "p95(wait)", "p99(wait)", "mean(queued)", "busy", "cost", "cost_per_job", "fairness",
)))  # fmt: skip
"""What is kept of every replication."""


class Replication(msgspec.Struct, frozen=True, kw_only=True):
    """`values` are by metric as written, in base units; `within` what the run alone says of how sure they are."""

    policy: str
    replication: int
    seed: int
    digest: str
    jobs: int
    wall_s: float
    values: dict[str, float | None]
    within: dict[str, Estimate] = {}


def replicate(
    scenario: Scenario, policy: str, replication: int, metrics: Sequence[Metric] = STANDARD, check: bool = False
) -> tuple[Replication, RunResult]:
    """Simulate replication number `replication`, whose random numbers are the same for every policy."""
    result = simulate(scenario, policy, replication=replication, check=check)
    return observe(result, summarise(result), replication, metrics), result


def observe(
    result: RunResult, summary: Summary, replication: int, metrics: Sequence[Metric] = STANDARD, within: bool = False
) -> Replication:
    """The values of a finished run; `within`: and their intervals, as far as one run has any.

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
        within={str(metric): within_run(metric, result) for metric in metrics} if within else {},
    )
