"""What a CI file says, whichever format it is in: jobs ready to become a PipelineSpec, and findings on the way."""

from typing import Literal

import msgspec

from domain.acl.ci_to_orchestration.documents import Flaw, Path
from domain.orchestration.terms import AutoCancel, Condition

UNKNOWN_RUNNER = "unknown-runner"
"""The label of jobs whose `runs-on` cannot be known before the run, or whose content is elsewhere."""


class Finding(msgspec.Struct, frozen=True):
    """Something the reader of the result should know, with its place in a file.

    unknown: it could not be evaluated, `text` says why and what was taken instead. left-out: a job that does not run,
    and why. not-modelled: it is there, and changes nothing in a simulation.
    """

    kind: Literal["unknown", "left-out", "not-modelled"]
    file: str
    path: Path
    text: str


class FileFlaw(msgspec.Struct, frozen=True):
    """A flaw and the file that it is in."""

    file: str
    flaw: Flaw


class ImportedStep(msgspec.Struct, frozen=True):
    """One step: `uses` is an action, empty for a script; `timeout_us` 0 is none of its own."""

    name: str
    uses: str = ""
    timeout_us: int = 0


class ImportedCache(msgspec.Struct, frozen=True):
    """A cache that a job restores and saves; {lock} in a key is what changes with files, … is known in a run only."""

    key: str
    restore: tuple[str, ...] = ()


class ImportedJob(msgspec.Struct, frozen=True):
    """One job of the pipeline, its matrix expanded: `name` is unique, `source` is what the file calls it."""

    name: str
    source: str
    file: str
    path: Path
    runs_on: tuple[str, ...]
    timeout_us: int
    needs: tuple[str, ...] = ()
    condition: Condition = "success"
    allow_failure: bool = False
    matrix: tuple[tuple[str, str], ...] = ()
    matrix_group: str = ""
    fail_fast: bool = False
    max_parallel: int = 0  # 0: as many as there are
    concurrency_group: str = ""
    cancel_in_progress: bool = False
    resource_group: str = ""  # GitLab's: of which one job runs at a time
    interruptible: bool = False
    user_retries: int = 0
    infra_retries: int | None = None  # None: its file does not say, as on GitHub, where the platform decides
    timeout_retries: int = 0
    manual: bool = False
    delay_us: int = 0
    environment: str = ""
    image: str = ""
    services: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    steps: tuple[ImportedStep, ...] = ()
    content_known: bool = True
    steps_left: tuple[str, ...] = ()  # names of steps that do not run when all goes well
    caches: tuple[ImportedCache, ...] = ()
    uploads: tuple[str, ...] = ()  # names of artifacts
    downloads: tuple[str, ...] = ()  # names of artifacts, or patterns


class Imported(msgspec.Struct, frozen=True):
    """The jobs of one pipeline in the order of the file, or `flaws`: then the file is refused and there are no jobs.

    `reason` says why there are no jobs although nothing is wrong with the file, such as an event that starts nothing.
    """

    name: str
    jobs: tuple[ImportedJob, ...] = ()
    findings: tuple[Finding, ...] = ()
    flaws: tuple[FileFlaw, ...] = ()
    reason: str = ""
    concurrency_group: str = ""
    cancel_in_progress: bool = False
    auto_cancel: AutoCancel = ""  # GitLab's: what a newer pipeline of the same ref does to an older one
    assumed: tuple[str, ...] = ()  # answers to what is not known, each the same in all of the import


class Notes:
    """Collects findings, each once, and flaws while files are read."""

    def __init__(self) -> None:
        self._findings: dict[Finding, None] = {}
        self.flaws: list[FileFlaw] = []

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(self._findings)

    def unknown(self, file: str, path: Path, text: str) -> None:
        self._findings[Finding("unknown", file, path, text)] = None

    def left_out(self, file: str, path: Path, text: str) -> None:
        self._findings[Finding("left-out", file, path, text)] = None

    def not_modelled(self, file: str, path: Path, text: str) -> None:
        self._findings[Finding("not-modelled", file, path, text)] = None

    def refuse(self, file: str, path: Path, found: str, allowed: str) -> None:
        self.flaws.append(FileFlaw(file, Flaw(path, found, allowed)))
