"""Whether tenants were served alike: Jain's fairness index over what each of them got."""

from collections.abc import Sequence

import numpy as np

from reports.columns import in_window, product_sums_by, queue_left_us, sums_by
from reports.figures import Fairness
from reports.utilisation import running_us
from sim.results import RunResult


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
    """Two Jain indices over tenants that queued at least one job in the window.

    service: xᵢ = Σ run ÷ Σ (wait + run) of tenant i's jobs queued in the window, 1 when it never waited. Weights are
    not considered. A job that ended in the queue adds its time there to the waits: a starved tenant shows.
    delivered: xᵢ = CPU time delivered in the window ÷ weight. Low also where tenants simply ask for different amounts.
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
    )
