"""Jobs as an API of a CI service tells them: seen perhaps several times, in several states, and merged by their id."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from scenarios.traces.documents import Document, documents, pages
from scenarios.traces.errors import refuse
from scenarios.traces.rows import FIELDS, UNKNOWN, Row

WAITING, RUNNING, ENDED = range(3)
"""How far a job had come when it was seen."""

NOT_STARTED, NOT_ENDED = "had not started when it was recorded", "had not ended when it was recorded"
"""Reasons, before the state in brackets."""


class Job(msgspec.Struct):
    """One sighting of a job. Times are as the service writes them, None where it does not say."""

    id: str
    stage: int
    queued: str | None
    started: str | None
    finished: str | None
    name: str
    queue: str
    pipeline: str
    outcome: str
    attempt: int = 1
    never: str = ""  # why it never ran, as a reason, where it did not
    state: str = ""  # as the service calls it


Found = Job | str
"""A job, or what else there is and is passed over."""

Tell = Callable[[object], Iterator[Found]]
"""Takes a JSON value, and tells the jobs in it."""


class Sightings:
    """All jobs of a file or a folder of pages, each once: of its sightings the one that had come furthest."""

    def __init__(self, path: Path, tell: Tell) -> None:
        self.jobs: dict[str, Job] = {}
        self._places: dict[str, tuple[str, int]] = {}
        self._seen = self._copies = 0
        self._passed: Counter[str] = Counter()
        self._files = files = pages(path)
        self._path = path
        for file in files:
            for document in documents(file):
                self._read(document, tell)
        if not self.jobs:
            passed = "; ".join(f"{what}: {times:,}" for what, times in self._passed.most_common(3))
            raise refuse(path, f"no job ({passed})" if passed else "no job", "at least one, as the API tells it")
        self._drop_copies()

    def _read(self, document: Document, tell: Tell) -> None:
        for found in tell(document.value):
            if isinstance(found, str) or not found.id:
                self._passed[found if isinstance(found, str) else "a job without an id"] += 1
                continue
            self._seen += 1
            known = self.jobs.get(found.id)
            if known is None:
                self.jobs[found.id] = found
                self._places[found.id] = (document.file, document.line)
            else:
                self.jobs[found.id] = _newer(known, found)

    def _drop_copies(self) -> None:
        """A rerun of a run's failed jobs tells the others again under new ids, with the times of the first attempt."""
        first: dict[tuple[str | None, ...], Job] = {}
        for job in sorted(self.jobs.values(), key=lambda one: one.attempt):
            if job.stage != ENDED or job.started is None or not job.pipeline:
                continue
            key = (job.pipeline, job.name, job.started, job.finished)
            if first.setdefault(key, job).attempt != job.attempt:
                del self.jobs[job.id]
                self._copies += 1

    def rows(self) -> Iterator[Row]:
        """In the order in which jobs were first seen; the line is the number of the job."""
        for number, job in enumerate(self.jobs.values(), 1):
            yield number, _reason(job) or _values(job)

    def places(self) -> list[str]:
        """Per job, where it was first seen."""
        several = len(self._files) > 1
        return [
            f"{Path(file).name + ', ' if several else ''}line {line:,}, job {job}"
            for job, (file, line) in ((job, self._places[job]) for job in self.jobs)
        ]

    def notes(self) -> list[str]:
        notes = []
        if len(self._files) > 1 or self._path.is_dir():
            notes.append(f"{len(self._files):,} file{'' if len(self._files) == 1 else 's'} read")
        if again := self._seen - len(self.jobs) - self._copies:
            notes.append(f"{again:,} of {self._seen:,} sightings are of jobs seen before: the furthest state counts")
        if self._copies:
            notes.append(f"{_jobs(self._copies)} told again by a later attempt that did not run them: counted once")
        if reruns := sum(job.attempt > 1 for job in self.jobs.values()):
            notes.append(f"{_jobs(reruns)} of a later attempt (reruns): each arrives as a job of its own")
        if bare := sum(not job.queue for job in self.jobs.values()):
            notes.append(f"{_jobs(bare)} without runner labels or a queue")
        notes += [f"{times:,} × {what}: passed over" for what, times in self._passed.most_common(6)]
        return notes


def _newer(known: Job, found: Job) -> Job:
    """The sighting that had come further, the later of equals, with what only the other one says."""
    best, other = (found, known) if found.stage >= known.stage else (known, found)
    if best.queued is None:
        best.queued = other.queued
    best.queue = best.queue or other.queue
    return best


def _reason(job: Job) -> str:
    if job.never:
        return job.never
    if job.stage == WAITING:
        return f"{NOT_STARTED} ({job.state})"
    if job.stage == RUNNING:
        return f"{NOT_ENDED} ({job.state})"
    return ""


def _values(job: Job) -> list[object]:
    queued = job.queued if job.queued is not None else UNKNOWN
    known = {
        "queued": queued, "started": job.started, "finished": job.finished, "label": job.name,
        "pipeline": job.pipeline, "outcome": job.outcome, "queue": job.queue,
    }  # fmt: skip
    return [known.get(field) for field in FIELDS]


def _jobs(count: int) -> str:
    return f"{count:,} job{'' if count == 1 else 's'}"
