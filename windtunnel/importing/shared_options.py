"""Options that the commands of `windtunnel import` have in common."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

_OUTPUT = (
    click.option("--explain", is_flag=True, help="Tell jobs, matrices, needs, and what cannot be known before a run."),
    click.option("--json", "as_json", is_flag=True, help="The same as JSON on stdout."),
    click.option("--out", metavar="FILE", help="Write a scenario for `windtunnel run`; `-` is stdout."),
    click.option("--force", is_flag=True, help="With --out: replace a file that is there."),
    click.option("--duration", multiple=True, metavar="[JOB=]TIME", help="How long jobs run [5m] (repeatable)."),
    click.option("--cpu", metavar="CPUS", help="What each job asks for, such as 2cpu; left out: its whole runner."),
    click.option("--memory", metavar="SIZE", help="The same for memory, such as 4GiB."),
    click.option(
        "--runs-on", multiple=True, metavar="LABEL=OTHER", help="What a label of the file is called in the fleet."
    ),
    click.option(
        "--cache-size", metavar="SIZE", help="Of an entry of each cache; left out: no caches in the scenario."
    ),
    click.option("--cache-saves", metavar="TIME", help="What finding an entry saves of a job's time."),
    click.option(
        "--artifact-size", metavar="SIZE", help="Of each artifact; left out: no artifacts in the scenario."
    ),
    click.option(
        "--approval", multiple=True, metavar="ENVIRONMENT=TIME",
        help="How long people take to let jobs deploy there.",
    ),
    click.option("--fleet", metavar="SCENARIO", help="Take fleet, scheduling and policies from this scenario."),
    click.option("--every", metavar="TIME", help="The pipeline comes again and again; left out: once."),
    click.option("--count", type=click.IntRange(1, 100_000), default=1, metavar="N", help="So many of it at a time."),
    click.option(
        "--assume", type=click.Choice(["run", "skip"]), default="run",
        help="What conditions that nobody can know before are taken for.  [default: run]",
    ),
)  # fmt: skip


def about_the_scenario(command: Command) -> Command:
    """Adds them, in order."""
    for option in reversed(_OUTPUT):
        command = option(command)
    return command
