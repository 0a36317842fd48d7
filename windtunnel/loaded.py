"""Kept runs in a notebook: every table of theirs as a pandas frame, read when it is first asked for."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.queries.asking import ask_arrow
from reports.queries.database import quoted, tables
from reports.queries.opening import open_runs

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

WAY_OUT = "say mixed=True to have them together all the same"
LARGE = ("events", "jobs", "metrics", "nodes", "replications")
"""Their names come as categories: the same few in many rows."""


class Loaded:
    """`.jobs`, `.metrics`, `.events`, … of one run or of many, with the run in the column `run_id`; `.query(SQL)`.

    Columns are those of `windtunnel query --tables`: times in µs since the start of the run (`_us`), missing where
    something never happened. A frame is read once; change a copy.
    """

    def __init__(self, folders: Sequence[str | Path], mixed: bool = False) -> None:
        self._db, self._found, notes = open_runs(folders, mixed=mixed, way_out=WAY_OUT)
        self.tables = tuple(tables(self._db))
        for note in notes:
            warnings.warn(note, stacklevel=3)

    def __getattr__(self, name: str) -> "pd.DataFrame":
        if name.startswith("_") or name not in self.tables:
            raise AttributeError(f"no table {name} was kept: {', '.join(self.__dict__.get('tables', ()))}")
        table = ask_arrow(self._db, f"SELECT * FROM {quoted(name)}")
        found = self.__dict__[name] = frame_of(_with_categories(table) if name in LARGE else table)
        return found

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.tables})

    def query(self, sql: str) -> "pd.DataFrame":
        """The answer to a question in DuckDB's SQL over the same tables; it can only read."""
        return frame_of(ask_arrow(self._db, sql))

    def __repr__(self) -> str:
        names = [run.name for run in self._found.runs] + [sweep.name for sweep in self._found.sweeps]
        return f"<{', '.join(names)}: {', '.join(self.tables)}>"


def frame_of(table: "pa.Table") -> "pd.DataFrame":
    """Integers that may be missing stay integers; sums and decimal fractions become numbers as pandas has them."""
    found: pd.DataFrame = _without_decimals(table).to_pandas(types_mapper=_nullable)
    return found


def _without_decimals(table: "pa.Table") -> "pa.Table":
    """DuckDB adds up integers in 128 bits, which come as decimals: 64 bits where all fit, else floats."""
    import pyarrow as pa

    for at, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            try:
                column = table.column(at).cast(pa.int64() if field.type.scale == 0 else pa.float64())
            except pa.ArrowInvalid:
                column = table.column(at).cast(pa.float64())
            table = table.set_column(at, field.name, column)
    return table


def _with_categories(table: "pa.Table") -> "pa.Table":
    import pyarrow as pa

    for at, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            table = table.set_column(at, field.name, table.column(at).dictionary_encode())
    return table


def _nullable(arrow_type: Any) -> Any:
    import pandas as pd
    import pyarrow as pa

    return pd.Int64Dtype() if arrow_type == pa.int64() else None
