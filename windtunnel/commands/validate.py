"""`windtunnel validate`: everything that is wrong with scenarios, all at once."""

import json
from typing import TYPE_CHECKING, Any

import click

from windtunnel.exits import INVALID, OK

if TYPE_CHECKING:
    from scenarios.problems import Problem


@click.command(short_help="Tell everything that is wrong with scenarios.")
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@click.option("--set", "settings", multiple=True, metavar="KEY.PATH=VALUE", help="Change a field first (repeatable).")
@click.option("--trace", metavar="FILE", help="The recorded trace to replay.")
@click.option("--plugin", "plugins", multiple=True, metavar="FILE.py", help="Policies of your own (repeatable).")
@click.option("--json", "as_json", is_flag=True, help="The outcome as JSON on stdout.")
def validate(
    scenarios: tuple[str, ...], settings: tuple[str, ...], trace: str | None, plugins: tuple[str, ...], as_json: bool
) -> int:
    """Check scenario files (or names from the catalogue) and tell everything that is wrong with them."""
    from scenarios.loader import load_scenario
    from scenarios.plugins import plug_in
    from scenarios.problems import ScenarioError

    for plugin in plugins:
        plug_in(plugin)
    problems: dict[str, tuple[Problem, ...]] = {}
    for scenario in dict.fromkeys(scenarios):
        try:
            load_scenario(scenario, settings, trace)
            problems[scenario] = ()
        except ScenarioError as error:
            problems[scenario] = error.problems

    if as_json:
        click.echo(json.dumps([_as_json(*entry) for entry in problems.items()], indent=2, ensure_ascii=False))
    else:
        for scenario, found in problems.items():
            for problem in found:
                click.echo(problem.render(), err=True)
            if not found:
                click.echo(f"{scenario}: valid")
    return INVALID if any(problems.values()) else OK


def _as_json(scenario: str, problems: "tuple[Problem, ...]") -> dict[str, Any]:
    from scenarios.problems import dotted

    return {
        "scenario": scenario,
        "valid": not problems,
        "problems": [
            {
                "source": p.source,
                "line": p.line or None,
                "field": dotted(p.path),
                "found": p.found,
                "allowed": p.allowed,
            }
            for p in problems
        ],
    }
