"""`windtunnel list`: the names that a scenario and the command line may use, with a line about each."""

import json
import shutil
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from reports.policies import PolicyRow

TABLE = 120
"""Columns from which on policies are a table: six columns of words want some room."""


@click.command("list", short_help="List scenarios and scheduling policies by name.")
@click.argument("what", type=click.Choice(["names", "policies"]), default="names", required=False)
@click.option("--plugin", "plugins", multiple=True, metavar="FILE.py", help="Policies of your own (repeatable).")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def list_names(what: str, plugins: tuple[str, ...], as_json: bool) -> None:
    """List the scenarios of the catalogue, the allocators, orderings and placements, and the evictions of caches.

    `windtunnel list policies` is a table of the policies: what they do, their source, and whether they conform; then of
    the rules that are chosen beside them: preemption, backfilling, gangs, sampling, coordination.
    """
    for plugin in plugins:
        from scenarios.plugins import plug_in

        plug_in(plugin)
    if what == "policies":
        _policies(as_json)
        return
    sections = _sections()
    if as_json:
        click.echo(json.dumps(sections, indent=2, ensure_ascii=False))
        return
    width = min(shutil.get_terminal_size((80, 24)).columns, 120)
    for number, (title, names) in enumerate(sections.items()):
        if number:
            click.echo()
        _print_names(title, names, width)


def _print_names(title: str, names: Mapping[str, str], width: int) -> None:
    click.echo("\n".join(click.style(line, bold=True) for line in textwrap.wrap(title, width)))
    left = max(map(len, names), default=0) + 4
    for name, about in names.items():
        lines = textwrap.wrap(about, max(width - left, 20)) or [""]
        click.echo(f"  {name.ljust(left - 2)}{lines[0]}")
        for line in lines[1:]:
            click.echo(" " * left + line)


def _policies(as_json: bool) -> None:
    from dataclasses import asdict

    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from reports.policies import QUESTIONS, policy_rows
    from reports.scheduling_rules import RULES_ABOUT, rule_rows

    rows = [*policy_rows(), *rule_rows()]
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False))
        return
    columns = shutil.get_terminal_size((100, 24)).columns
    if columns < TABLE:
        for question, about in (QUESTIONS | RULES_ABOUT).items():
            of = {row.name: row for row in rows if row.question == question}
            _print_names(f"{question}: {about}", {name: _in_a_line(row) for name, row in of.items()}, columns)
            click.echo()
        return
    console = Console(width=columns, highlight=False)
    for question, about in (QUESTIONS | RULES_ABOUT).items():
        judged = ("depends on", "path", "checked") if question in QUESTIONS else ()
        table = Table("name", "what it does", "source", *judged, title=escape(f"{question}: {about}"),
                      title_justify="left", box=None, pad_edge=False)  # fmt: skip
        for row in rows:
            if row.question == question:
                more = (row.answers, row.path, row.conformance) if judged else ()
                table.add_row(*map(escape, (row.name, row.about, row.source or "–", *more)))
        console.print(table)
        console.print()


def _in_a_line(row: "PolicyRow") -> str:
    """Where there is no width for columns."""
    judged = f"Depends on {row.answers}; {row.path}; {row.conformance}." if row.path else ""
    return " ".join(part for part in (row.about, f"Source: {row.source}." if row.source else "", judged) if part)


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
