"""From workflow documents and a situation to the jobs that would run."""

from collections.abc import Mapping

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, as_list, as_mapping, scalar_text, show
from domain.acl.ci_to_orchestration.imported import FileFlaw, Imported, Notes
from domain.acl.github_actions_to_orchestration.assumptions import Assumptions
from domain.acl.github_actions_to_orchestration.contexts import Situation, root_scope
from domain.acl.github_actions_to_orchestration.fields import Reader, concurrency
from domain.acl.github_actions_to_orchestration.inputs import declared_inputs
from domain.acl.github_actions_to_orchestration.jobs import Calling, Walk
from domain.acl.github_actions_to_orchestration.places import flaws as misplaced
from domain.acl.github_actions_to_orchestration.starting import events, starts
from domain.acl.github_actions_to_orchestration.structure import flaws
from domain.acl.github_actions_to_orchestration.values import Value

_WITH_INPUTS = ("workflow_dispatch", "workflow_call")


def import_workflow(
    document: Data,
    file: str,
    situation: Situation,
    files: Mapping[str, Data] | None = None,
    assume_runs: bool = True,
) -> Imported:
    """The jobs of the workflow that the situation's event starts; `files` are the local workflows that it may call.

    A condition that nobody can tell before the run is taken to be true, or false where `assume_runs` is not.
    """
    if found := flaws(document) or list(misplaced(document)):
        return Imported(file, flaws=tuple(FileFlaw(file, flaw) for flaw in found))
    name, on, event = scalar_text(document.get("name")) or file, document["on"], situation.start.event
    notes = Notes()
    begins, why = starts(on, situation.start)
    if begins is False:
        return Imported(name, reason=f"{show(situation.start.ref)}: {why}" if "leave out" in why else why)
    if begins is None:
        notes.unknown(file, ("on", event), why)
    inputs: Value = {}
    if event in _WITH_INPUTS:
        declared = as_mapping(events(on)[event]).get("inputs")
        inputs = declared_inputs(declared, situation.inputs, file, ("on", event), notes)
    elif situation.inputs:
        allowed = "--input only with the events workflow_dispatch and workflow_call"
        notes.refuse(file, ("on",), f"inputs for the event {event}", allowed)
    crons = [as_mapping(one).get("cron") for one in as_list(events(on)[event])] if event == "schedule" else []
    if len(crons) == 1:
        situation = msgspec.structs.replace(situation, cron=scalar_text(crons[0]))
    scope = root_scope(situation, name, inputs)
    assumptions = Assumptions(assume_runs)
    reader = Reader(file, scope, notes, assumptions)
    group, cancel = concurrency(reader, document.get("concurrency"), ("concurrency",))
    walk = Walk(situation, {} if files is None else files, notes, assumptions)
    walk.workflow(document, file, inputs, Calling())
    if notes.flaws:
        return Imported(name, findings=notes.findings, flaws=tuple(notes.flaws))
    reason = "" if walk.jobs else f"no job of it runs on {event}"
    return Imported(name, tuple(walk.jobs), notes.findings, (), reason, group, cancel, assumed=assumptions.told())
