"""A Parquet file that grows policy by policy and can forget the rows of a policy that was never finished."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROWS_PER_GROUP = 1 << 17

SOUGHT = ("policy", "seq", "at_us", "type", "job")
"""Columns that queries choose rows by: only their smallest and largest values are noted per row group."""


class ParquetLog:
    """Appends tables of one schema as row groups; `close` keeps the first so many of them."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path = path
        self.schema = schema
        self.writer = self._open(path)
        self.groups = 0

    def _open(self, path: Path) -> pq.ParquetWriter:
        """Whole numbers mostly count up: their differences take half the space and time that a dictionary would."""
        whole = {field.name: "DELTA_BINARY_PACKED" for field in self.schema if field.type == pa.int64()}
        names = [field.name for field in self.schema if field.name not in whole]
        return pq.ParquetWriter(
            path,
            self.schema,
            compression="zstd",
            use_dictionary=names,
            column_encoding=whole or None,
            write_statistics=[name for name in SOUGHT if name in self.schema.names],
        )

    def append(self, table: pa.Table) -> None:
        for start in range(0, len(table), ROWS_PER_GROUP):
            self.groups += 1  # before it is written: an interrupted write counts as one too many, never too few
            self.writer.write_table(table.slice(start, ROWS_PER_GROUP), row_group_size=ROWS_PER_GROUP)

    def close(self, keep: int) -> None:
        """Finish the file with its first `keep` row groups; rewrites it, one at a time, only where some have to go."""
        self.writer.close()
        if keep == self.groups:
            return
        shorter = self.path.with_suffix(".kept")
        with pq.ParquetFile(self.path) as whole, self._open(shorter) as writer:
            for group in range(keep):
                writer.write_table(whole.read_row_group(group), row_group_size=ROWS_PER_GROUP)
        shorter.replace(self.path)
