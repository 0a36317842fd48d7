"""`windtunnel schema`: the JSON Schema of scenario files, for editors."""

import click


@click.command(short_help="Print the JSON Schema of scenario files.")
def schema() -> None:
    """Print the JSON Schema of scenario files.

    Editors that know it complete and check a scenario while it is typed; the starter that `windtunnel init` writes says
    how to point one at it.
    """
    import json

    from scenarios.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
