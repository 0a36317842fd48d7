"""The rules about triggers, terms of jobs and terms of pipelines that span several fields."""

import re
from collections.abc import Iterator, Mapping

from domain.orchestration.matrix import LARGEST
from domain.orchestration.terms import GROUP_NAMES
from scenarios.problems import Finding, Path, choices, listed, show
from scenarios.quantities import DURATION
from scenarios.spec import Scenario, Synthetic
from scenarios.spec_orchestration import JobTerms, MatrixRule, Only, PipelineTerms
from scenarios.terms import combinations, most_combinations
from scenarios.triggers import shares_of

MOST_COMBINED = 65_536
"""Combinations of axes before any is excluded: more are not even counted one by one."""

ORDERED = ("oldest_first", "newest_first")
SYNTHETIC: Path = ("workload", "synthetic")


def orchestration(scenario: Scenario) -> Iterator[Finding]:
    synthetic = scenario.workload.synthetic
    if synthetic is None:
        return
    yield from _triggers(synthetic)
    yield from pipeline_terms_findings(SYNTHETIC, synthetic)
    for name, job in synthetic.jobs.items():
        path = (*SYNTHETIC, "jobs", name)
        yield from job_terms_findings(path, job, bool(job.needs))
        yield from _only((*path, "only"), job.only, synthetic)
        if job.matrix is not None and "count" in job.model_fields_set:
            allowed = "no count beside a matrix, which says how many jobs there are"
            yield Finding((*path, "count"), "count", allowed, ((*path, "matrix"),))
    yield from resource_modes((*SYNTHETIC, "jobs"), synthetic.jobs)
    if synthetic.auto_cancel == "interruptible" and not any(job.interruptible for job in synthetic.jobs.values()):
        allowed = "with interruptible: true for at least one class: there is nothing to cancel"
        yield Finding((*SYNTHETIC, "auto_cancel"), "interruptible", allowed, ((*SYNTHETIC, "jobs"),))


def _triggers(synthetic: Synthetic) -> Iterator[Finding]:
    path, pushes = (*SYNTHETIC, "pushes"), synthetic.pushes
    shares = shares_of(pushes)
    if shares is not None and not any(shares.values()):
        yield Finding((*path, "events"), "no share above 0", "at least one event with a share above 0")
    if pushes.forks and not (shares or {}).get("pull_request"):
        yield Finding((*path, "forks"), f"{pushes.forks:g}", "only with a share of pull_request in events: no other "
                      "pipeline comes from a fork", ((*path, "events"),))  # fmt: skip
    if synthetic.merge_queue and not (shares or {}).get("merge_group"):
        allowed = "only with a share of merge_group in pushes.events: nothing else comes to it"
        yield Finding((*SYNTHETIC, "merge_queue"), "a merge queue", allowed, ((*path, "events"),))


def _only(path: Path, only: Only | None, synthetic: Synthetic) -> Iterator[Finding]:
    """A class that is in no pipeline at all is a slip."""
    if only is None:
        return
    pushes = synthetic.pushes
    shares, where = shares_of(pushes) or {"push": 1.0}, ((*SYNTHETIC, "pushes"),)
    coming = [event for event, share in shares.items() if share]
    if only.events and not any(event in coming for event in only.events):
        found = f"only {listed(only.events)}, which never come"
        yield Finding((*path, "events"), found, f"at least one of {listed(coming)}", where)
    known = ["main", *(f"branch-{number}" for number in range(1, (pushes.branches or 0) + 1))]
    for index, ref in enumerate(only.refs):
        if ref not in known:
            yield Finding((*path, "refs", index), f"no ref {show(ref)}", choices(ref, known), where)


def pipeline_terms_findings(path: Path, terms: PipelineTerms) -> Iterator[Finding]:
    if terms.concurrency:
        yield from _group((*path, "concurrency", "group"), terms.concurrency.group, GROUP_NAMES[:-1])


