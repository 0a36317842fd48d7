"""Writes the scenario that an imported pipeline becomes."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from domain.acl.ci_to_orchestration.imported import Imported
from scenarios.imports.exporting import DEFAULT_DURATION_US, Choices, export
from scenarios.imports.writing import check, to_yaml
from scenarios.problems import ScenarioError, listed
from scenarios.yaml_source import LARGEST_FILE
from windtunnel.exits import BadInput
from windtunnel.importing import options
from windtunnel.outputs import write

SECTIONS = ("fleet", "scheduling", "policies")
"""What `--fleet FILE` takes of another scenario."""


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
    )


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
) -> list[str]:
    """Write it to `out`; gives what was assumed. Raises ScenarioError where no run could use it."""
    if not imported.jobs:
        raise BadInput(f"{file}: no scenario without jobs: {imported.reason}")
    stem = re.sub(r"[^\w.-]+", "-", Path(file).name.removesuffix(".yml").removesuffix(".yaml").strip(".")) or "imported"
    made = export(imported, stem, trigger, choices)
    if made.strangers:
        known = listed(list(dict.fromkeys(job.source for job in imported.jobs)))
        raise BadInput(f"--duration: no job is called {listed(made.strangers)}; jobs: {known}")
    unknown = sum(finding.kind == "unknown" for finding in imported.findings)
    comments = [
        f"{imported.name} on {said}, imported from {Path(file).name} by windtunnel.",
        "What the file does not say:",
    ]
    comments += [f"- {text}" for text in made.assumed]
    if unknown:
        comments.append(f"- {unknown} things are known only in a run: see `windtunnel import … --explain`")
    text = to_yaml(made.scenario, comments)
    if len(text.encode()) > LARGEST_FILE:
        raise BadInput(
            f"{file}: a scenario of more than {LARGEST_FILE // 1024} KiB: {len(imported.jobs)} jobs are too many"
        )
    try:
        check(text, out if out != "-" else "scenario")
    except ScenarioError as error:
        if choices.fleet and any("runs_on" in problem.path for problem in error.problems):
            click.echo(
                "Say what labels are called in that fleet: --runs-on LABEL=OTHER (nothing after the = for any).",
                err=True,
            )
        raise
    write(out, text.encode())
    return list(made.assumed)


def tell(assumed: Sequence[str], out: str) -> None:
    """On stderr, so that a scenario on stdout stays one."""
    click.echo("Assumed, because the file does not say:", err=True)
    for text in assumed:
        click.echo(f"  - {text}", err=True)
    if out != "-":
        click.echo(f"Wrote {out}. When it is done: windtunnel run {out}", err=True)
