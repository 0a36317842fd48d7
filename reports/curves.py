"""The few hundred points that the plots of one run need: small enough to keep while the run itself is let go."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.columns import in_window
from reports.timeline import Steps, queued, running, steps
from reports.utilisation import node_end_us, node_ready_us
from sim.results import Column, RunResult

BINS = 300
ECDF_POINTS = 400

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Binned:
    """A step function in equal bins of time: its mean and its maximum in each, so that no peak is lost."""

    mean: Floats
    max: Floats


@dataclass(frozen=True, slots=True)
class Curves:
    """Of one policy. Times in µs; `edges_us` are the BINS + 1 edges of the bins; CPU in whole CPUs."""

    policy: str
    warm_up_us: int
    horizon_us: int
    wait_us: Column  # rising; share[i] of the jobs that started waited at most wait_us[i]
    share: Floats
    edges_us: Floats
    queued: Binned
    running: Binned
    busy_cpus: Floats
    boot_cpus: Floats
    exist_cpus: Floats


def curves(result: RunResult) -> Curves:
    """Everything that is drawn of `result`, from the start of the run to its end."""
    jobs, nodes = result.jobs, result.nodes
    edges = np.linspace(0, max(result.end_us, result.horizon_us, 1), BINS + 1)
    pool_cpus = np.array([pool.cpu_millis for pool in result.pools], np.int64)
    node_cpus = pool_cpus[nodes.pool] if len(nodes) else np.zeros(0, np.int64)
    end, ready = node_end_us(result), node_ready_us(result)
    ran, placed = jobs.started_us >= 0, jobs.assigned_us >= 0
    worker_end = np.where(ran, jobs.started_us, jobs.finished_us)

    def cpus(start: Column, stop: Column, amount: Column) -> Floats:
        means: Floats = binned(steps(start, np.maximum(start, stop), amount), edges).mean / 1000
        return means

    boot_nodes = cpus(nodes.ordered_us, np.minimum(ready, end), node_cpus)
    boot_workers = cpus(jobs.assigned_us[placed], worker_end[placed], jobs.cpu_millis[placed])
    wait, share = ecdf(result)
    return Curves(
        policy=result.policy,
        warm_up_us=result.warm_up_us,
        horizon_us=result.horizon_us,
        wait_us=wait,
        share=share,
        edges_us=edges,
        queued=binned(queued(result), edges),
        running=binned(running(result), edges),
        busy_cpus=cpus(jobs.started_us[ran], jobs.finished_us[ran], jobs.cpu_millis[ran]),
        boot_cpus=boot_nodes + boot_workers,
        exist_cpus=cpus(nodes.ordered_us, end, node_cpus),
    )


def ecdf(result: RunResult) -> tuple[Column, Floats]:
    """At most ECDF_POINTS points of the distribution of waits in the window, both ends among them."""
    jobs = result.jobs
    rows = in_window(jobs.queued_us, result) & (jobs.started_us >= 0)
    wait = np.sort((jobs.started_us - jobs.queued_us)[rows])
    picked = np.unique(np.linspace(0, len(wait) - 1, ECDF_POINTS).astype(np.int64)) if len(wait) else wait
    last = np.searchsorted(wait, wait[picked], side="right")
    return wait[picked], last / max(len(wait), 1)


def binned(of: Steps, edges: Floats) -> Binned:
    """Mean and maximum of a step function between consecutive edges."""
    at, value = of.at_us.astype(np.float64), of.value.astype(np.float64)
    if not len(at):
        nothing = np.zeros(len(edges) - 1)
        return Binned(nothing, nothing)
    area = np.concatenate([[0.0], np.cumsum(value[:-1] * np.diff(at))])
    i = np.searchsorted(at, edges, side="right") - 1
    known = i >= 0
    held = np.where(known, value[i], 0.0)
    until = np.where(known, area[i] + held * (edges - at[i]), 0.0)
    top: NDArray[Any] = held[:-1].copy()
    bin_of = np.searchsorted(edges, at, side="right") - 1
    inside = (bin_of >= 0) & (bin_of < len(top))
    np.maximum.at(top, bin_of[inside], value[inside])
    return Binned(np.diff(until) / np.diff(edges), top)
