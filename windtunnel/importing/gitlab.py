"""Reads a GitLab CI file with the files that it includes, in the situation that the options describe."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from domain.acl.gitlab_ci_to_orchestration.pipeline import import_pipeline
from domain.acl.gitlab_ci_to_orchestration.situation import MERGE_REQUEST, SOURCES, Situation
from scenarios.ci_files import Document, read_file
from scenarios.problems import choices
from windtunnel.exits import BadInput
from windtunnel.importing import options
from windtunnel.importing.explaining import printable
from windtunnel.importing.local_files import LocalFiles, whole
from windtunnel.importing.outcome import show
from windtunnel.importing.scenario_file import Wanted, check_out

TRIGGERS = {"push": "push", MERGE_REQUEST: "pull_request", "schedule": "schedule"}


def read(
    file: str, *, event: str, ref: str, fork: bool, project: str, default_branch: str, variables: Sequence[str],
    inputs: Sequence[str], changed: Sequence[str], existing: Sequence[str], play_manual: bool, explained: bool,
    as_json: bool, assume: bool, wanted: Mapping[str, Any],
) -> int:  # fmt: skip
    """The exit code; raises ScenarioError and BadInput."""
    about = Wanted(**wanted)
    check_out(about)
    if event not in SOURCES:
        raise BadInput(f"--event {event}: {choices(event, SOURCES)}")
    main, files = _main(file), LocalFiles(Path(file), "gitlab")
    file = printable(file)
    name, is_tag = options.ref_of(ref)
    situation = Situation(
        source=event, ref=name, is_tag=is_tag, default_branch=default_branch, project=project, fork=fork,
        variables=options.pairs(variables, "--variable"), inputs=options.pairs(inputs, "--input"),
        changed=tuple(changed) if changed else None, existing=tuple(existing) if existing else None,
    )  # fmt: skip
    imported = import_pipeline(main.data, file, situation, files, assume, play_manual)
    trigger = {"event": TRIGGERS.get(event, "manual"), "ref": name, **({"fork": True} if fork else {})}
    said = f"{event} of {'tag' if is_tag else 'branch'} {name}"
    return show(imported, file, said, {**files.documents, file: main}, trigger, about, explained, as_json)


def _main(file: str) -> Document:
    """The configuration; a document in front of it may only declare inputs (`spec`)."""
    documents = read_file(Path(file), printable(file), "gitlab")
    if len(documents) != 1 and (not documents or whole(documents) is documents[-1]):
        raise BadInput(f"{printable(file)}: found {len(documents)} YAML documents, allowed: one, or a spec and one")
    return whole(documents)
