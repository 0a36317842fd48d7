"""What the fleet did with its time: busy, boot and idle, by CPU and by memory, per pool and in total."""

from collections.abc import Iterable

import numpy as np

from reports.columns import overlap_us, pool_names, product_sums_by, sums_by
from reports.figures import PoolUsage, Split, Utilisation
from sim.results import Column, RunResult


def utilisation(result: RunResult) -> Utilisation:
    """Capacity × time inside [warm-up, horizon), split exactly.

    whole = node capacity × time from ordered to gone; busy = jobs' running time × what they asked for;
    boot = node ordered to ready × capacity, plus job assigned to started (its worker starts) × what it asked for;
    idle = the rest. Attempts before a job's last are not in the columns: their time counts as idle.
    """
    pools = len(result.pools)
    window = (result.warm_up_us, result.horizon_us)
    nodes, jobs = result.nodes, result.jobs
    gone = node_end_us(result)
    exists = sums_by(nodes.pool, pools, overlap_us(nodes.ordered_us, gone, window))
    booting = sums_by(nodes.pool, pools, overlap_us(nodes.ordered_us, node_ready_us(result), window))
    present = np.bincount(nodes.pool[overlap_us(nodes.ordered_us, gone, window) > 0], minlength=pools)
    running, starting = running_us(result), starting_us(result)

    def split(asked: Column, capacity: Iterable[int]) -> list[Split]:
        busy = product_sums_by(jobs.pool, pools, running, asked)
        workers = product_sums_by(jobs.pool, pools, starting, asked)
        boot = [w + b * c for w, b, c in zip(workers, booting, capacity, strict=True)]
        whole = [e * c for e, c in zip(exists, capacity, strict=True)]
        return [Split(b, s, w - b - s) for b, s, w in zip(busy, boot, whole, strict=True)]

    cpu = split(jobs.cpu_millis, [pool.cpu_millis for pool in result.pools])
    memory = split(jobs.memory_mib, [pool.memory_mib for pool in result.pools])
    return Utilisation(
        cpu_us=total(cpu),
        memory_us=total(memory),
        by_pool={
            name: PoolUsage(nodes=int(n), cpu_us=c, memory_us=m)
            for name, n, c, m in zip(pool_names(result.pools), present, cpu, memory, strict=True)
        },
    )


def total(splits: Iterable[Split]) -> Split:
    splits = list(splits)
    return Split(sum(s.busy for s in splits), sum(s.boot for s in splits), sum(s.idle for s in splits))


def node_end_us(result: RunResult) -> Column:
    """When each node ceased to exist; nodes that were never given back last beyond the horizon and the end."""
    gone = result.nodes.gone_us
    return np.where(gone >= 0, gone, max(result.horizon_us, result.end_us))


def node_ready_us(result: RunResult) -> Column:
    """When each node was ready for work; one that never was boots as long as it exists."""
    ready = result.nodes.ready_us
    return np.where(ready >= 0, ready, node_end_us(result))


def running_us(result: RunResult) -> Column:
    """How long each job's last attempt ran inside the window."""
    jobs = result.jobs
    ran = overlap_us(jobs.started_us, jobs.finished_us, (result.warm_up_us, result.horizon_us))
    return np.where(jobs.started_us >= 0, ran, 0)


def starting_us(result: RunResult) -> Column:
    """How long each job waited for the worker of its last attempt inside the window, on a place already its own."""
    jobs = result.jobs
    until = np.where(jobs.started_us >= 0, jobs.started_us, jobs.finished_us)
    waited = overlap_us(jobs.assigned_us, until, (result.warm_up_us, result.horizon_us))
    return np.where(jobs.assigned_us >= 0, waited, 0)
