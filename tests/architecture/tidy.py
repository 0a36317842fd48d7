"""What neither the linter nor the import graph can see: file length, empty names, addresses, unstable hashes.

Run by `make check`; prints one line per finding and exits 1 when one is an error. Each rule is planted in test_tidy.py.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
LONG, TOO_LONG = 300, 400
EMPTY_NAMES = re.compile(r"(util|helper|manager|base|common|misc)s?")
MACHINE_PATH = re.compile(r"(?<![\w.<$}*])/(?:home|root|opt|work|mnt|Users|private|var/folders)/\w")
ADDRESS = re.compile(r"\w://|--(?:extra-)?index-url|--find-links|^-[if] ", re.MULTILINE)
BUILD_FILES = re.compile(r"[^/]*\.lock|pyproject\.toml|Makefile|\.ci/.*")
SEEDED = ("domain", "sim", "scenarios")


class Finding(NamedTuple):
    path: str
    line: int
    text: str
    is_error: bool = True


Rule = Callable[[str, str], Iterator[Finding]]
"""Takes a path relative to the root and the file's text."""


def length(path: str, text: str) -> Iterator[Finding]:
    """A module tells one thing: past 300 lines it is told to split, past 400 it must."""
    lines = text.count("\n")
    if path.endswith(".py") and lines > LONG:
        limit = TOO_LONG if lines > TOO_LONG else LONG
        yield Finding(path, lines, f"{lines} lines, more than {limit}", is_error=lines > TOO_LONG)


def names(path: str, text: str) -> Iterator[Finding]:
    """A module's name says what is in it."""
    if path.endswith(".py"):
        for part in PurePosixPath(path).with_suffix("").parts:
            if EMPTY_NAMES.fullmatch(part):
                yield Finding(path, 1, f"the name {part!r} says nothing about what is inside")


def machine_paths(path: str, text: str) -> Iterator[Finding]:
    """A checkout works wherever it lies."""
    for found in MACHINE_PATH.finditer(text):
        yield Finding(path, _line(text, found.start()), f"a path of one machine: {found.group()}…")


def addresses(path: str, text: str) -> Iterator[Finding]:
    """Where packages come from is the machine's business (docs/decisions/0002-lock-without-addresses.md)."""
    if BUILD_FILES.fullmatch(path):
        for found in ADDRESS.finditer(text):
            yield Finding(path, _line(text, found.start()), f"an address or index option: {found.group()}")


def unstable_hashes(path: str, text: str) -> Iterator[Finding]:
    """hash() of a string differs from process to process; a run with the same seed must not."""
    if path.endswith(".py") and path.split("/")[0] in SEEDED:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "hash":
                yield Finding(path, node.lineno, "hash() depends on PYTHONHASHSEED")


RULES: tuple[Rule, ...] = (length, names, machine_paths, addresses, unstable_hashes)


def findings(path: str, text: str) -> list[Finding]:
    """What every rule says about one file."""
    return [finding for rule in RULES for finding in rule(path, text)]


def project_files(root: Path) -> Iterator[str]:
    """Files that git tracks or would track, relative to the root."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    output = subprocess.run(listing, cwd=root, check=True, capture_output=True, text=True).stdout
    yield from sorted(name for name in set(output.split("\0")) if name and (root / name).is_file())


def check(root: Path) -> list[Finding]:
    """Findings in all text files of a checkout."""
    found: list[Finding] = []
    for path in project_files(root):
        try:
            text = (root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += findings(path, text)
    return found


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


if __name__ == "__main__":
    everything = check(ROOT)
    for finding in everything:
        print(f"{finding.path}:{finding.line}: {'' if finding.is_error else 'warning: '}{finding.text}")
    sys.exit(any(finding.is_error for finding in everything))
