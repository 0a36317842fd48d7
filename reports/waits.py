"""Queue waits of a run: overall, per label, per tenant, and per tenant and label."""

import numpy as np

from reports.columns import exact_sum, in_window, rounded_ratio
from reports.figures import QueueWaits, Waits
from reports.uncertainty import interval
from sim.quantiles import percentile
from sim.results import OUTCOMES, Column, RunResult

JOBS_PER_BATCH_MEAN = 10
JOBS_PER_BATCH_P95 = 100  # five jobs of a batch lie beyond its p95


def queue_waits(result: RunResult) -> QueueWaits:
    """Waits started − queued of jobs queued in [warm-up, horizon).

    Jobs that never started are left out of the waits and counted by outcome. Percentiles by the house rule.
    """
    jobs = result.jobs
    rows = np.flatnonzero(in_window(jobs.queued_us, result))
    started = jobs.started_us[rows] >= 0
    wait = jobs.started_us[rows] - jobs.queued_us[rows]
    ended = np.bincount(jobs.outcome[rows][~started], minlength=len(OUTCOMES))

    in_order = wait[started][np.argsort(jobs.queued_us[rows][started], kind="stable")]
    shortest_first = np.flatnonzero(started)[np.argsort(wait[started])]
    tenant, label = jobs.tenant[rows], jobs.label[rows]
    tenants, labels = len(result.tenants), len(result.labels)

    def of(group: Column, size: int) -> list[Waits]:
        """Waits of each group code 0 … size − 1."""
        asked = np.bincount(group, minlength=size)
        return [_waits(int(n), own) for n, own in zip(asked, _split(group, size, wait, shortest_first), strict=True)]

    pairs = of(tenant * labels + label, tenants * labels)
    return QueueWaits(
        overall=of(np.zeros(len(rows), np.int64), 1)[0],
        mean_interval=interval(in_order, lambda v: exact_sum(v) / len(v), JOBS_PER_BATCH_MEAN),
        p95_interval=interval(in_order, lambda v: float(percentile(np.sort(v), 95)), JOBS_PER_BATCH_P95),
        never_started={name: int(n) for name, n in zip(OUTCOMES, ended, strict=True) if n},
        by_label=dict(zip(result.labels, of(label, labels), strict=True)),
        by_tenant=dict(zip(result.tenants, of(tenant, tenants), strict=True)),
        by_tenant_label={
            tenant_name: {
                label_name: pairs[t * labels + k]
                for k, label_name in enumerate(result.labels)
                if pairs[t * labels + k].jobs
            }
            for t, tenant_name in enumerate(result.tenants)
        },
    )


def _split(group: Column, size: int, wait: Column, shortest_first: Column) -> list[Column]:
    """The waits of each group, rising, from one order of all that started."""
    narrow = group[shortest_first].astype(np.uint16 if size <= 2**16 else np.int64)  # 16 bits: a radix sort
    ordered = wait[shortest_first[np.argsort(narrow, kind="stable")]]
    return np.split(ordered, np.cumsum(np.bincount(narrow, minlength=size))[:-1]) if size else []


def _waits(asked: int, ordered: Column) -> Waits:
    if not len(ordered):
        return Waits(jobs=asked, started=0)
    return Waits(
        jobs=asked,
        started=len(ordered),
        mean_us=rounded_ratio(exact_sum(ordered), len(ordered)),
        p50_us=int(percentile(ordered, 50)),
        p95_us=int(percentile(ordered, 95)),
        p99_us=int(percentile(ordered, 99)),
        max_us=int(ordered[-1]),
    )
