"""Reads a GitHub workflow with the files beside it, in the situation that the options describe."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from domain.acl.ci_to_orchestration.imported import FileFlaw
from domain.acl.github_actions_to_orchestration.contexts import Situation
from domain.acl.github_actions_to_orchestration.events import TYPES
from domain.acl.github_actions_to_orchestration.references import givable, looked_at, references
from domain.acl.github_actions_to_orchestration.starting import Start, default_start
from domain.acl.github_actions_to_orchestration.structure import flaws
from domain.acl.github_actions_to_orchestration.workflow import import_workflow
from scenarios.ci_files import Document, read_file
from scenarios.problems import choices
from windtunnel.exits import BadInput
from windtunnel.importing import options
from windtunnel.importing.explaining import printable, refusal
from windtunnel.importing.local_files import LocalFiles
from windtunnel.importing.outcome import show
from windtunnel.importing.scenario_file import Wanted, check_out

TRIGGERS = {"pull_request": "pull_request", "pull_request_target": "pull_request", "schedule": "schedule",
            "merge_group": "merge_group", "push": "push"}  # fmt: skip
"""Event → what a scenario calls it; every other one is somebody's doing: manual."""


def read(
    file: str, *, event: str, ref: str, activity: str, actor: str, fork: bool, repository: str, default_branch: str,
    inputs: Sequence[str], changed: Sequence[str], given: Sequence[str], explained: bool, as_json: bool, assume: bool,
    wanted: Mapping[str, Any],
) -> int:  # fmt: skip
    """The exit code; raises ScenarioError and BadInput."""
    about = Wanted(**wanted)
    check_out(about)
    if event and event not in TYPES:
        raise BadInput(f"--event {event}: {choices(event, TYPES)}")
    path, file = Path(file), printable(file)
    documents = read_file(path, file, "github")
    if len(documents) != 1:
        raise BadInput(f"{file}: found {len(documents)} YAML documents, allowed: one workflow")
    main, files = documents[0], LocalFiles(path, "github")
    known: dict[str, Document] = {file: main}
    if found := flaws(main.data):
        raise refusal([FileFlaw(file, flaw) for flaw in found], known)
    values = options.given(given, "--given")
    start = default_start(main.data["on"], event, default_branch)
    assumed = [] if event else [f"it is started by {start.event} (--event)"]
    if ref:
        name, is_tag = options.ref_of(ref)
        start = msgspec.structs.replace(start, ref=name, is_tag=is_tag)
    else:
        assumed.append(f"{'the tag' if start.is_tag else 'the branch'} is {start.ref} (--ref)")
    if "pull_request" in start.event and not fork:
        assumed.append("it does not come from a fork (--fork)")
    start = Start(start.event, start.ref, activity, start.is_tag, tuple(changed) if changed else None)
    situation = Situation(
        start, actor, repository, default_branch, fork,
        inputs=options.pairs(inputs, "--input"), given=values,
    )  # fmt: skip
    imported = import_workflow(main.data, file, situation, files, assume)
    if not imported.flaws:
        _check_given(values, [main, *files.documents.values()], file)
    said = f"{start.event} of {'tag' if start.is_tag else 'branch'} {start.ref}"
    event_here = TRIGGERS.get(start.event, "manual")
    trigger = {"event": event_here, "ref": start.ref, **({"fork": True} if fork and "pull" in start.event else {})}
    return show(imported, file, said, {**files.documents, **known}, trigger, about, explained, as_json, assumed)


def _check_given(given: Mapping[str, Any], documents: Sequence[Document], file: str) -> None:
    """Raise BadInput for what no expression looks at: a slip in a name would change nothing, in silence."""
    paths = [path for document in documents for path in references(document.data)]
    names = list(dict.fromkeys(givable(paths)))
    if whole := [name for name, value in given.items() if "." not in name and not isinstance(value, dict)]:
        raise BadInput(f"--given {whole[0]}: write CONTEXT.PATH=VALUE, such as vars.RUNNER=linux")
    wrong = [name for name in given if not looked_at(name, paths)]
    if wrong:
        raise BadInput("\n".join(
            f"--given {name}: no expression of {file} looks at it; those that can be given: {choices(name, names)}"
            for name in wrong
        ))  # fmt: skip
