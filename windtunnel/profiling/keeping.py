"""The files of a profile: written beside the folder's final name, then renamed, or not there at all."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from reports.json_view import windtunnel_version
from reports.place import beside, make_parents
from windtunnel.exits import BadInput
from windtunnel.profiling.figures import Profile, Sampled
from windtunnel.profiling.flame import flame_page
from windtunnel.profiling.measuring import Measured
from windtunnel.profiling.speedscope import speedscope

PROFILE, FLAME, SPEEDSCOPE, CALLS = "profile.json", "flame.html", "speedscope.json", "calls.pstats"
FILES = (PROFILE, FLAME, SPEEDSCOPE, CALLS)


def check_folder(directory: Path, force: bool) -> None:
    """Raise BadInput or StoreError unless a profile may, and can, be written there."""
    if not directory.exists():
        _try(directory)
        return
    if not directory.is_dir():
        raise BadInput(f"{directory} is a file: name a directory that does not exist yet")
    present = {path.name for path in directory.iterdir()}
    if strangers := sorted(present - set(FILES)):
        raise BadInput(
            f"{directory} holds files that are not of a profile ({', '.join(strangers[:5])}): not overwritten"
        )
    if present and not force:
        raise BadInput(f"{directory} holds a profile already: choose another directory, or replace it with --force")


def _try(directory: Path) -> None:
    """What cannot be made is told now, not after minutes of profiling; leaves nothing behind."""
    made = make_parents(directory.parent)
    try:
        beside(directory, "partial").rmdir()
    finally:
        for parent in made:
            parent.rmdir()


def keep(measured: Measured, directory: Path, force: bool) -> Profile:
    """Write what there is; gives the profile with the names of its files."""
    check_folder(directory, force)
    make_parents(directory.parent)
    partial = beside(directory, "partial")
    try:
        profile = _write(measured, partial)
        if directory.exists():
            for name in FILES:
                (directory / name).unlink(missing_ok=True)
            directory.rmdir()
        partial.rename(directory)
    except OSError as error:
        raise BadInput(f"{directory} cannot be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return profile


def _write(measured: Measured, folder: Path) -> Profile:
    profile, stacks = measured.profile, measured.stacks
    title = f"{profile.scenario}, policy {profile.policy}, seed {profile.seed}"
    names = [PROFILE]
    if stacks is not None and profile.sampled is not None and stacks.samples:
        found, sampled = stacks.stacks(), profile.sampled
        notes = tuple(_notes(profile, sampled))
        (folder / FLAME).write_text(flame_page(found, title, notes, stacks.layer), encoding="utf-8")
        told = speedscope(found, title, f"windtunnel@{windtunnel_version()}")
        (folder / SPEEDSCOPE).write_bytes(msgspec.json.encode(told))
        names += [FLAME, SPEEDSCOPE]
    if measured.calls is not None:
        measured.calls.write(folder / CALLS)
        names.append(CALLS)
    profile = msgspec.structs.replace(profile, files=tuple(names))
    text = msgspec.json.format(msgspec.json.encode(profile), indent=2)
    (folder / PROFILE).write_bytes(text + b"\n")
    return profile


def _notes(profile: Profile, sampled: Sampled) -> Iterator[str]:
    """What somebody who looks at the graph must know."""
    yield f"{sampled.samples:,} samples of processor time in {sampled.runs} runs of {profile.jobs:,} jobs."
    yield "Time in C functions belongs to the function that called them."
    alone = f"Without the profiler a run takes {profile.timing.wall_s:.3f} s, {profile.timing.us_per_job:.1f} µs a job"
    yield f"{alone}; with it {sampled.overhead:.2f} times as long."
