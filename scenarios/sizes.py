"""The rules that keep a scenario within what one machine can hold, so that a slip is told and not simulated."""

from collections.abc import Iterator
from math import ceil, erf, exp, log, sqrt

from scenarios.problems import Finding, Path
from scenarios.quantities import DURATION
from scenarios.spec import NODES_LIMIT, Count, Scenario, Synthetic
from scenarios.terms import most_combinations

MOST_JOBS = 20_000_000
"""A job costs some hundred bytes to a kilobyte of memory, and ten microseconds or more."""

MOST_WAITS = 10_000_000
"""Pairs of a job and one that it needs, in one pipeline: a second of work when it arrives."""

_JOBS: Path = ("workload", "synthetic", "jobs")
_PROVIDERS: Path = ("fleet", "providers")


def unbearable(scenario: Scenario) -> Iterator[Finding]:
    """A finding for each number that no machine could bear."""
    synthetic = scenario.workload.synthetic
    if synthetic is not None:
        counts = {
            name: mean_count(job.count) if job.matrix is None else float(most_combinations(job.matrix))
            for name, job in synthetic.jobs.items()
        } | mean_shares(synthetic)
        yield from _jobs(scenario.horizon, synthetic, sum(counts.values()))
        yield from _waits(synthetic, counts)
    standing = sum(pool.nodes.min for one in scenario.fleet.providers.values() for pool in one.pools.values())
    if standing > NODES_LIMIT:
        yield Finding(_PROVIDERS, f"{standing:,} nodes that are always there", f"at most {NODES_LIMIT:,} in all pools")


def mean_shares(synthetic: Synthetic) -> dict[str, float]:
    """How many jobs a pipeline has on average of each class that is a share of its batch."""
    shares = {name: job.share for name, job in synthetic.jobs.items() if job.share is not None}
    size, whole = mean_count(synthetic.batch) if synthetic.batch is not None else 0.0, sum(shares.values())
    return {name: size * share / whole for name, share in shares.items()} if whole else {}


def mean_count(count: Count) -> float:
    """About the mean of max(1, round(X)), X lognormal and capped at M = `max`.

    E[min(X, M)] = median·exp(σ²/2)·Φ(z − σ) + M·(1 − Φ(z)), z = ln(M / median) / σ: the limited expected value of the
    lognormal (Klugman, Panjer, Willmot, "Loss Models", appendix A).
    """
    one = count.lognormal
    if count.weighted is not None:
        pairs = list(zip(count.weighted.values, count.weighted.weights, strict=False))
        return sum(value * weight for value, weight in pairs) / sum(weight for _, weight in pairs)
    if one is None:
        return float(count.constant or 0)
    if not one.sigma:
        return float(min(max(one.median, 1), one.max))
    z = (log(one.max) - log(one.median)) / one.sigma
    below = exp(min(log(one.median) + one.sigma**2 / 2, 700)) * _phi(z - one.sigma)
    return float(min(max(below + one.max * (1 - _phi(z)), 1), one.max))


def _about(number: float) -> str:
    """Rounded up to three digits: the same text wherever the last bits of `erf` differ, and never the limit itself."""
    step = 10 ** max(len(str(int(number))) - 3, 0)
    return f"{ceil(number / step) * step:,}"


def _phi(z: float) -> float:
    return (1 + erf(z / sqrt(2))) / 2


def _jobs(horizon: int | None, synthetic: Synthetic, batch: float) -> Iterator[Finding]:
    jobs = synthetic.pushes.rate * (horizon or 0) / 3_600_000_000 * batch
    if jobs > MOST_JOBS:
        span = DURATION.format(horizon or 0)
        found = f"{synthetic.pushes.rate:,.12g}/h, which makes about {_about(jobs)} jobs in {span}"
        allowed = f"at most {MOST_JOBS:,} jobs: a lower rate, smaller counts or a shorter horizon"
        yield Finding(("workload", "synthetic", "pushes", "rate"), found, allowed, (("horizon",), _JOBS))


def _waits(synthetic: Synthetic, counts: dict[str, float]) -> Iterator[Finding]:
    for name, job in synthetic.jobs.items():
        needed = sum(counts.get(need, 0) for need in job.needs)
        if counts[name] * needed > MOST_WAITS:
            found = f"about {_about(counts[name])} jobs that each wait for {_about(needed)}"
            allowed = f"at most {MOST_WAITS:,} such pairs in a pipeline: smaller counts, or fewer needs"
            yield Finding((*_JOBS, name, "needs"), found, allowed, (_JOBS,))
