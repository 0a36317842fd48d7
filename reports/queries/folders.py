"""Finds stored runs and sweeps in folders; what cannot be used is left out and said, the rest stays usable."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from reports.finished_runs import NAME as JOURNAL
from reports.manifest import NAME, Manifest, StoreError, check_files, read_manifest
from reports.queries.sweeps import LONG, SWEEP, read_sweep
from reports.sweep import Sweep

DEPTH = 3
"""Folders of folders that are looked through for runs."""

HALF_WRITTEN = ".partial-"
LOOK_INTO = 10_000
"""Folders that are looked into before it is clear that a wrong one was named."""


class Kept(NamedTuple):
    """A run that was kept; `name` is how messages and the column `folder` call it."""

    name: str
    directory: Path
    manifest: Manifest
    identity: str


class KeptSweep(NamedTuple):
    name: str
    directory: Path
    sweep: Sweep


class Found(NamedTuple):
    runs: tuple[Kept, ...]
    sweeps: tuple[KeptSweep, ...]
    notes: tuple[str, ...]  # what was left out, and why

    @property
    def directories(self) -> list[Path]:
        return [run.directory for run in self.runs] + [sweep.directory for sweep in self.sweeps]


def find(names: Sequence[str | Path]) -> Found:
    """Runs and sweeps in the folders, or folders in them; each once. Raises StoreError where there are none at all."""
    runs: dict[str, Kept] = {}
    sweeps: list[KeptSweep] = []
    notes: list[str] = []
    seen: set[Path] = set()
    for name in names:
        before = len(runs) + len(sweeps) + len(notes)
        for folder in _candidates(Path(name), DEPTH):
            place = folder.resolve()
            if place in seen:
                before -= 1
                continue
            seen.add(place)
            try:
                if (folder / SWEEP).exists() or (folder / JOURNAL).exists():
                    sweep = read_sweep(folder)
                    check_parquet(folder / LONG)
                    sweeps.append(KeptSweep(str(folder), place, sweep))
                elif HALF_WRITTEN in folder.name and not (folder / NAME).exists():
                    notes.append(f"{folder} was never finished: left out")
                else:
                    run = _run(folder, place)
                    twin = runs.setdefault(run.identity, run)
                    if twin is not run:
                        notes.append(f"{folder} is the same run as {twin.name}: counted once")
            except StoreError as error:
                notes.append(f"{error}: left out")
        if before == len(runs) + len(sweeps) + len(notes):
            notes.append(f"{name} holds no stored run: left out" if Path(name).is_dir() else f"{name} is not a folder")
    if not runs and not sweeps:
        raise StoreError("\n".join(notes) or "no folder is named: --in DIR")
    return Found(tuple(runs.values()), tuple(sweeps), tuple(notes))


def _candidates(folder: Path, depth: int) -> Iterator[Path]:
    """The folder itself where it is a run, was to become one, or is a sweep; else those in it."""
    if HALF_WRITTEN in folder.name or any((folder / name).exists() for name in (NAME, SWEEP, JOURNAL)):
        yield folder
        return
    if depth and folder.is_dir():
        try:
            inside = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
        except OSError as error:
            raise StoreError(f"{folder} cannot be read: {error.strerror}") from None
        if len(inside) > LOOK_INTO:
            raise StoreError(f"{folder} holds {len(inside):,} folders: name those with the runs")
        for each in inside:
            yield from _candidates(each, depth - 1)


def _run(folder: Path, place: Path) -> Kept:
    """Raises StoreError for one that is damaged."""
    manifest = read_manifest(folder)
    check_files(folder, manifest.files)
    return Kept(str(folder), place, manifest, manifest.run_id or _identity(manifest))


def check_parquet(path: Path) -> None:
    """Raise StoreError for a table whose end, which says what is in it, cannot be read."""
    if path.suffix != ".parquet":
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        pq.ParquetFile(path).close()
    except (pa.ArrowException, OSError) as error:
        raise StoreError(f"{path} is damaged: {str(error).splitlines()[0]}") from None


def _identity(manifest: Manifest) -> str:
    """Of a run that was kept without one."""
    from hashlib import sha256

    return sha256(msgspec.json.encode(manifest, order="deterministic")).hexdigest()[:12]
