"""Stored runs by the names of folders, opened for questions once it is clear that they belong together."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reports.queries.database import opened
from reports.queries.folders import Found, find
from reports.queries.sweeps import as_manifest
from reports.unequal import refuse_unequal

if TYPE_CHECKING:
    import duckdb


def open_runs(
    names: Sequence[str | Path], *, mixed: bool, way_out: str
) -> "tuple[duckdb.DuckDBPyConnection, Found, tuple[str, ...]]":
    """With what the reader has to be told: what was left out, and what differs.

    Raises StoreError where there is nothing, or where runs differ in origin and `mixed` does not allow it; `way_out`
    says how to.
    """
    found = find(names)
    origins = [(run.name, run.manifest) for run in found.runs]
    origins += [(sweep.name, as_manifest(sweep.sweep)) for sweep in found.sweeps]
    differ = refuse_unequal(origins, mixed, way_out)
    return opened(found), found, (*found.notes, *differ)
