"""Writes the scenario that an imported pipeline becomes."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from domain.acl.ci_to_orchestration.imported import Imported
from reports.wording import several
from scenarios.imports.exporting import DEFAULT_DURATION_US, Choices, Export, export
from scenarios.imports.stores import Storing
from scenarios.imports.writing import check, to_yaml
from scenarios.problems import ScenarioError, listed
from scenarios.yaml_source import LARGEST_FILE
from windtunnel.exits import BadInput
from windtunnel.importing import options
from windtunnel.outputs import STDOUT, check_new, write

BEHIND = "In the file, but not in the scenario:"
SECTIONS = ("fleet", "scheduling", "policies")
"""What `--fleet FILE` takes of another scenario."""
HINTS = {
    "runs_on": "Say what labels are called in that fleet: --runs-on LABEL=OTHER (nothing after the = for any).",
    "resources": "Say what jobs ask for on that fleet: --cpu and --memory; left out, it is all of a hosted runner.",
}


class Wanted(msgspec.Struct, frozen=True):
    """The options of all import commands that are about the scenario."""

    out: str | None
    duration: Sequence[str]
    cpu: str | None
    memory: str | None
    runs_on: Sequence[str]
    fleet: str | None
    every: str | None
    count: int
    force: bool = False
    cache_size: str | None = None
    cache_saves: str | None = None
    artifact_size: str | None = None
    approval: Sequence[str] = ()


def check_out(wanted: Wanted) -> None:
    """Raise BadInput before anything is read where the output could not be written, or would replace something."""
    check_new(wanted.out, wanted.force)


def choices_of(wanted: Wanted) -> Choices:
    default_us, durations = options.durations(wanted.duration, DEFAULT_DURATION_US)
    return Choices(
        default_us=default_us,
        durations_us=durations,
        resources=options.resources(wanted.cpu, wanted.memory),
        runs_on=options.labels(wanted.runs_on),
        fleet=_fleet(wanted.fleet) if wanted.fleet else None,
        every_us=options.duration(wanted.every, "--every"),
        count=wanted.count,
        storing=_storing(wanted),
    )


def _storing(wanted: Wanted) -> Storing:
    size = options.size(wanted.cache_size, "--cache-size")
    saves_us = options.duration(wanted.cache_saves, "--cache-saves")
    if saves_us and not size:
        raise BadInput("--cache-saves: only with --cache-size")
    approvals = options.times(wanted.approval, "--approval")
    return Storing(size, saves_us, options.size(wanted.artifact_size, "--artifact-size"), approvals)


def _fleet(source: str) -> dict[str, Any]:
    """The sections of another scenario as its file writes them; raises ScenarioError where it is not valid."""
    from scenarios import catalogue
    from scenarios.loader import load_scenario
    from scenarios.yaml_source import read_yaml

    load_scenario(source)
    path = catalogue.FOLDER / f"{source}.yaml" if source in catalogue.names() else Path(source)
    root, _ = read_yaml(path.read_text(encoding="utf-8-sig"), source)
    written = root.plain() if root is not None else {}
    assert isinstance(written, dict)
    return {name: written[name] for name in SECTIONS if name in written}


def write_scenario(
    imported: Imported, file: str, said: str, trigger: Mapping[str, Any], choices: Choices, out: str
) -> Export:
    """Write it to `out`. Raises ScenarioError where no run could use it."""
    stem = re.sub(r"[^\w.-]+", "-", Path(file).name.removesuffix(".yml").removesuffix(".yaml").strip(".")) or "imported"
    made = export(imported, stem, trigger, choices)
    if made.strangers:
        known = listed(list(dict.fromkeys(job.source for job in imported.jobs)))
        raise BadInput(f"--duration: no job is called {listed(made.strangers)}; jobs: {known}")
    places = {job.environment for job in imported.jobs if job.environment}
    if others := [name for name in choices.storing.approvals_us if name not in places]:
        known = listed(sorted(places)) or "none"
        raise BadInput(f"--approval: no job has the environment {listed(others)}; environments: {known}")
    unknown = sum(finding.kind == "unknown" for finding in imported.findings)
    comments = [
        f"{imported.name} on {said}, imported from {Path(file).name} by windtunnel.",
        "What the file does not say:",
    ]
    comments += [f"- {text}" for text in made.assumed]
    comments += [f"- taken for known: {text}" for text in imported.assumed]
    comments += [f"- not in this scenario: {text}" for text in made.left_behind]
    if unknown:
        known = f"{several(unknown, 'thing')} {'is' if unknown == 1 else 'are'} known only in a run"
        comments.append(f"- {known}: see `windtunnel import … --explain`")
    text = to_yaml(made.scenario, comments)
    if len(text.encode()) > LARGEST_FILE:
        raise BadInput(
            f"{file}: a scenario of more than {LARGEST_FILE // 1024} KiB: {len(imported.jobs)} jobs are too many"
        )
    checked(text, out, choices.fleet is not None)
    write(out, text.encode())
    return made


def checked(text: str, out: str, fleet_given: bool = False) -> None:
    """Raise ScenarioError where no run could use the scenario; the lines it names are of a file that is not there."""
    try:
        check(text, "scenario" if out == STDOUT else out)
    except ScenarioError as error:
        fields = {field for problem in error.problems for field in problem.path}
        for field, hint in HINTS.items() if fleet_given else ():
            if field in fields:
                click.echo(hint, err=True)
        click.echo("Nothing was written: no run could use the scenario. In its lines, as they would be:", err=True)
        raise


def tell(made: Export, out: str) -> None:
    """On stderr, so that a scenario on stdout stays one."""
    for title, texts in (("Assumed, because the file does not say:", made.assumed), (BEHIND, made.left_behind)):
        if texts:
            click.echo(title, err=True)
        for text in texts:
            click.echo(f"  - {text}", err=True)
    if out != STDOUT:
        click.echo(f"Wrote {out}. When it is done: windtunnel run {out}", err=True)
