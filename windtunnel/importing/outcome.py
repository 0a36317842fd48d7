"""What every import command does with what it has read: refuse, explain, or write a scenario."""

import json
import shutil
from collections.abc import Mapping
from typing import Any

import click

from domain.acl.ci_to_orchestration.imported import Imported
from windtunnel.exits import INVALID, OK, BadInput
from windtunnel.importing.explaining import Documents, explain, refusal, summary, to_json
from windtunnel.importing.scenario_file import Wanted, choices_of, tell, write_scenario
from windtunnel.outputs import STDOUT


def show(
    imported: Imported, file: str, said: str, documents: Documents, trigger: Mapping[str, Any], options: Wanted,
    explained: bool, as_json: bool,
) -> int:  # fmt: skip
    """Exit code; raises ScenarioError for flaws."""
    if as_json and options.out == STDOUT:
        raise BadInput("only one of --json and --out can go to stdout")
    if imported.flaws:
        raise refusal(imported.flaws, documents)
    choices, assumed = choices_of(options), list[str]()  # a slip in an option is told whether it is needed or not
    if options.out:
        assumed = write_scenario(imported, file, said, trigger, choices, options.out)
    if as_json:
        click.echo(json.dumps({"file": file, **to_json(imported, said, documents), "assumed": assumed}, indent=2))
        return OK
    on_stdout = options.out == STDOUT
    if explained and not on_stdout:
        width = min(shutil.get_terminal_size((80, 24)).columns, 100)
        click.echo("\n".join(explain(imported, said, documents, width)))
    elif not on_stdout:
        click.echo(summary(imported, said))
        if imported.reason:
            click.echo(f"Nothing runs: {imported.reason}.")
        elif not options.out:
            click.echo("--explain tells which, --out FILE writes a scenario for `windtunnel run`.")
    if options.out:
        tell(assumed, options.out)
    return OK if imported.jobs else INVALID
