"""Where a run may be put, and how it gets there in one step: refusals, names beside the target, the final rename."""

import os
import shutil
from pathlib import Path

from reports.manifest import NAME, StoreError, read_manifest


def check_target(directory: Path, force: bool) -> None:
    """Raise StoreError unless a run may be written to `directory`."""
    if directory.name in ("", ".."):
        raise StoreError(f"{directory} cannot be replaced as a whole: name a directory that does not exist yet")
    if not directory.exists():
        return
    if not directory.is_dir():
        raise StoreError(f"{directory} is a file: name a directory that does not exist yet")
    present = {path.name for path in directory.iterdir()}
    if not present:
        return
    try:
        ours = {NAME, *read_manifest(directory).files}
    except StoreError as error:
        if NAME in present:
            delete = "if nothing in it is needed, delete the folder yourself, or choose another"
            raise StoreError(f"{error}\nWhat it holds is not known, so it is not overwritten: {delete}") from None
        raise StoreError(f"{directory} is not empty and holds no stored run: it is never overwritten") from None
    if strangers := sorted(present - ours):
        raise StoreError(f"{directory} holds files that are not of its run ({', '.join(strangers)}): not overwritten")
    if not force:
        raise StoreError(f"{directory} holds a run already: choose another directory, or replace it with --force")


def make_parents(parent: Path) -> list[Path]:
    """Create `parent` where needed; what had to be made, innermost first."""
    missing = [path for path in (parent, *parent.parents) if not path.exists()]
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{parent} cannot be made: {error.strerror}") from None
    return missing


def beside(directory: Path, word: str) -> Path:
    """A new directory `NAME.word-PID-N` beside `directory`."""
    number = 0
    while True:
        path = directory.with_name(f"{directory.name}.{word}-{os.getpid()}-{number}")
        try:
            path.mkdir()
        except FileExistsError:
            number += 1
        except OSError as error:
            raise StoreError(f"{path} cannot be made: {error.strerror}") from None
        else:
            return path


def put(partial: Path, directory: Path, force: bool) -> None:
    """Rename `partial` to `directory`; what stood there steps aside first, and comes back if that fails.

    Raises StoreError where somebody else has used the name since it was checked: then the run stays in `partial`.
    """
    try:
        check_target(directory, force)
        _rename(partial, directory)
    except (StoreError, OSError) as error:
        why = error if isinstance(error, StoreError) else f"{directory} cannot be written: {error.strerror or error}"
        raise StoreError(f"{why}\nThe run is complete and kept in {partial}") from None


def _rename(partial: Path, directory: Path) -> None:
    if not directory.exists() or not any(directory.iterdir()):
        partial.rename(directory)  # an empty directory may be replaced
        return
    old = beside(directory, "old")
    directory.rename(old)
    try:
        partial.rename(directory)
    except BaseException:
        old.rename(directory)
        raise
    shutil.rmtree(old, ignore_errors=True)
