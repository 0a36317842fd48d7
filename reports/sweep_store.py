"""A sweep on disk: the tidy long table as Parquet and CSV, its points as CSV, all of it as JSON, and a picture."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from reports.sweep import Run, Sweep, long_rows, to_json

LONG = ("run_id", "scenario_hash", "policy", "replication", "metric", "unit", "value")
FILES = ("sweep.json", "long.parquet", "long.csv", "points.csv", "sweep.svg")


def write_sweep(directory: Path, sweep: Sweep, runs: Sequence[Run], picture: str) -> None:
    """All of FILES; each is there whole or as it was."""
    rows = long_rows(sweep, runs)
    columns = ("point", "scenario_hash", *(one.name for one in sweep.swept))
    points = [(one.point, one.scenario_hash, *one.values.values()) for one in sweep.points]
    _replace(directory / "long.csv", to_csv(LONG, rows))
    _replace(directory / "points.csv", to_csv(columns, points))
    _replace(directory / "long.parquet", _parquet(rows))
    if picture:
        _replace(directory / "sweep.svg", picture.encode())
    _replace(directory / "sweep.json", to_json(sweep))


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """As RFC 4180 has it, but with line feeds alone; nothing for what a run does not have."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return text.getvalue().encode()


def _parquet(rows: Sequence[tuple[str, str, str, int, str, str, float | None]]) -> bytes:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from reports.arrow_columns import NAME, named, whole

    columns = []
    for at, name in enumerate(LONG):
        cells = [row[at] for row in rows]
        if name == "replication":
            columns.append(whole(np.array(cells, np.int64)))
        elif name == "value":
            known = np.array([cell is not None for cell in cells], np.bool_)
            columns.append(whole(np.array([0.0 if cell is None else cell for cell in cells], np.float64), known))
        else:
            unique = list(dict.fromkeys(map(str, cells)))
            codes = {word: code for code, word in enumerate(unique)}
            columns.append(named(np.array([codes[str(cell)] for cell in cells], np.int32), unique))
    kinds = {"replication": pa.int64(), "value": pa.float64()}
    schema = pa.schema([(name, kinds.get(name, NAME)) for name in LONG])
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), sink, compression="zstd")
    return sink.getvalue()


def _replace(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.new")
    partial.write_bytes(content)
    partial.replace(path)
