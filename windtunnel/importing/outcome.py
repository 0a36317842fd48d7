"""What every import command does with what it has read: refuse, explain, or write a scenario."""

import json
import shutil
from collections.abc import Mapping, Sequence
from typing import Any

import click
import msgspec

from domain.acl.ci_to_orchestration.imported import Imported
from scenarios.imports.stores import left_behind
from windtunnel.exits import INVALID, OK, BadInput
from windtunnel.importing.explaining import Documents, explain, place, printable, refusal, summary, to_json
from windtunnel.importing.scenario_file import Wanted, choices_of, tell, write_scenario
from windtunnel.outputs import STDOUT


def show(
    imported: Imported, file: str, said: str, documents: Documents, trigger: Mapping[str, Any], options: Wanted,
    explained: bool, as_json: bool, start: Sequence[str] = (),
) -> int:  # fmt: skip
    """Exit code; raises ScenarioError for flaws. `start` is what was assumed of how the pipeline starts."""
    if as_json and options.out == STDOUT:
        raise BadInput("only one of --json and --out can go to stdout")
    if imported.flaws:
        raise refusal(imported.flaws, documents)
    imported = msgspec.structs.replace(imported, name=printable(imported.name))
    choices = choices_of(options)  # a slip in an option is told whether it is needed or not
    made = None
    if options.out and imported.jobs:
        made = write_scenario(imported, file, said, trigger, choices, options.out)
    behind = list(left_behind(imported.jobs, choices.storing))
    if as_json:
        more = {"start": list(start), "left_behind": behind, "assumed": list(made.assumed) if made else []}
        content = {"file": file, **to_json(imported, said, documents), **more}
        click.echo(json.dumps(content, indent=2, ensure_ascii=False))
        return OK if imported.jobs else _nothing(imported, file, said, documents, options.out)
    on_stdout = options.out == STDOUT
    if explained and not on_stdout:
        width = min(shutil.get_terminal_size((80, 24)).columns, 100)
        click.echo("\n".join(explain(imported, said, documents, width, start, behind)))
    elif not on_stdout:
        click.echo(summary(imported, said))
        if start:
            click.echo(f"Assumed: {', '.join(start)}.")
        if imported.jobs and not options.out:
            click.echo("--explain tells which, --out FILE writes a scenario for `windtunnel run`.")
    if made and options.out:
        tell(made, options.out)
    return OK if imported.jobs else _nothing(imported, file, said, documents, options.out)


def _nothing(imported: Imported, file: str, said: str, documents: Documents, out: str | None) -> int:
    """Say on stderr why no job runs, with the condition that left out each."""
    click.echo(f"{file}: nothing runs on {said}: {imported.reason}", err=True)
    for finding in imported.findings:
        if finding.kind == "left-out":
            click.echo(f"  {place(documents, finding.file, finding.path)}: {finding.text}", err=True)
    if out:
        click.echo("Nothing was written: there is no scenario without jobs.", err=True)
    return INVALID
