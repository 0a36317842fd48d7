"""A DuckDB in memory over the files of stored runs, which reads them and nothing else, and writes nowhere."""

import re
from collections.abc import Mapping, Sequence
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.manifest import StoreError
from reports.queries.folders import Found
from reports.queries.rows import RUNS, Kind, Made, made, points
from reports.queries.sweeps import LONG, finished
from reports.replication_store import METRIC_COLUMNS, METRICS, REPLICATION_COLUMNS, REPLICATIONS

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

WITHOUT_DUCKDB = "queries need DuckDB: pip install 'windtunnel[query]'"

FILES = ("jobs", "nodes", "events")
"""Tables of a run that are files; of the first two, further replications may be in files of their own."""

CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
}
"""From the start: no extension is fetched, no variable of the caller is a table, nothing spills to disk."""


class NoDuckDB(StoreError):
    """It is an extra, and not installed."""


def connect() -> "duckdb.DuckDBPyConnection":
    try:
        import duckdb
    except ImportError:
        raise NoDuckDB(WITHOUT_DUCKDB) from None
    return duckdb.connect(":memory:", config=CLOSED)


def opened(found: Found) -> "duckdb.DuckDBPyConnection":
    """Tables and views of everything that was found; from then on only those folders can be read, and that is locked.

    Folders stay writable as far as DuckDB is concerned: `reports.queries.asking` admits no statement that writes.
    """
    db = connect()
    for name, table in made(found.runs).items():
        _create(db, name, table)
    for name in FILES:
        _of_files(db, name, found)
    _figures(db, found)
    _sweeps(db, found)
    _lock(db, found.directories)
    return db


def tables(db: "duckdb.DuckDBPyConnection") -> dict[str, list[tuple[str, str]]]:
    """Column and type of every table that there is to ask."""
    rows = db.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE NOT internal AND table_name[1] <> '_' ORDER BY table_name, column_index"
    ).fetchall()
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in rows:
        found.setdefault(table, []).append((column, kind))
    return found


def _create(db: "duckdb.DuckDBPyConnection", name: str, table: Made) -> None:
    db.register("_rows", _arrow(table.columns, table.rows))
    db.execute(f"CREATE TABLE {quoted(name)} AS SELECT * FROM _rows")
    db.unregister("_rows")


def _of_files(db: "duckdb.DuckDBPyConnection", name: str, found: Found) -> None:
    """One view over the file of that name of every run, with the run in front."""
    of = {run.directory / f"{name}.parquet": run.identity for run in found.runs}
    further = {run.directory / f"replication_{name}.parquet": run.identity for run in found.runs}
    of, further = ({path: run for path, run in files.items() if path.exists()} for files in (of, further))
    if not of:
        return
    _create(db, f"_{name}", Made({"file": "text", "run_id": "text"}, [(str(p), r) for p, r in (of | further).items()]))
    parts = [_part(f"_{name}", of, "0::BIGINT AS replication, ")] + ([_part(f"_{name}", further)] if further else [])
    db.execute(f"CREATE VIEW {quoted(name)} AS {' UNION ALL BY NAME '.join(parts)}")


def _part(files: str, of: Mapping[Path, str], replication: str = "") -> str:
    return (
        f"SELECT of.run_id, {replication}kept.* EXCLUDE (filename) FROM {_parquet(of, ', filename = true')} AS kept "
        f"JOIN {quoted(files)} AS of ON of.file = kept.filename"
    )


