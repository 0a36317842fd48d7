"""Every figure of a summary under the name by which thresholds ask for it: rows of the long table of a stored run."""

from collections.abc import Iterator

from reports.figures import Cost, Summary, Utilisation, Waits
from scenarios.thresholds import Metric

Value = float | int | None
QUANTILES = ("mean", "p50", "p95", "p99", "max")


def metrics_of(summary: Summary) -> dict[str, float | None]:
    """By metric as `scenarios/vocabulary.py` has it, in base units; None where the run has no such figure."""
    return {name: None if value is None else float(value) for name, value in _all(summary)}


def _all(summary: Summary) -> Iterator[tuple[str, Value]]:
    waits = summary.waits
    yield from _waits(waits.overall)
    for tenant, group in waits.by_tenant.items():
        yield from _waits(group, ("tenant", tenant))
    for label, group in waits.by_label.items():
        yield from _waits(group, ("label", label))
    for name, level in (("queued", summary.queued), ("running", summary.running)):
        yield from ((_name(name, statistic=key), getattr(level, key)) for key in ("mean", "p99", "max"))
    jobs = sum(summary.outcomes.values())
    for outcome, count in summary.outcomes.items():
        yield _name(f"job.{outcome.lower()}", statistic="count"), count
        yield _name(f"job.{outcome.lower()}", statistic="rate"), count / jobs if jobs else None
    yield from _use(summary.utilisation)
    yield from _cost(summary.cost)
    yield "fairness", summary.fairness.service
    yield "delivery", summary.fairness.delivered


def _waits(waits: Waits, *selectors: tuple[str, str]) -> Iterator[tuple[str, Value]]:
    for statistic in QUANTILES:
        yield _name("wait", *selectors, statistic=statistic), getattr(waits, f"{statistic}_us")


def _use(use: Utilisation) -> Iterator[tuple[str, Value]]:
    for part in ("busy", "boot", "idle"):
        yield part, use.cpu_us.share(part) if use.cpu_us.total else None
        for pool, own in use.by_pool.items():
            yield _name(part, ("pool", pool)), own.cpu_us.share(part) if own.cpu_us.total else None
    yield "memory_busy", use.memory_us.share("busy") if use.memory_us.total else None


def _cost(cost: Cost) -> Iterator[tuple[str, Value]]:
    yield "cost", cost.udollars.total
    yield "cost_per_job", cost.per_job_udollars
    yield from ((_name("cost", ("pool", pool)), split.total) for pool, split in cost.by_pool.items())
    yield from ((_name("cost", ("tenant", tenant)), own) for tenant, own in cost.by_tenant.items())
    yield from ((_name("cost", ("label", label)), own) for label, own in cost.by_label.items())


def _name(name: str, *selectors: tuple[str, str], statistic: str = "") -> str:
    return str(Metric(statistic, name, selectors))