def job_terms_findings(path: Path, job: JobTerms, has_needs: bool) -> Iterator[Finding]:
    """What is wrong with the terms of one class of jobs, wherever it is written."""
    if job.matrix is not None:
        yield from _matrix((*path, "matrix"), job.matrix)
    for field, rule in (("concurrency", job.concurrency), ("resource_group", job.resource_group)):
        if rule is not None:
            yield from _group((*path, field, "group"), rule.group, GROUP_NAMES)
    if job.concurrency and job.resource_group:
        allowed = "no resource_group beside concurrency: each might wait for the other"
        yield Finding((*path, "resource_group"), "resource_group", allowed, ((*path, "concurrency"),))
    if job.condition in ("failure", "cancelled") and not has_needs:
        allowed = "success, always or completed: without needs nothing can have ended before it"
        yield Finding((*path, "condition"), job.condition, allowed, ((*path, "needs"),))
    wait = job.retry.back_off
    if wait.first > wait.longest:
        yield Finding((*path, "retry", "back_off", "first"), DURATION.format(wait.first),
                      f"at most longest, which is {DURATION.format(wait.longest)}",
                      ((*path, "retry", "back_off", "longest"),))  # fmt: skip
    if job.approval and (uniform := job.approval.answer.uniform) and uniform.low > uniform.high:
        answer = (*path, "approval", "answer", "uniform")
        allowed = f"at most high, which is {DURATION.format(uniform.high)}"
        yield Finding((*answer, "low"), DURATION.format(uniform.low), allowed, ((*answer, "high"),))


def resource_modes(path: Path, jobs: Mapping[str, JobTerms]) -> Iterator[Finding]:
    """All classes of a group agree about its mode, and all ordered groups about which end goes first.

    A pipeline that is first in one group and last in another would wait for one that waits for it.
    """
    modes: dict[str, tuple[str, str]] = {}
    ordered: tuple[str, str] | None = None
    for name, job in jobs.items():
        rule = job.resource_group
        if rule is None:
            continue
        here = (*path, name, "resource_group", "mode")
        mode, first = modes.setdefault(rule.group, (rule.mode, name))
        if mode != rule.mode:
            allowed = f"{mode}, as {first} says of the same group"
            yield Finding(here, rule.mode, allowed, ((*path, first, "resource_group"),))
        elif rule.mode in ORDERED:
            ordered = ordered or (rule.mode, name)
            if ordered[0] != rule.mode:
                allowed = f"{ordered[0]}, as {ordered[1]} says: two orders may wait for each other for ever"
                yield Finding(here, rule.mode, allowed, ((*path, ordered[1], "resource_group"),))


def _matrix(path: Path, matrix: MatrixRule) -> Iterator[Finding]:
    size = most_combinations(matrix)
    if size > MOST_COMBINED:
        yield Finding(path, f"{size:,} combinations of its axes", f"at most {MOST_COMBINED:,}, before any is excluded")
        return
    strangers = [(at, key) for at, one in enumerate(matrix.exclude) for key in one if key not in matrix.axes]
    for at, key in strangers:
        where = (*path, "exclude", at, key)
        yield Finding(where, f"no axis {show(key)}", choices(key, matrix.axes), ((*path, "axes"),))
    if strangers:
        return
    found = len(combinations(matrix))
    if not found:
        yield Finding(path, "no combination", "at least one: axes with values that exclude leaves, or include")
    elif found > LARGEST:
        yield Finding(path, f"{found:,} combinations", f"at most {LARGEST}, GitHub's limit")


def _group(path: Path, group: str, names: tuple[str, ...]) -> Iterator[Finding]:
    unknown = [name for name in re.findall(r"\{([^{}]*)\}", group) if name not in names]
    if unknown:
        yield Finding(path, f"{{{unknown[0]}}}", listed([f"{{{name}}}" for name in names]))
    elif re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", group)):
        yield Finding(path, show(group), "braces in pairs, around one of " + listed(names))
