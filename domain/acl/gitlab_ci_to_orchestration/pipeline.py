"""From a GitLab CI file and a situation to the jobs of the pipeline that GitLab would make."""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import cast

from domain.acl.ci_to_orchestration.documents import Data, Flaw, as_list, as_mapping, kind, scalar_text, show
from domain.acl.ci_to_orchestration.imported import FileFlaw, Imported, ImportedJob, Notes
from domain.acl.gitlab_ci_to_orchestration.assumptions import Assumptions
from domain.acl.gitlab_ci_to_orchestration.jobs import Pipeline
from domain.acl.gitlab_ci_to_orchestration.keywords import KEYWORDS
from domain.acl.gitlab_ci_to_orchestration.resolving import Resolver
from domain.acl.gitlab_ci_to_orchestration.rules import Judge
from domain.acl.gitlab_ci_to_orchestration.situation import (
    MERGE_REQUEST,
    Situation,
    declared,
    expand,
    lookup_in,
    predefined,
)
from domain.acl.gitlab_ci_to_orchestration.structure import GLOBAL_SHAPES, GLOBALS
from domain.orchestration.terms import AUTO_CANCEL, AutoCancel


def import_pipeline(
    document: Data,
    file: str,
    situation: Situation,
    files: Mapping[str, Data] | None = None,
    assume: bool = True,
    play_manual: bool = False,
) -> Imported:
    """The jobs of the pipeline; `files` are the local files that it may include.

    A rule that nobody can tell before is taken to match, or not to where `assume` is not. Jobs that a person starts are
    left out where the pipeline does not wait for them, unless `play_manual`.
    """
    if kind(document) != "mapping" or not document:
        return Imported(file, flaws=(FileFlaw(file, Flaw((), show(document), "a GitLab CI file: a mapping of jobs")),))
    notes, assumptions = Notes(), Assumptions(assume)
    outside = {**predefined(situation), **situation.variables}

    def judge(of: str) -> Judge:  # of includes, which know no variables of the file
        def unset(variable: str) -> None:
            notes.unknown(of, ("include",), f"the variable {variable} is not given: taken to be unset")

        lookup = lookup_in(outside, unset, situation.source == MERGE_REQUEST)
        return Judge(situation, notes, of, lookup, assumptions)

    resolver = Resolver({} if files is None else files, notes, judge, outside, situation.inputs)
    config = resolver.resolve(document, file)
    _check(config, resolver, file, notes)
    if notes.flaws:
        return Imported(file, findings=notes.findings, flaws=tuple(notes.flaws))
    variables: dict[str, str | None] = {
        **predefined(situation), **declared(config.get("variables")), **situation.variables,
    }  # fmt: skip
    _report(config, resolver, notes)
    workflow = as_mapping(config.get("workflow"))
    where, path = resolver.place("workflow")

    def unset(variable: str) -> None:
        notes.unknown(where, (*path, "rules"), f"the variable {variable} is not given: taken to be unset")

    if workflow.get("rules") is not None:
        lookup = lookup_in(variables, unset, situation.source == MERGE_REQUEST)
        verdict = Judge(situation, notes, where, lookup, assumptions).by_rules(
            as_list(workflow["rules"]), (*path, "rules")
        )
        if not verdict.included and not notes.flaws:
            return Imported(file, findings=notes.findings, reason="workflow:rules make no pipeline of it")
        variables |= {**declared(verdict.rule.get("variables")), **situation.variables}
    jobs = Pipeline(config, resolver, situation, notes, variables, assumptions, play_manual).jobs()
    jobs = _in_order(jobs, file, notes)
    name = expand(scalar_text(workflow.get("name")), variables) or file
    if notes.flaws:
        return Imported(name, findings=notes.findings, flaws=tuple(notes.flaws))
    reason = "" if jobs else f"no job of it is in a pipeline of {situation.source}"
    return Imported(
        name,
        tuple(jobs),
        notes.findings,
        (),
        reason,
        auto_cancel=_auto_cancel(workflow, jobs),
        assumed=assumptions.told(),
    )


def _check(config: Mapping[str, Data], resolver: Resolver, file: str, notes: Notes) -> None:
    """What stands at the top of the file, and that everything else is a job."""
    for name, shape in GLOBAL_SHAPES.items():
        if config.get(name) is not None:
            where, path = resolver.place(name)
            notes.flaws += [FileFlaw(where, flaw) for flaw in shape.flaws(config[name], path)]
    for name, value in config.items():
        if name not in GLOBALS and not name.startswith(".") and not isinstance(value, Mapping):
            where, path = resolver.place(name)
            notes.refuse(where, path, show(value), "a job: a mapping with script")
    if not any(name not in GLOBALS and not name.startswith(".") for name in config) and not notes.findings:
        notes.refuse(file, (), "no job", "at least one job whose name does not begin with .")


def _auto_cancel(workflow: Mapping[str, Data], jobs: list[ImportedJob]) -> AutoCancel:
    """What a newer pipeline of the same ref does to this one: GitLab's default is to be conservative."""
    written = as_mapping(workflow.get("auto_cancel")).get("on_new_commit")
    if written is None and any(job.interruptible for job in jobs):
        return "conservative"
    if written == "interruptible" and not any(job.interruptible for job in jobs):
        return ""  # nothing that it could cancel
    return cast("AutoCancel", written) if written in AUTO_CANCEL else ""


def _report(config: Mapping[str, Data], resolver: Resolver, notes: Notes) -> None:
    """Keywords of the whole file that change nothing here."""
    KEYWORDS.report(as_mapping(config.get("workflow")), *resolver.place("workflow"), notes, "workflow")
    KEYWORDS.report(as_mapping(config.get("default")), *resolver.place("default"), notes)
    for name in ("image", "services", "cache"):  # the old way to write them
        if name in config:
            file, path = resolver.place(name)
            KEYWORDS.report({name: config[name]}, file, path[:-1], notes)


def _in_order(jobs: list[ImportedJob], file: str, notes: Notes) -> list[ImportedJob]:
    """Needs first: with `needs`, a job may stand before what it waits for."""
    names = [job.name for job in jobs]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        notes.refuse(file, (), f"two jobs called {show(twice)}", "names of their own")
        return []
    by_name = {job.name: job for job in jobs}
    try:
        order = list(TopologicalSorter({job.name: job.needs for job in jobs}).static_order())
    except CycleError as error:
        job = by_name[error.args[1][0]]
        notes.refuse(
            job.file, (*job.path, "needs"), f"the circle {' → '.join(error.args[1])}", "needs without a circle"
        )
        return []
    place = {name: index for index, name in enumerate(order)}
    done: set[str] = set()
    in_order = True
    for job in jobs:
        in_order = in_order and done.issuperset(job.needs)
        done.add(job.name)
    return jobs if in_order else sorted(jobs, key=lambda job: place[job.name])