def _figures(db: "duckdb.DuckDBPyConnection", found: Found) -> None:
    """The long table, and a row per replication, of runs and of sweeps."""
    told = [run.directory for run in found.runs if run.manifest.run_id]  # earlier ones had other columns
    own = [directory / METRICS for directory in told]
    if longs := [*own, *(sweep.directory / LONG for sweep in found.sweeps)]:
        db.execute(f"CREATE VIEW metrics AS SELECT {', '.join(METRIC_COLUMNS)} FROM {_parquet(longs)}")
    parts = []
    if files := [directory / REPLICATIONS for directory in told]:
        parts.append(f"SELECT {', '.join(REPLICATION_COLUMNS)} FROM {_parquet(files)}")
    if found.sweeps:
        columns: dict[str, Kind] = {
            "run_id": "text", "seed": "whole", "digest": "text", "jobs": "whole", "wall_s": "real",
        }  # fmt: skip
        rows = {row[0]: row for sweep in found.sweeps for row in finished(sweep.directory)}
        _create(db, "_finished", Made(columns, list(rows.values())))
        swept = _parquet([sweep.directory / LONG for sweep in found.sweeps])
        of_run = "run_id, scenario_hash, policy, replication"
        db.execute(f"CREATE TABLE _swept AS SELECT DISTINCT {of_run} FROM {swept}")
        parts.append(f"SELECT {', '.join(REPLICATION_COLUMNS)} FROM _swept JOIN _finished USING (run_id)")
    if parts:
        db.execute(f"CREATE VIEW replications AS {' UNION ALL BY NAME '.join(parts)}")


def _sweeps(db: "duckdb.DuckDBPyConnection", found: Found) -> None:
    """Points, and their runs: of a sweep every replication of a policy is one, without a folder of its own."""
    if not found.sweeps:
        return
    for at, sweep in enumerate(found.sweeps):
        _create(db, f"_points{at}", points(sweep))
    every = " UNION ALL BY NAME ".join(f"SELECT * FROM _points{at}" for at in range(len(found.sweeps)))
    db.execute(f"CREATE TABLE points AS {every}")
    if not found.runs:
        _create(db, "runs", Made(RUNS, []))
    columns: dict[str, Kind] = {
        "folder": "text", "scenario": "text", "interrupted": "flag", "windtunnel": "text", "sources": "text",
    }  # fmt: skip
    about = [(s.name, s.sweep.scenario, s.sweep.interrupted, s.sweep.windtunnel, s.sweep.code) for s in found.sweeps]
    _create(db, "_sweeps", Made(columns, about))
    db.execute(
        "INSERT INTO runs BY NAME SELECT DISTINCT ON (run_id) run_id, folder, scenario, scenario_hash, seed, "
        "1 AS policies, interrupted, windtunnel, sources, wall_s FROM _swept JOIN _finished USING (run_id) "
        "JOIN (SELECT folder, scenario_hash FROM points) USING (scenario_hash) JOIN _sweeps USING (folder)"
    )


def _lock(db: "duckdb.DuckDBPyConnection", directories: Sequence[Path]) -> None:
    written = [spelled for path in map(str, directories) for spelled in dict.fromkeys((path, escape(path)))]
    allowed = ", ".join(map(literal, written))
    db.execute(f"SET allowed_directories = [{allowed}]")
    db.execute("SET enable_external_access = false")
    db.execute("SET lock_configuration = true")


def _parquet(paths: Sequence[Path] | Mapping[Path, str], options: str = "") -> str:
    """The rows of files; a name with `*` or `[` in it is that name."""
    names = ", ".join(literal(escape(str(path))) for path in paths)
    return f"read_parquet([{names}], union_by_name = true{options})"


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    plain = re.fullmatch(r"[a-z_][a-z0-9_]*", name)
    return name if plain else '"' + name.replace('"', '""') + '"'


def _arrow(columns: Mapping[str, Kind], rows: Sequence[Sequence[Any]]) -> "pa.Table":
    import pyarrow as pa

    kinds = {"text": pa.string(), "whole": pa.int64(), "real": pa.float64(), "flag": pa.bool_()}
    arrays = [pa.array([row[at] for row in rows], kinds[kind]) for at, kind in enumerate(columns.values())]
    return pa.Table.from_arrays(arrays, names=list(columns))
