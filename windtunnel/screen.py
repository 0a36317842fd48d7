"""The terminal that reports are printed to: rich's, but a reader that leaves early is no failure."""

from typing import NoReturn

from rich.console import Console


class Screen(Console):
    """stdout in its width (80 where it is no terminal), coloured where that is wanted."""

    def on_broken_pipe(self) -> NoReturn:
        """Let the command line deal with it as with any other pipe; rich would exit with code 1 here."""
        raise BrokenPipeError
