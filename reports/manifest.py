"""The manifest of a stored run: what is in the directory, and all of each result that is not a table."""

from collections.abc import Mapping
from dataclasses import fields
from hashlib import file_digest
from pathlib import Path
from typing import Any

import msgspec

from reports.provenance import Provenance
from scenarios.workload import TraceReading
from sim.results import FiguresTable, JobTable, NodeTable, PoolInfo, RunResult

FORMAT = "windtunnel-run"
FORMAT_VERSION = 1
NAME = "manifest.json"
FOR_PEOPLE = (".md", ".html")
"""The checklist that authors fill in, and pages that can be made again: no figure is read from them."""


class StoreError(Exception):
    """A run cannot be stored there or read from there; the message says why and what to do."""


class StoredFile(msgspec.Struct, frozen=True):
    bytes: int
    sha256: str


class RunFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Every field of RunResult but its two tables, and how many rows those have."""

    scenario: str
    policy: str
    scheduling: dict[str, str]
    seed: int
    warm_up_us: int
    horizon_us: int
    end_us: int
    tenants: tuple[str, ...]
    tenant_weights: tuple[int, ...]
    labels: tuple[str, ...]
    pools: tuple[PoolInfo, ...]
    digest: str
    events: int
    work: dict[str, int]
    wall_s: float
    checked: bool
    reading: TraceReading | None
    layer_s: dict[str, float]
    jobs: int
    nodes: int
    events_stored: int
    contexts: tuple[FiguresTable, ...] = ()


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    format: str
    format_version: int
    windtunnel: str
    interrupted: bool
    scenario: dict[str, Any]  # as run: settings applied, defaults filled in
    runs: list[RunFacts]
    files: dict[str, StoredFile]
    settings: tuple[str, ...] = ()  # what the command line changed in scenario.yaml
    run_id: str = ""
    scenario_hash: str = ""
    provenance: Provenance | None = None  # of runs that were kept before it was noted


def facts_of(result: RunResult, events_stored: int) -> RunFacts:
    kept = {f.name: getattr(result, f.name) for f in fields(RunResult) if f.name not in ("jobs", "nodes")}
    return RunFacts(**kept, jobs=len(result.jobs), nodes=len(result.nodes), events_stored=events_stored)


def result_of(facts: RunFacts, jobs: JobTable, nodes: NodeTable) -> RunResult:
    kept = {f.name: getattr(facts, f.name) for f in fields(RunResult) if f.name not in ("jobs", "nodes")}
    return RunResult(**kept, jobs=jobs, nodes=nodes)


def stored_file(path: Path) -> StoredFile:
    with path.open("rb") as file:
        return StoredFile(path.stat().st_size, file_digest(file, "sha256").hexdigest())


def check_files(directory: Path, files: Mapping[str, StoredFile]) -> None:
    """Raise StoreError unless each is there with the content that was written: one changed byte of a table may be
    another answer. What people are to write in, or may throw away, is left alone."""
    for name, expected in files.items():
        path = directory / name
        if path.suffix in FOR_PEOPLE:
            continue
        if not path.exists():
            raise StoreError(f"{path} is missing: the run is incomplete")
        size = path.stat().st_size
        if size != expected.bytes:
            raise StoreError(f"{path} has {size:,} bytes instead of {expected.bytes:,}: truncated or changed")
        try:
            found = stored_file(path)
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror}") from None
        if found.sha256 != expected.sha256:
            raise StoreError(f"{path} is damaged or was changed: its SHA-256 is not the one that was noted")


def read_manifest(directory: Path) -> Manifest:
    """The manifest in `directory`; raises StoreError where there is none, or one that is not ours or too new."""
    path = directory / NAME
    try:
        head = msgspec.json.decode(path.read_bytes())
    except FileNotFoundError:
        what = "is not a directory" if not directory.is_dir() else f"has no {NAME}"
        raise StoreError(f"{directory} {what}: not a stored run") from None
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise StoreError(f"{path} is truncated or not JSON: {error}") from None
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise StoreError(f"{path} was not written by windtunnel (its format is not {FORMAT!r})")
    if head.get("format_version") != FORMAT_VERSION:
        raise StoreError(
            f"{path} has format version {head.get('format_version')}, this windtunnel reads version {FORMAT_VERSION}: "
            f"use windtunnel {head.get('windtunnel', 'of the other version')}"
        )
    try:
        return msgspec.convert(head, Manifest, strict=False)
    except msgspec.ValidationError as error:
        raise StoreError(f"{path} is damaged: {error}") from None
