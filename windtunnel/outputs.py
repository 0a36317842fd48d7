"""Files that the commands write: checked before the work starts, there whole or not at all; `-` is stdout."""

import os
from pathlib import Path

import click

from windtunnel.exits import BadInput

STDOUT = "-"


def check_writable(*files: str | None) -> None:
    """Raise BadInput now for a file that could not be written after minutes of simulation, and for two on stdout."""
    if files.count(STDOUT) > 1:
        raise BadInput("only one of --json and --html (or --junit) can go to stdout")
    problems = [problem for file in files if file and file != STDOUT and (problem := _problem(Path(file)))]
    if problems:
        raise BadInput("\n".join(problems))


def check_new(file: str | None, force: bool) -> None:
    """The same for one file that must not be there already, without `force`."""
    check_writable(file)
    if file and file != STDOUT and not force and Path(file).is_file():
        raise BadInput(f"{file} exists; give another name, or --force to replace it")


def _problem(path: Path) -> str:
    if path.is_dir():
        return f"{path} is a directory: name a file"
    if not path.parent.is_dir():
        return f"{path.parent} is not a directory: make it first"
    target = path if path.exists() and not path.is_file() else path.parent
    if not os.access(target, os.W_OK):
        return f"{target} is not writable"
    return ""


def write(file: str, content: bytes) -> None:
    """Write to a temporary name beside `file`, then rename; `-` goes to stdout.

    A device, a pipe or a symbolic link (/dev/null, /dev/stdout, process substitution) is written to, never replaced.
    """
    if file == STDOUT:
        click.echo(content, nl=False)
        return
    path = Path(file)
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            path.write_bytes(content)
        else:
            _replace(path, content)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from None


def _replace(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
