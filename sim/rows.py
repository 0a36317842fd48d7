"""Rows of integers that are only ever added to, and read as columns in the end: in memory, or on disk once many."""

import tempfile
from struct import Struct
from typing import IO

import numpy as np

from sim.results import Column

MANY = 1 << 17
"""Rows that are kept in memory before they go to temporary files, a column each."""


class Rows:
    """`add` takes `width` integers; what a run remembers of what has ended so does not fill the memory.

    The files have no name and vanish with whoever reads their columns.
    """

    def __init__(self, width: int, many: int = MANY) -> None:
        self._width = width
        self._pack = Struct(f"{width}q").pack
        self._most = many * width * 8
        self._recent = bytearray()
        self._files: list[IO[bytes]] = []

    def add(self, *values: int) -> None:
        self._recent += self._pack(*values)
        if len(self._recent) >= self._most:
            self._spill()

    def columns(self) -> list[Column]:
        """All rows so far."""
        if not self._files:
            return [np.ascontiguousarray(column) for column in _columns(self._recent, self._width)]
        if self._recent:
            self._spill()
        return [np.asarray(np.memmap(file, np.int64, mode="r")) for file in self._files]

    def __del__(self) -> None:
        for file in self._files:
            file.close()  # columns that were read stay mapped

    def _spill(self) -> None:
        if not self._files:
            self._files = [tempfile.TemporaryFile(prefix="windtunnel-") for _ in range(self._width)]  # noqa: SIM115 (they live as long as the rows)
        for file, column in zip(self._files, _columns(self._recent, self._width), strict=True):
            file.write(column.tobytes())
            file.flush()
        self._recent = bytearray()


def _columns(rows: bytearray, width: int) -> Column:
    return np.frombuffer(rows, np.int64).reshape(-1, width).T
