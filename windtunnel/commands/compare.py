"""`windtunnel compare`: kept runs, and policies of scenarios, against each other."""

from typing import Any

import click

from windtunnel.experiment_options import Asked, comparison_options


@click.command(short_help="Compare kept runs, or policies of scenarios.")
@click.argument("sides", metavar="RUN...", nargs=-1, required=True)
@comparison_options
@click.option("--mixed", is_flag=True, help="Runs of different code or inputs may be compared.")
@click.option("--json", "json_file", metavar="FILE", help="Write the comparison as JSON; `-` is stdout.")
@click.option("--quiet", "-q", is_flag=True, help="No progress and nothing on the screen.")
def compare(sides: tuple[str, ...], mixed: bool, json_file: str | None, quiet: bool, **options: Any) -> int:
    """Compare two RUNs or more: each a folder that `run --out` made, or a scenario; @POLICY picks one of its policies.

    \b
    windtunnel compare out/before out/after
    windtunnel compare quickstart@fair quickstart@first-come --replications 20
    windtunnel compare small.yaml large.yaml --threshold 'delta(cost) < +20%'

    Scenarios are simulated now, 10 replications of each unless --replications says otherwise.
    """
    from reports.circumstances import Circumstances
    from reports.terminal import render_experiment
    from windtunnel.comparing import compared
    from windtunnel.outputs import STDOUT, check_writable, write

    asked = Asked(**options)
    check_writable(json_file, asked.junit_file)
    found = compared(sides, asked, quiet, mixed)
    about = Circumstances(experiment=found.experiment, thresholds=found.judged)
    if json_file:
        from reports.json_view import to_json

        write(json_file, to_json((), about))
    if not quiet and json_file != STDOUT:
        from windtunnel.screen import Screen

        render_experiment((), Screen(), about)
    if asked.junit_file:
        from reports.junit import to_junit

        write(asked.junit_file, to_junit("compare", found.judged))
    return found.exit_code
