"""`windtunnel conformance`: whether the policies of a file keep what every policy has to keep."""

import json

import click

from windtunnel.exits import OK, THRESHOLD

SHOWN = 10


@click.command(short_help="Check policies of your own against their obligations.")
@click.argument("files", nargs=-1, required=True, metavar="FILE.py...")
@click.option("--json", "as_json", is_flag=True, help="The outcome as JSON on stdout.")
def conformance(files: tuple[str, ...], as_json: bool) -> int:
    """Ask every policy of FILE.py a fixed set of questions, and tell which obligations it breaks (docs/policies.md).

    \b
    windtunnel conformance my_policy.py
    windtunnel run fleet.yaml --plugin my_policy.py
    """
    from scenarios.plugins import load_plugin

    plugins = [load_plugin(file) for file in files]
    found = [(plugin, one, one.complaints()) for plugin in plugins for one in plugin.policies]
    if as_json:
        rows = [
            {
                "source": plugin.source,
                "line": one.line,
                "sha256": plugin.sha256,
                "question": one.question,
                "name": one.name,
                "conforms": not complaints,
                "complaints": complaints,
            }
            for plugin, one, complaints in found
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        for plugin, one, complaints in found:
            verdict = click.style("broken", fg="red") if complaints else "conforms"
            click.echo(f"{plugin.source}:{one.line}: {one.question} {one.name}: {verdict}")
            for complaint in complaints[:SHOWN]:
                click.echo(f"    {complaint}")
            if len(complaints) > SHOWN:
                click.echo(f"    … and {len(complaints) - SHOWN} more of {len(complaints)}; --json tells all")
    return THRESHOLD if any(complaints for _, _, complaints in found) else OK
