"""The scenario that a fit becomes: its workload, and a fleet that is a place to start from."""

from math import ceil
from typing import Any

from reports.fitting.figures import BatchFit, DurationFit, Fit, KindFit
from scenarios.quantities import DURATION

WEEK_US, DAY_US = 7 * 86_400_000_000, 86_400_000_000
MOST_JOBS = 300_000
"""A first run should not take long: beyond this many jobs in a week it lasts a day."""

USE = 0.7


def scenario_of(fit: Fit, name: str, seed: int = 1) -> dict[str, Any]:
    """As the loader reads it; a job takes one CPU, and a node has one: what jobs ask for is not recorded."""
    weekly = fit.arrivals.rate_per_hour * 168 * fit.batch.mean
    synthetic: dict[str, Any] = {"pushes": _pushes(fit), "batch": _batch(fit.batch), "jobs": {}}
    pools: dict[str, Any] = {}
    by_queue = fit.by == "queue"
    for kind in fit.kinds:
        job: dict[str, Any] = {"resources": {"cpu": "1cpu"}, "share": max(round(kind.share, 6), 1e-6)}
        if by_queue:
            job["runs_on"] = [kind.name]
            pools[kind.name] = {"labels": [kind.name]} | _pool(nodes_for(fit, [kind]))
        job["timeout"] = "7d"
        job["duration"] = duration_of(kind.duration)
        if kind.failure_rate:
            job["failure_rate"] = round(kind.failure_rate, 4)
            if kind.failures == "late":
                job["failures"] = "late"
        synthetic["jobs"][kind.name] = job
    if not by_queue:
        pools["workers"] = _pool(nodes_for(fit, list(fit.kinds)))
    return {
        "name": name,
        "question": "How long would jobs like the recorded ones wait?",
        "seed": seed,
        "horizon": "1w" if weekly <= MOST_JOBS else "1d",
        "workload": {"synthetic": synthetic},
        "fleet": {"providers": {"fitted": {"pools": pools}}},
        "scheduling": {"allocator": "fifo", "ordering": "fifo", "placement": "best-fit"},
        "policies": {"fifo": {}, "sjf": {"ordering": "sjf"}},
    }


def nodes_for(fit: Fit, kinds: list[KindFit]) -> int:
    """So many that they are busy for seven tenths of the time, jobs that fail early at half of their length."""
    jobs = fit.arrivals.rate_per_hour * fit.batch.mean
    early = {kind.name: kind.failure_rate / 2 for kind in kinds if kind.failures == "early"}
    busy = sum(jobs * kind.share * kind.duration.mean_us * (1 - early.get(kind.name, 0)) for kind in kinds) / 3.6e9
    return min(max(ceil(busy / USE), 1), 100_000)


def _pool(nodes: int) -> dict[str, Any]:
    return {"nodes": nodes, "capacity": {"cpu": "1cpu"}}


def _pushes(fit: Fit) -> dict[str, Any]:
    arrivals = fit.arrivals
    pushes: dict[str, Any] = {"rate": f"{arrivals.rate_per_hour:.6g}/h"}
    if arrivals.hours:
        pushes["profile"] = list(arrivals.hours)
    if arrivals.weekend != 1.0:
        pushes["weekend"] = min(arrivals.weekend, 10.0)
    return pushes


def _batch(batch: BatchFit) -> Any:
    if batch.model == "constant":
        return round(batch.mean)
    if batch.model == "lognormal":
        return {
            "lognormal": {
                "median": float(f"{batch.median:.4g}"), "sigma": round(batch.sigma, 3), "max": batch.largest
            }
        }  # fmt: skip
    return {"weighted": {"values": list(batch.values), "weights": list(batch.weights)}}


def duration_of(fit: DurationFit) -> Any:
    if fit.model == "constant":
        return DURATION.format(max(round(fit.mean_us), 1))
    if fit.model == "empirical":
        return {"empirical": {"quantiles": [DURATION.format(us) for us in fit.quantiles_us]}}
    if fit.model == "lognormal":
        (_, median, sigma), *_ = fit.parts
        return {"lognormal": {"median": DURATION.format(rounded(median)), "sigma": sigma}}
    return {
        "mixture": [
            {"weight": weight, "median": DURATION.format(rounded(median)), "sigma": sigma}
            for weight, median, sigma in fit.parts
        ]
    }


def rounded(us: int) -> int:
    """To four digits, for people."""
    step = 10 ** max(len(str(us)) - 4, 0)
    return int(max(round(us / step) * step, 1))
