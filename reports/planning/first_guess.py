"""A first guess of how many nodes a pool needs, in closed form: Erlang C, corrected as Allen and Cunneen do.

A pool counts as one queue of c servers. Mean wait: that of M/M/c times (ca² + cs²) ÷ 2 (Allen, Probability, Statistics
and Queueing Theory, 2nd ed., 1990, 5.2.3); quantiles of waits as if their tail were exponential, as it is in M/M/c. The
guess knows no hours of the day, no needs, no boots and no policies: it is where the search starts, not its answer.
"""

from collections.abc import Sequence
from math import exp, log

import msgspec
import numpy as np

from reports.fidelity.formulas import erlang_c
from scenarios.spec import Distribution, Scenario, Synthetic
from scenarios.thresholds import Threshold
from sim.results import Column, RunResult

SECOND_US = 1e6


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """What comes to a pool: jobs a second, seconds on a node, both with their squared coefficients of variation."""

    arrival: float
    service: float
    arrival_scv: float
    service_scv: float
    slots: int  # jobs that a node has room for
    source: str  # how this is known

    @property
    def load(self) -> float:
        """Servers that are busy on average."""
        return self.arrival * self.service


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    field: str  # whose count it is
    nodes: int | None  # None where no number of nodes would do, or none in range
    threshold: str  # that asked for it
    formula: str
    demand: Demand


def predicted_wait(demand: Demand, nodes: int, statistic: str) -> float:
    """Seconds: the mean wait, or a quantile such as p95; infinite where so many nodes cannot keep up."""
    servers = nodes * demand.slots
    if servers <= demand.load:
        return float("inf")
    waiting = erlang_c(demand.arrival, 1 / demand.service, servers)
    spread = (demand.arrival_scv + demand.service_scv) / 2
    relief = (servers - demand.load) / demand.service
    if statistic == "mean":
        return waiting / relief * spread
    share = 1 - int(statistic[1:]) / 100
    return max(0.0, log(waiting / share) / relief * spread) if waiting > 0 else 0.0


def guess(field: str, demand: Demand, thresholds: Sequence[Threshold], most: int) -> Guess | None:
    """By the threshold of waits that takes the most nodes; None where no threshold is about waits."""
    found: list[tuple[int, Threshold, int | None]] = []
    for threshold in thresholds:
        metric = threshold.metric
        if (
            metric.name != "wait"
            or metric.statistic in ("max", "min")
            or threshold.delta
            or ">" in threshold.comparison
        ):
            continue
        bound = threshold.bound / SECOND_US
        least = max(1, int(demand.load / demand.slots))
        fits = (c for c in range(least, most + 1) if predicted_wait(demand, c, metric.statistic) <= bound)
        nodes = next(fits, None)
        found.append((most + 1 if nodes is None else nodes, threshold, nodes))
    if not found:
        return None
    _, threshold, nodes = max(found, key=lambda one: one[0])
    plain = abs(demand.arrival_scv - 1) < 0.005 and abs(demand.service_scv - 1) < 0.005
    formula = "Erlang C" if plain else "Allen–Cunneen"
    return Guess(field=field, nodes=nodes, threshold=threshold.text, formula=formula, demand=demand)


def known_demand(scenario: Scenario, slots: int) -> Demand | None:
    """Of a scenario whose jobs are a Poisson stream of one class, exactly; None of any other."""
    synthetic = scenario.workload.synthetic
    if synthetic is None or len(synthetic.jobs) != 1 or synthetic.batch is not None:
        return None
    if synthetic.pushes.profile != "flat" or synthetic.pushes.weekend != 1 or synthetic != _plain(synthetic):
        return None
    ((_, job),) = synthetic.jobs.items()
    moments = _moments(job.duration)
    if job.count.constant != 1 or job.matrix is not None or job.only is not None or moments is None:
        return None
    mean, scv = moments
    arrival = synthetic.pushes.rate / 3600
    return Demand(arrival=arrival, service=mean, arrival_scv=1.0, service_scv=scv, slots=slots, source="the scenario")


def _plain(synthetic: Synthetic) -> Synthetic:
    """The same without anything that makes, holds back or cancels pipelines."""
    pushes = {name: getattr(synthetic.pushes, name) for name in ("rate", "profile", "weekend", "by_tenant")}
    return Synthetic(pushes=type(synthetic.pushes)(**pushes), jobs=synthetic.jobs)


def _moments(duration: Distribution) -> tuple[float, float] | None:
    """The mean in seconds, and the squared coefficient of variation."""
    if duration.constant is not None:
        return duration.constant / SECOND_US, 0.0
    if duration.exponential is not None:
        return duration.exponential.mean / SECOND_US, 1.0
    if duration.lognormal is not None:
        one = duration.lognormal
        return one.median / SECOND_US * exp(one.sigma**2 / 2), exp(one.sigma**2) - 1
    return None


def measured_demand(results: Sequence[RunResult], pool: str) -> Demand | None:
    """What came to a pool in the windows of these runs; None where that is too little to say."""
    gaps, times = [], []
    slots = 1
    window = jobs = 0
    for result in results:
        names = [(one.name, one.name.removeprefix(f"{one.provider}/")) for one in result.pools]
        number = next((at for at, both in enumerate(names) if pool in both), None)
        if number is None:
            return None
        table, info = result.jobs, result.pools[number]
        mine = (table.pool == number) & (table.started_us >= 0)
        mine &= (table.queued_us >= result.warm_up_us) & (table.queued_us < result.horizon_us)
        if not mine.any():
            continue
        slots = _slots(info.cpu_millis, info.memory_mib, table.cpu_millis[mine], table.memory_mib[mine])
        gaps.append(np.diff(np.sort(table.queued_us[mine])) / SECOND_US)
        times.append((table.finished_us - table.assigned_us)[mine] / SECOND_US)
        window += result.horizon_us - result.warm_up_us
        jobs += int(mine.sum())
    if jobs < 30:
        return None
    gap, time = np.concatenate(gaps), np.concatenate(times)
    if not gap.mean() > 0 or not time.mean() > 0:
        return None
    return Demand(
        arrival=jobs / (window / SECOND_US),
        service=float(time.mean()),
        arrival_scv=float(gap.var() / gap.mean() ** 2),
        service_scv=float(time.var() / time.mean() ** 2),
        slots=slots,
        source="pilot runs of the largest fleet",
    )


def _slots(cpu: int, memory: int, cpus: Column, memories: Column) -> int:
    """How many average jobs a node has room for."""
    by_cpu = int(cpu / max(float(cpus.mean()), 1.0))
    by_memory = int(memory / float(memories.mean())) if memory and float(memories.mean()) > 0 else by_cpu
    return max(1, min(by_cpu, by_memory))
