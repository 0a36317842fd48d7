"""Whether tenants were served alike: Jain's fairness index over what each of them got."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from reports.columns import in_window, overlap_us, product_sums_by, queue_left_us, sums_by
from reports.figures import Fairness
from reports.utilisation import running_us
from sim.results import RunResult

SPANS = 48


def jain(shares: Sequence[float]) -> float | None:
    """(Σ xᵢ)² ÷ (n · Σ xᵢ²) over xᵢ ≥ 0: 1 when all are equal, 1/n when one has everything.

    None with fewer than two shares, or when nobody got anything.
    Source: Jain, Chiu, Hawe, A Quantitative Measure of Fairness and Discrimination, DEC-TR-301, 1984.
    """
    squares = sum(x * x for x in shares)
    if len(shares) < 2 or not squares:
        return None
    return sum(shares) ** 2 / (len(shares) * squares)


def fairness(result: RunResult) -> Fairness:
    """Three Jain indices over tenants, the first two over those that queued at least one job in the window.

    service: xᵢ = Σ run ÷ Σ (wait + run) of tenant i's jobs queued in the window, 1 when it never waited. Weights are
    not considered. A job that ended in the queue adds its time there to the waits: a starved tenant shows.
    delivered: xᵢ = CPU time delivered in the window ÷ weight. Low also where tenants simply ask for different amounts.
    allocation: the same in each of SPANS equal parts of the window, over tenants that had a job waiting or running in
    it, and the mean over parts with two or more: who is always served when others are not shows, even where it evens
    out over the window.
    """
    jobs, tenants = result.jobs, len(result.tenants)
    mine = in_window(jobs.queued_us, result)
    tenant = np.where(mine, jobs.tenant, -1)
    ran = np.where(jobs.started_us >= 0, jobs.finished_us - jobs.started_us, 0)
    run_sums = sums_by(tenant, tenants, ran)
    stay_sums = sums_by(tenant, tenants, queue_left_us(result) - jobs.queued_us + ran)
    asked = np.bincount(jobs.tenant[mine], minlength=tenants) > 0
    service = {
        name: run / stay if stay else 1.0  # nobody waited and nothing took time
        for name, run, stay, some in zip(result.tenants, run_sums, stay_sums, asked, strict=True)
        if some
    }
    delivered = dict(
        zip(result.tenants, product_sums_by(jobs.tenant, tenants, running_us(result), jobs.cpu_millis), strict=True)
    )
    weights = dict(zip(result.tenants, result.tenant_weights, strict=True))
    return Fairness(
        service=jain(list(service.values())),
        delivered=jain([delivered[name] / weights[name] for name in service]),
        service_by_tenant=service,
        cpu_us_by_tenant=delivered,
        allocation=_allocation(result),
    )


def _allocation(result: RunResult) -> float | None:
    jobs, tenants = result.jobs, len(result.tenants)
    if tenants < 2 or not len(jobs):
        return None
    weights = np.array(result.tenant_weights)
    ran = jobs.started_us >= 0
    holder, cpu = jobs.tenant[ran], jobs.cpu_millis[ran].astype(float)
    edges = np.linspace(result.warm_up_us, result.horizon_us, SPANS + 1).astype(np.int64)
    indices = []
    for start, end in pairwise(edges.tolist()):
        span = (start, end)
        held = overlap_us(jobs.started_us[ran], jobs.finished_us[ran], span) * cpu
        wants = np.bincount(jobs.tenant[(jobs.queued_us < end) & (jobs.finished_us > start)], minlength=tenants) > 0
        shares = np.bincount(holder, held, minlength=tenants) / weights
        indices.append(jain(shares[wants].tolist()))
    known = [index for index in indices if index is not None]
    return sum(known) / len(known) if known else None
