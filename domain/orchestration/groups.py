"""Who may run when not all may: concurrency groups, resource groups, and the slots of a matrix."""

from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar

from domain.orchestration.terms import ProcessMode
from domain.shared.ids import JobId, PipelineId

Member = TypeVar("Member", bound=Hashable)


class Concurrency(Generic[Member]):
    """One runs and one waits; a newer one takes the place of the one that waits.

    Source: GitHub, "Control workflow concurrency", docs.github.com, read 2026-11.
    """

    def __init__(self) -> None:
        self.running: Member | None = None
        self.pending: Member | None = None

    def enter(self, member: Member) -> Member | None:
        """Run if nobody does, else wait: gives who waited before, and must go."""
        if self.running is None:
            self.running = member
            return None
        before, self.pending = self.pending, member
        return before

    def leave(self, member: Member) -> Member | None:
        """Gives who runs now in its place, if anybody."""
        if self.pending is member:
            self.pending = None
        elif self.running is member:
            self.running, self.pending = self.pending, None
            return self.running
        return None

    @property
    def empty(self) -> bool:
        return self.running is None


class Slots(Generic[Member]):
    """So many at once, the others in the order they came."""

    def __init__(self, limit: int) -> None:
        self._free = limit
        self._inside: dict[Member, None] = {}
        self._waiting: dict[Member, None] = {}

    def enter(self, member: Member) -> bool:
        """Whether there is a slot for it now."""
        if not self._free:
            self._waiting[member] = None
            return False
        self._free -= 1
        self._inside[member] = None
        return True

    def leave(self, member: Member) -> Member | None:
        """Gives who has its slot now, if anybody."""
        if member in self._waiting:
            del self._waiting[member]
        elif member in self._inside:
            del self._inside[member]
            if self._waiting:
                following = next(iter(self._waiting))
                del self._waiting[following]
                self._inside[following] = None
                return following
            self._free += 1
        return None


class _Submitted(Protocol):
    @property
    def id(self) -> PipelineId: ...


class Ranked(Protocol):
    """What a resource group must know of a job."""

    @property
    def id(self) -> JobId: ...
    @property
    def pipeline(self) -> _Submitted: ...


Job = TypeVar("Job", bound=Ranked)


class Resource(Generic[Job]):
    """A semaphore of one with a mode (GitLab, "Resource group", read 2026-11).

    `unordered` and `newest_ready_first` choose among jobs that are ready, the first that came and the newest pipeline;
    `oldest_first` and `newest_first` among all that are on their way, so that a ready one may have to wait for another
    whose needs still run. Within a pipeline what is ready goes first: it can never wait for what needs it.
    """

    def __init__(self, mode: ProcessMode) -> None:
        self._mode = mode
        self.holder: Job | None = None
        self.coming: dict[JobId, Job] = {}  # without the holder
        self._ready: dict[JobId, Job] = {}

    def announce(self, job: Job) -> None:
        self.coming[job.id] = job

    def enter(self, job: Job) -> bool:
        """The job is ready: whether it holds the resource now."""
        self._ready[job.id] = job
        return self._give() is job

    def leave(self, job: Job) -> Job | None:
        """The job has ended, whether it held the resource or not: gives who holds it now because of that."""
        if self.holder is job:
            self.holder = None
        self.coming.pop(job.id, None)
        self._ready.pop(job.id, None)
        return self._give()

    @property
    def empty(self) -> bool:
        return self.holder is None and not self.coming

    def _give(self) -> Job | None:
        """To the next, if the resource is free and the next is ready."""
        if self.holder is not None or not self._ready:
            return None
        ready = self._ready
        if self._mode == "unordered":
            following = next(iter(ready.values()))
        elif self._mode == "newest_ready_first":
            following = max(ready.values(), key=lambda job: (job.pipeline.id, -job.id))
        elif self._mode == "newest_first":
            following = max(self.coming.values(), key=lambda job: (job.pipeline.id, job.id in ready, -job.id))
        else:
            following = min(self.coming.values(), key=lambda job: (job.pipeline.id, job.id not in ready, job.id))
        if following.id not in ready:
            return None
        del ready[following.id], self.coming[following.id]
        self.holder = following
        return following
