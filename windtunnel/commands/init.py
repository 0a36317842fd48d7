"""`windtunnel init`: a starter scenario to edit."""

import re
import shlex
from pathlib import Path

import click

from windtunnel.exits import BadInput

SUFFIXES = (".yaml", ".yml")


@click.command(short_help="Write a starter scenario to edit.")
@click.argument("name", default="my-fleet")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def init(name: str, force: bool) -> None:
    """Write NAME.yaml, a small scenario with every part explained, to change into your own fleet."""
    from scenarios.catalogue import STARTER
    from windtunnel.outputs import check_writable, write

    path = Path(name if name.endswith(SUFFIXES) else f"{name}.yaml")
    if not re.search(r"\w", re.sub(r"\.[^.]*$", "", path.name)):
        raise BadInput(f"'{name}' is no name for a scenario: give one such as my-fleet")
    check_writable(str(path))
    if path.exists() and not force:
        raise BadInput(f"{path} exists; give another name, or --force to replace it")
    text = STARTER.read_text(encoding="utf-8")
    if re.fullmatch(r"[\w-]+", path.stem):  # else the starter's own name stays: quoting is not worth it
        text = re.sub(r"(?m)^name: .*$", f"name: {path.stem}", text, count=1)
    write(str(path), text.encode())
    click.echo(f"Wrote {path}. Change it, then: windtunnel run {shlex.quote(str(path))}")
    click.echo("For completion in your editor, beside it: windtunnel schema > scenario.schema.json")
