"""Reads what the APIs of CI services answered: a file, or a folder of pages, of jobs in JSON."""

from dataclasses import replace
from itertools import islice
from pathlib import Path

import msgspec

from scenarios.traces.buildkite import buildkite_jobs
from scenarios.traces.documents import documents, pages
from scenarios.traces.errors import TraceError, refuse
from scenarios.traces.github import github_jobs, github_runs
from scenarios.traces.gitlab import gitlab_jobs
from scenarios.traces.jobs import Sightings, Tell
from scenarios.traces.recording import Recording
from scenarios.traces.rows import collect
from scenarios.traces.values import time_as

DUMPS: dict[str, Tell] = {
    "github-jobs": github_jobs,
    "github-runs": github_runs,
    "gitlab-jobs": gitlab_jobs,
    "buildkite-builds": buildkite_jobs,
}
"""Format as a scenario names it → what finds the jobs in a JSON value."""

NOTES = {
    "github-runs": (
        "each attempt of a run is one job, from its start to its last update: the waits of its jobs are in there",
    )
}
_LOOKED_AT = 50
"""So many files of a folder, and things in a file, are looked at to find out what they are."""

MAPPED = frozenset(("queued", "started", "finished", "label", "pipeline", "outcome", "queue"))


def read_dump(path: Path, name: str, keep_reversed: bool = False) -> Recording:
    """The jobs in the answers of the API called `name` of DUMPS; raises TraceError."""
    try:
        seen = Sightings(path, DUMPS[name])
    except RecursionError:
        raise refuse(path, "JSON that is nested too deeply", "JSON as the API answers it") from None
    mapped = MAPPED - {"queue"} if not any(job.queue for job in seen.jobs.values()) else MAPPED
    recording = collect(path, seen.rows(), mapped, time_as("iso8601"), None, keep_reversed, seen.places())
    return noted(recording, [*seen.notes(), *NOTES.get(name, ())])


def noted(recording: Recording, notes: list[str]) -> Recording:
    """The same, with what one should know of the whole set before the notes on its rows."""
    reading = recording.reading
    return replace(recording, reading=msgspec.structs.replace(reading, notes=(*notes, *reading.notes)))


def detect_dump(path: Path) -> str | None:
    """The key of DUMPS that finds jobs in the first JSON value of a file; None where none does. Raises TraceError."""
    for file in pages(path)[:_LOOKED_AT]:
        try:
            first = next(documents(file), None)
        except TraceError:
            if path.is_dir():
                raise
            return None
        if first is not None and (name := _service(first.value)):
            return name
    return None


def _service(value: object) -> str | None:
    for name, tell in DUMPS.items():
        try:
            if any(not isinstance(found, str) for found in islice(tell(value), _LOOKED_AT)):
                return name
        except RecursionError:
            return None
    return None
