"""Where a run comes from: the code, the inputs, the command and the kind of machine, without saying whose."""

import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec

from scenarios.traces.documents import size_and_hash

HOUSE = Path(__file__).parents[1]
CODE = ("domain", "scenarios", "sim", "reports")
"""Packages whose code decides what comes out: of the command line, only what it was told matters."""

UNSAID = ("name", "question", "thresholds", "policies")
"""What a scenario says without changing a run; a policy has its own name and settings."""

SCHEMA = HOUSE / "scenarios" / "scenario.schema.json"
PACKAGES = ("msgspec", "numba", "numpy", "pyarrow", "pydantic", "PyYAML", "simpy")
"""What a number could depend on, as far as it is installed."""


class Input(msgspec.Struct, frozen=True):
    """A file that was read: the scenario, a trace or a plugin, by its name without its folder."""

    role: str
    name: str
    bytes: int
    sha256: str


class Code(msgspec.Struct, frozen=True):
    """`sources` is `code_version()`; the commit is of the checkout that it was run from, if any."""

    windtunnel: str
    sources: str
    schema: str  # hash of the schema of scenarios
    commit: str | None = None
    changed: bool | None = None  # whether the checkout had changes that no commit has


class Host(msgspec.Struct, frozen=True):
    system: str
    architecture: str
    cores: int | None
    memory_mib: int | None


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, for the manifest of a run."""

    code: Code
    python: str
    packages: dict[str, str]
    inputs: tuple[Input, ...]
    command: tuple[str, ...]  # absolute paths as names only
    host: Host
    started_at: str  # UTC
    wall_s: float = 0.0


def gather(command: Sequence[str], inputs: Iterable[tuple[str, Path]]) -> Provenance:
    """What is known when a run begins; reads every input once."""
    return Provenance(
        code=code_now(),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        packages={name: found for name in PACKAGES if (found := _version(name))},
        inputs=tuple(_input(role, path) for role, path in inputs),
        command=tuple(map(without_places, command)),
        host=Host(platform.system(), platform.machine(), os.cpu_count(), _memory_mib()),
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def code_now() -> Code:
    """The code that is running."""
    commit, changed = _commit()
    return Code(_version("windtunnel") or "unknown", code_version(), _hash(SCHEMA), commit, changed)


@cache
def code_version() -> str:
    """Of the sources of windtunnel, and of the versions of numpy and Python, on which random numbers depend."""
    found = sha256(f"python {sys.version_info.major}.{sys.version_info.minor} numpy {_version('numpy')}".encode())
    for package in CODE:
        for path in sorted((HOUSE / package).rglob("*")):
            if path.suffix in (".py", ".yaml", ".json", ".csv"):
                found.update(f"\n{path.relative_to(HOUSE).as_posix()} ".encode() + sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16]


def scenario_hash(scenario: Mapping[str, Any], trace: str = "") -> str:
    """Of all that decides a run but its policy, settings applied and defaults filled in; a trace counts by its hash."""
    said = {name: value for name, value in scenario.items() if name not in UNSAID}
    if trace:
        said["workload"] = {**said["workload"], "trace": {**said["workload"]["trace"], "file": trace}}
    return sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()[:24]


def trace_of(scenario: Mapping[str, Any]) -> Path | None:
    """The recorded trace that a scenario, as data, replays."""
    trace = (scenario.get("workload") or {}).get("trace") or {}
    return Path(trace["file"]) if trace.get("file") else None


def run_id(scenario: str, sources: str, runs: Iterable[tuple[str, int, int, str]]) -> str:
    """The same for the same scenario, code and (policy, replication, seed, digest of events), wherever it was run."""
    return sha256(msgspec.json.encode([scenario, sources, sorted(runs)])).hexdigest()[:12]


def without_places(argument: str) -> str:
    """An argument of the command line that names no folder of this machine: `/data/a.yaml` → `a.yaml`."""
    before, equals, after = argument.rpartition("=")
    return f"{before}{equals}{Path(after).name if Path(after).is_absolute() else after}"


def _input(role: str, path: Path) -> Input:
    return Input(role, path.name, *size_and_hash(path))


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[:16]


def _commit() -> tuple[str | None, bool | None]:
    """Of the checkout that this is part of; nothing of an installed package, or where git is not there."""
    if not (HOUSE / ".git").exists():
        return None, None
    commit = _git("rev-parse", "HEAD")
    status = _git("status", "--porcelain", "--", *CODE, "windtunnel")
    return commit, None if status is None else bool(status)


def _git(*arguments: str) -> str | None:
    quiet = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}  # looking must not write
    try:
        done = subprocess.run(
            ["git", "-C", HOUSE, *arguments], capture_output=True, text=True, timeout=30, env=quiet, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _memory_mib() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
    except (AttributeError, OSError, ValueError):
        return None
