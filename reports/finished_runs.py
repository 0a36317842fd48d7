"""Replications that are done, in a file that only grows: each is there whole or not at all, whatever interrupts."""

import os
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec

from reports.findings import Replication
from reports.manifest import StoreError

NAME = "finished.jsonl"


class Finished(msgspec.Struct, frozen=True):
    run_id: str
    replication: Replication


class FinishedRuns:
    """`with FinishedRuns(directory) as runs`: `runs.known` by `run_id`, and `runs.add`. One process at a time.

    A line is written at once and handed to the system; a last line that was cut is dropped when the file is opened.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / NAME
        self.known: dict[str, Replication] = {}
        self.dropped = 0

    def __enter__(self) -> Self:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.file: IO[bytes] = self.path.open("a+b")
        except OSError as error:
            raise StoreError(f"{self.path} cannot be written: {error.strerror}") from None
        if not _lock(self.file):
            self.file.close()
            raise StoreError(
                f"{self.path.parent} is in use by another windtunnel: wait for it, or choose another --out"
            )
        self._read()
        return self

    def _read(self) -> None:
        decoder = msgspec.json.Decoder(Finished)
        self.file.seek(0)
        whole = 0
        for line in self.file:
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            try:
                found = decoder.decode(line)
            except msgspec.MsgspecError:
                self.dropped += 1  # it is computed again
                continue
            self.known[found.run_id] = found.replication
        self.file.truncate(whole)

    def add(self, run_id: str, replication: Replication) -> None:
        self.known[run_id] = replication
        try:
            self.file.write(msgspec.json.encode(Finished(run_id, replication)) + b"\n")
            self.file.flush()
        except OSError as error:
            raise StoreError(f"{self.path} cannot be written: {error.strerror}") from None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.file.close()


def _lock(file: IO[bytes]) -> bool:
    """Whether nobody else has it; where the system has no such locks, it is taken for free."""
    if os.name != "posix":
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True
