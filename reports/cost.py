"""What the fleet cost in the window, split into busy, boot and idle, per pool, tenant, label and job."""

from collections.abc import Callable
from typing import cast

import numpy as np

from domain.workers import billing
from reports.columns import apportion, in_window, pool_names, product_sums_by, rounded_ratio, sums_by
from reports.figures import Cost, Split, Utilisation
from reports.utilisation import node_end_us, running_us, total
from sim.results import Column, PoolInfo, RunResult

charge = cast(Callable[[int, Column, int, int], Column], billing.charge_udollars)  # the same rule, on columns


def cost(result: RunResult, use: Utilisation) -> Cost:
    """Micro-dollars that every meter added between warm-up and horizon.

    A meter shows the charge for the use so far (rounded up, at least the minimum), so windows that adjoin sum to the
    whole. Pools billed by node: one meter per node from ordered to gone, split by the pool's CPU time.
    Pools billed by job: one meter per job from started to finished, all of it busy.
    Tenants and labels get the busy part by their CPU time in each pool; all shares by largest remainder.
    """
    names = pool_names(result.pools)
    tenants, labels = [0] * len(result.tenants), [0] * len(result.labels)
    by_pool: dict[str, Split] = {}
    for code, (name, pool) in enumerate(zip(names, result.pools, strict=True)):
        rows = np.flatnonzero((result.jobs.pool == code) & (result.jobs.started_us >= 0))
        if pool.billed_by == "job":
            charges = _metered(result, pool, result.jobs.started_us[rows], result.jobs.finished_us[rows])
            by_pool[name] = Split(int(charges.sum()), 0, 0)
            per_tenant = sums_by(result.jobs.tenant[rows], len(tenants), charges)
            per_label = sums_by(result.jobs.label[rows], len(labels), charges)
        else:
            mine = result.nodes.pool == code
            charges = _metered(result, pool, result.nodes.ordered_us[mine], node_end_us(result)[mine])
            cpu = use.by_pool[name].cpu_us
            by_pool[name] = Split(*apportion(int(charges.sum()), (cpu.busy, cpu.boot, max(0, cpu.idle))))
            ran, asked = running_us(result)[rows], result.jobs.cpu_millis[rows]
            busy = by_pool[name].busy
            per_tenant = apportion(busy, product_sums_by(result.jobs.tenant[rows], len(tenants), ran, asked))
            per_label = apportion(busy, product_sums_by(result.jobs.label[rows], len(labels), ran, asked))
        tenants = [a + b for a, b in zip(tenants, per_tenant, strict=True)]
        labels = [a + b for a, b in zip(labels, per_label, strict=True)]
    whole = total(by_pool.values())
    jobs = int(np.count_nonzero(in_window(result.jobs.finished_us, result) & (result.jobs.started_us >= 0)))
    return Cost(
        udollars=whole,
        by_pool=by_pool,
        by_tenant=dict(zip(result.tenants, tenants, strict=True)),
        by_label=dict(zip(result.labels, labels, strict=True)),
        jobs=jobs,
        per_job_udollars=rounded_ratio(whole.total, jobs) if jobs else None,
    )


def _metered(result: RunResult, pool: PoolInfo, start: Column, end: Column) -> Column:
    """What each meter that ran over [start, end) added inside the window."""

    def shown(at_us: int) -> Column:
        used = np.maximum(np.minimum(end, at_us) - start, 0)
        return charge(pool.price_udollars_per_hour, used, pool.granularity_us, pool.minimum_us)

    return shown(result.horizon_us) - shown(result.warm_up_us)
