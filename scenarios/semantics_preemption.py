"""The rules about preemption: there is somebody to stop, and nobody else who promises places."""

from collections.abc import Iterator

from scenarios.fits import classes
from scenarios.problems import Finding, Path
from scenarios.spec import Scenario, Scheduling


def preemption_findings(scenario: Scenario) -> Iterator[Finding]:
    base = scenario.scheduling
    if not scenario.policies:
        yield from _rules(("scheduling",), base, scenario)
    for name, override in scenario.policies.items():
        changed = {field: value for field, value in override if value is not None}
        own: Path = ("policies", name) if {"preemption", "backfill"} & changed.keys() else ("scheduling",)
        yield from _rules(own, base.model_copy(update=changed), scenario)


def _rules(path: Path, scheduling: Scheduling, scenario: Scenario) -> Iterator[Finding]:
    preemption = scheduling.preemption
    if preemption is None or preemption.rule == "never":
        return
    where = (*path, "preemption", "rule")
    if scheduling.backfill != "none":
        allowed = "never with backfill: what is stopped would break its reservations"
        yield Finding(where, preemption.rule, allowed, ((*path, "backfill"), ("scheduling", "backfill")))
    jobs = [job for _, job in classes(scenario)]
    highest = max(job.priority for job in jobs)
    lower = [job for job in jobs if job.priority < highest]
    if not lower:
        allowed = "never where all jobs have the same priority: only work of lower priority is stopped"
        yield Finding(where, preemption.rule, allowed, (("workload",),))
    elif preemption.rule == "interruptible" and not any(job.interruptible for job in lower):
        allowed = "priority, or interruptible: true for a class of jobs of lower priority"
        yield Finding(where, preemption.rule, allowed, (("workload",),))
