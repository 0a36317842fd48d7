"""Checkers of artifacts and caches: they keep their own books from events alone."""

from collections.abc import Iterable

from domain.contracts.artifacts import (
    ArtifactCollected,
    ArtifactDeclared,
    ArtifactDownloaded,
    ArtifactExpired,
    ArtifactLinked,
    ArtifactPromoted,
    ArtifactRejected,
    ArtifactUploaded,
    CacheEvicted,
    CacheRestored,
    CacheSaved,
)
from domain.contracts.execution import ExecutionEnded, ExecutionStarted
from domain.contracts.orchestration import PipelineEnded, PipelineStarted
from domain.shared.events import Event, Translation
from sim.checkers import demand


class ArtifactsInUseStay:
    """Only live attempts publish; nothing ends twice; nothing goes that a pipeline, an attempt or an artifact needs."""

    def __init__(self) -> None:
        self._live: set[int] = set()  # executions
        self._pipelines: set[int] = set()  # that have not ended
        self._states: dict[int, str] = {}
        self._declared: dict[int, ArtifactDeclared] = {}
        self._readers: dict[int, set[int]] = {}  # execution → artifacts
        self._needs: dict[int, set[int]] = {}
        self._needed_by: dict[int, set[int]] = {}

    def subscriptions(self) -> Translation:
        return {
            PipelineStarted: lambda event: self._pipelines.add(event.pipeline),
            PipelineEnded: lambda event: self._pipelines.discard(event.pipeline),
            ExecutionStarted: lambda event: self._live.add(event.execution),
            ExecutionEnded: self._execution_ended,
            ArtifactDeclared: self._begins,
            ArtifactUploaded: self._uploaded,
            ArtifactRejected: self._rejected,
            ArtifactDownloaded: self._downloaded,
            ArtifactLinked: self._linked,
            ArtifactPromoted: self._promoted,
            ArtifactExpired: self._expired,
            ArtifactCollected: self._collected,
        }

    def at_end(self) -> Iterable[str]:
        if open := [id for id, state in self._states.items() if state == "UPLOADING"]:
            yield f"{len(open)} uploads never ended"

    def _is(self, event: Event, artifact: int, *states: str) -> None:
        state = self._states.get(artifact)
        demand(state in states, event, f"an artifact must be {' or '.join(states)} for this, and is {state}")

    def _execution_ended(self, event: ExecutionEnded) -> None:
        self._live.discard(event.execution)
        self._readers.pop(event.execution, None)

    def _begins(self, event: ArtifactDeclared) -> None:
        demand(event.execution in self._live, event, "only a live attempt publishes")
        demand(event.artifact not in self._states, event, "an artifact begins once")
        self._states[event.artifact] = "UPLOADING"
        self._declared[event.artifact] = event

    def _uploaded(self, event: ArtifactUploaded) -> None:
        self._is(event, event.artifact, "UPLOADING")
        demand(event.execution in self._live, event, "only a live attempt publishes")
        demand(self._declared[event.artifact].execution == event.execution, event, "who declared it uploads it")
        self._states[event.artifact] = "AVAILABLE"

    def _rejected(self, event: ArtifactRejected) -> None:
        self._is(event, event.artifact, "UPLOADING")
        self._states[event.artifact] = "REJECTED"

    def _downloaded(self, event: ArtifactDownloaded) -> None:
        self._is(event, event.artifact, "AVAILABLE", "PROMOTED")
        demand(event.execution in self._live, event, "only a live attempt reads")
        self._readers.setdefault(event.execution, set()).add(event.artifact)

    def _linked(self, event: ArtifactLinked) -> None:
        for artifact in (event.artifact, event.dependency):
            self._is(event, artifact, "AVAILABLE", "PROMOTED")
        demand(not self._leads(event.dependency, event.artifact), event, "dependencies make no cycle")
        self._needs.setdefault(event.artifact, set()).add(event.dependency)
        self._needed_by.setdefault(event.dependency, set()).add(event.artifact)

    def _promoted(self, event: ArtifactPromoted) -> None:
        self._is(event, event.artifact, "AVAILABLE")
        demand(event.execution in self._live, event, "only a live attempt promotes")
        self._states[event.artifact] = "PROMOTED"

    def _expired(self, event: ArtifactExpired) -> None:
        self._is(event, event.artifact, "AVAILABLE", "PROMOTED")
        if event.reason != "attempt-failed":
            pipeline = self._declared[event.artifact].pipeline
            demand(pipeline not in self._pipelines, event, "nothing of a live pipeline expires")
        self._states[event.artifact] = "EXPIRED"

    def _collected(self, event: ArtifactCollected) -> None:
        self._is(event, event.artifact, "EXPIRED")
        read = any(event.artifact in artifacts for artifacts in self._readers.values())
        demand(not read, event, "nothing is collected that an attempt reads")
        demand(not self._needed_by.get(event.artifact), event, "nothing is collected that an artifact needs")
        for needed in self._needs.pop(event.artifact, ()):
            self._needed_by[needed].discard(event.artifact)
        self._states[event.artifact] = "COLLECTED"

    def _leads(self, start: int, goal: int) -> bool:
        todo, seen = [start], {start}
        while todo:
            one = todo.pop()
            if one == goal:
                return True
            todo += (new := self._needs.get(one, set()) - seen)
            seen |= new
        return False


class CachesStayInBounds:
    """No room ever holds more than it has; an entry is saved once, by a live attempt, and restored only while there."""

    def __init__(self, capacity_bytes: int, per_tenant: bool) -> None:
        self._capacity_bytes = capacity_bytes
        self._per_tenant = per_tenant
        self._live: set[int] = set()
        self._entries: dict[tuple[str, str, str], int] = {}
        self._used: dict[str, int] = {}

    def subscriptions(self) -> Translation:
        return {
            ExecutionStarted: lambda event: self._live.add(event.execution),
            ExecutionEnded: lambda event: self._live.discard(event.execution),
            CacheSaved: self._saved,
            CacheEvicted: self._evicted,
            CacheRestored: self._restored,
        }

    def at_end(self) -> Iterable[str]:
        return ()

    def _saved(self, event: CacheSaved) -> None:
        entry = (event.tenant, event.ref, event.key)
        demand(event.execution in self._live, event, "only a live attempt saves")
        demand(entry not in self._entries, event, "an entry never changes")
        self._entries[entry] = event.size_bytes
        room = event.tenant if self._per_tenant else ""
        used = self._used[room] = self._used.get(room, 0) + event.size_bytes
        demand(used <= self._capacity_bytes, event, f"a cache holds {self._capacity_bytes} bytes at most, now {used}")

    def _evicted(self, event: CacheEvicted) -> None:
        size = self._entries.pop((event.tenant, event.ref, event.key), None)
        demand(size == event.size_bytes, event, "an entry goes once, with the size it came with")
        self._used[event.tenant if self._per_tenant else ""] -= event.size_bytes

    def _restored(self, event: CacheRestored) -> None:
        demand(event.execution in self._live, event, "only a live attempt restores")
        if event.hit == "exact":
            found = any((tenant, key) == (event.tenant, event.key) for tenant, _, key in self._entries)
            demand(found, event, "a hit is an entry of the tenant that is there")
