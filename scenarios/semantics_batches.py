"""Rules on how many jobs a generated pipeline has: batches, shares of them, and counts with weights."""

from collections.abc import Iterator

from scenarios.problems import Finding, Path
from scenarios.spec import Count, Synthetic

_SYNTHETIC: Path = ("workload", "synthetic")


def batch_findings(synthetic: Synthetic) -> Iterator[Finding]:
    """A batch needs shares, and shares a batch; a class has a share or a count."""
    jobs = synthetic.jobs
    shared = [name for name, job in jobs.items() if job.share is not None]
    if synthetic.batch is not None:
        yield from _weighted((*_SYNTHETIC, "batch"), synthetic.batch)
        if not any(jobs[name].share for name in shared):
            found = "shares of 0" if shared else "no class with a share"
            yield Finding((*_SYNTHETIC, "batch"), found, "with a batch, `share` above 0 in at least one class")
    for name, job in jobs.items():
        where = (*_SYNTHETIC, "jobs", name)
        yield from _weighted((*where, "count"), job.count)
        if job.share is None:
            continue
        if synthetic.batch is None:
            yield Finding((*where, "share"), f"{job.share:g}", "only with `batch`: a share of what?", (_SYNTHETIC,))
        for other in ("count", "matrix", "needs"):
            if other in job.model_fields_set:
                allowed = f"`share` or `{other}`, not both: jobs of a batch come by chance and wait for nothing"
                yield Finding((*where, other), "beside a share", allowed, ((*where, "share"),))


def _weighted(path: Path, count: Count) -> Iterator[Finding]:
    one = count.weighted
    if one is None:
        return
    if len(one.values) != len(one.weights):
        found = f"{len(one.values)} values and {len(one.weights)} weights"
        yield Finding((*path, "weighted"), found, "as many weights as values")
    if not any(one.values):
        yield Finding((*path, "weighted", "values"), "nothing but 0", "a number above 0")
