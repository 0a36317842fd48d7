"""What a sweep's folder has for queries: its points with the values that were swept, and its finished replications."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from reports.finished_runs import NAME as JOURNAL
from reports.finished_runs import Finished
from reports.manifest import Manifest, StoreError
from reports.provenance import Code, Host, Provenance
from reports.sweep import FORMAT, SCHEMA_VERSION, Sweep

SWEEP, LONG = "sweep.json", "long.parquet"


def read_sweep(folder: Path) -> Sweep:
    """Raises StoreError for one that was never finished, or is damaged."""
    path = folder / SWEEP
    try:
        head = msgspec.json.decode(path.read_bytes())
        if not isinstance(head, dict) or (head.get("format"), head.get("schema_version")) != (FORMAT, SCHEMA_VERSION):
            raise StoreError(f"{path} is of another version of windtunnel")
        sweep = msgspec.convert(head, Sweep)
    except FileNotFoundError:
        raise StoreError(f"{folder} is a sweep that wrote no results yet: start it again to go on") from None
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from None
    except msgspec.MsgspecError as error:
        raise StoreError(f"{path} is damaged: {error}") from None
    if not (folder / LONG).exists():
        raise StoreError(f"{folder / LONG} is missing, the sweep is incomplete")
    return sweep


def finished(folder: Path) -> list[Sequence[Any]]:
    """(run_id, seed, digest, jobs, wall_s) of every replication that was ever done there; a cut line is left out."""
    decoder = msgspec.json.Decoder(Finished)
    rows: list[Sequence[Any]] = []
    path = folder / JOURNAL
    for line in path.read_bytes().splitlines() if path.exists() else ():
        try:
            done = decoder.decode(line)
        except msgspec.MsgspecError:
            continue
        one = done.replication
        rows.append((done.run_id, one.seed, one.digest, one.jobs, one.wall_s))
    return rows


def as_manifest(sweep: Sweep) -> Manifest:
    """What a sweep says of its origin, in the terms of a run's."""
    code = Code(sweep.windtunnel, sweep.code, "")
    host = Host("", "", None, None)
    origin = Provenance(code=code, python="", packages={}, inputs=(), command=(), host=host, started_at="")
    return Manifest(
        format="", format_version=0, windtunnel=sweep.windtunnel, interrupted=sweep.interrupted, scenario={}, runs=[],
        files={}, provenance=origin,
    )  # fmt: skip
