"""The command `windtunnel`: its commands, its exit codes, and what a failure looks like."""

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import click

from windtunnel import __version__
from windtunnel.commands import COMMANDS
from windtunnel.exits import INTERRUPTED, INVALID, OK, OURS, explain, is_invalid_input, whose

EPILOG = """\b
Exit codes:
  0    done
  1    a fault of windtunnel itself
  2    invalid input: a scenario, an option, a file
  3    a threshold was not met
  4    inconclusive: too little data to say
  130  interrupted; what was finished is kept
"""

COMPLETE = "_WINDTUNNEL_COMPLETE"
"""Set by the shell when it asks what could be typed next (docs/command-line.md)."""

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 120}


class InOrder(click.Group):
    """Lists commands in the order of a first day's use, not of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=InOrder, epilog=EPILOG, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="windtunnel", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of a failure (or set WINDTUNNEL_DEBUG=1).")
def cli(debug: bool) -> None:
    """A wind tunnel for CI/CD schedulers.

    Describe a fleet, its load and some scheduling policies in a YAML file; windtunnel simulates each policy on the
    same arrivals and says who waits, what it costs, and what is idle. Start with `windtunnel run quickstart`.
    """
    if debug:
        os.environ["WINDTUNNEL_DEBUG"] = "1"


for command in COMMANDS:
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with one of the codes above; no traceback unless it was asked for."""
    signal.signal(signal.SIGTERM, _interrupt)
    if instruction := os.environ.get(COMPLETE):
        from click.shell_completion import shell_complete

        sys.exit(shell_complete(cli, {}, "windtunnel", COMPLETE, instruction))
    try:
        code = _run(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`| head`) has what it wanted. What is left in the buffer goes nowhere, quietly.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = OK
    if code == INTERRUPTED:
        # `python -m` ends by killing itself with SIGINT, not with our code, when an interrupt came while a text ran in
        # `exec`, as it does where a dataclass is imported. Running another text forgets that.
        exec("")
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    try:
        with cli.make_context("windtunnel", arguments, obj=tuple(arguments)) as context:
            result = cli.invoke(context)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return INVALID
    except KeyboardInterrupt:
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:
        if os.environ.get("WINDTUNNEL_DEBUG"):
            traceback.print_exc()
        else:
            click.echo(explain(whose(error)), err=True)
        return INVALID if is_invalid_input(whose(error)) else OURS
    return result if isinstance(result, int) else OK


def _interrupt(signal_number: int, frame: FrameType | None) -> NoReturn:
    """SIGTERM ends a run as Ctrl-C does: finished policies are kept."""
    raise KeyboardInterrupt
