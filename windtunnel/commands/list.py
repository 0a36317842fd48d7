"""`windtunnel list`: the names that a scenario and the command line may use, with a line about each."""

import json
import shutil
import textwrap
from collections.abc import Mapping

import click


@click.command("list", short_help="List scenarios and scheduling policies by name.")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def list_names(as_json: bool) -> None:
    """List the scenarios of the catalogue, the allocators, orderings and placements, and the evictions of caches."""
    sections = _sections()
    if as_json:
        click.echo(json.dumps(sections, indent=2, ensure_ascii=False))
        return
    width = min(shutil.get_terminal_size((80, 24)).columns, 120)
    for number, (title, names) in enumerate(sections.items()):
        click.echo(("\n" if number else "") + click.style(title, bold=True))
        left = max(map(len, names), default=0) + 4
        for name, about in names.items():
            lines = textwrap.wrap(about, width - left) or [""]
            click.echo(f"  {name.ljust(left - 2)}{lines[0]}")
            for line in lines[1:]:
                click.echo(" " * left + line)


def _sections() -> dict[str, dict[str, str]]:
    from domain.artifacts.evictions import EVICTIONS
    from domain.scheduling.policies import ALLOCATORS, ORDERINGS, PLACEMENTS
    from scenarios.catalogue import entries

    return {
        "scenarios": {entry.name: entry.question for entry in entries()},
        "allocators": _described(ALLOCATORS),
        "orderings": _described(ORDERINGS),
        "placements": _described(PLACEMENTS),
        "evictions": _described(EVICTIONS),
    }


def _described(policies: Mapping[str, object]) -> dict[str, str]:
    """The first line of each policy's docstring."""
    return {name: (policy.__doc__ or "").strip().partition("\n")[0] for name, policy in policies.items()}
