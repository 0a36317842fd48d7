"""The commands of the artifact store: upload, read, link, promote, and what retention does to them in the end."""

from heapq import heappop, heappush

import msgspec

from domain.artifacts.artifact import Artifact, ArtifactRef
from domain.artifacts.blobs import Blobs
from domain.artifacts.dependencies import Dependency, DependencyGraph
from domain.artifacts.digests import Digest
from domain.artifacts.retention import RetentionPolicy
from domain.artifacts.tokens import LiveTokens
from domain.contracts.artifacts import ArtifactDownloaded, ArtifactLinked
from domain.shared.events import Publish
from domain.shared.ids import ArtifactId, ExecutionId, PipelineId, sequence
from domain.shared.refusals import Refused

READABLE = ("AVAILABLE", "PROMOTED")


class StoreLimits(msgspec.Struct, frozen=True):
    """How long things are kept, and how many bytes at most (0: as many as come)."""

    retention: RetentionPolicy = RetentionPolicy()
    quota_bytes: int = 0


class ArtifactStore:
    """Keeps artifacts until they are rejected or collected. Commands of an attempt show its fencing token.

    While a pipeline lives nothing of it expires, except what an attempt left behind that then failed. What has
    expired is collected as soon as no attempt reads it and no artifact depends on it: counts of both are kept, so
    that a collection costs what it collects.
    """

    def __init__(self, tokens: LiveTokens, limits: StoreLimits, publish: Publish) -> None:
        self.artifacts: dict[ArtifactId, Artifact] = {}
        self.blobs = Blobs()
        self.graph = DependencyGraph()
        self._tokens = tokens
        self._limits = limits
        self._publish = publish
        self._ids = sequence(ArtifactId)
        self._made: dict[ExecutionId, list[Artifact]] = {}
        self._reads: dict[ExecutionId, dict[ArtifactId, None]] = {}
        self._of_pipeline: dict[PipelineId, dict[ArtifactRef, Artifact]] = {}
        self._due: list[tuple[int, ArtifactId]] = []  # heap; stands while the artifact says the same time
        self._garbage: dict[ArtifactId, None] = {}  # expired and unused
        self._open_bytes = 0  # of uploads under way, which may need room of their own

    def declare(
        self, now: int, token: ExecutionId, ref: ArtifactRef, digest: Digest, size_bytes: int
    ) -> Artifact | Refused:
        """Begin to upload; refused with a stale token or where the quota leaves no room. Saying it twice is once."""
        by = self._tokens.holder(token)
        if isinstance(by, Refused):
            return by
        named = self._of_pipeline.get(ref.pipeline)
        if named is None:
            return Refused("pipeline-is-over", f"pipeline {ref.pipeline}")
        before = named.get(ref)
        if before is not None:
            if before.made_by.execution == token:
                return before
            self._disown(now, before)
            if before.state in READABLE:  # it was released: it stays, under its own retention, and not by this name
                self._keep(now, before)
        if not self._make_room(now, size_bytes):
            return Refused("over-quota", f"{size_bytes} bytes more than {self._limits.quota_bytes}")
        artifact = named[ref] = Artifact(self._ids(), ref, by, digest, size_bytes)
        self.artifacts[artifact.id] = artifact
        self._open_bytes += size_bytes
        self._made.setdefault(token, []).append(artifact)
        self._publish(artifact.declared(now))
        return artifact

    def complete(self, now: int, token: ExecutionId, id: ArtifactId, received: Digest) -> Artifact | Refused:
        """All bytes came, and they are `received`: refused, and rejected, where that is not what was declared."""
        by = self._tokens.holder(token)
        if isinstance(by, Refused):
            return by
        artifact = self.artifacts.get(id)
        if artifact is None or artifact.made_by.execution != token:
            return Refused("not-yours", f"artifact {id}, execution {token}")
        if artifact.state != "UPLOADING":
            return artifact
        if received != artifact.digest:
            self._reject(now, artifact, "bad-checksum")
            return Refused("bad-checksum", f"artifact {id}")
        self._open_bytes -= artifact.size_bytes
        self._publish(artifact.store(now, self.blobs.put(artifact.digest, artifact.size_bytes)))
        if artifact.ref.pipeline not in self._of_pipeline:
            self._keep(now, artifact)
        return artifact

    def named(self, pipeline: PipelineId, name: str) -> tuple[Artifact, ...]:
        """What a live pipeline has under this name and others may read, in the order it was made."""
        of_pipeline = self._of_pipeline.get(pipeline)
        if not of_pipeline:
            return ()
        return tuple(one for ref, one in of_pipeline.items() if ref.name == name and one.state in READABLE)

    def read(self, now: int, token: ExecutionId, id: ArtifactId) -> Artifact | Refused:
        """An attempt downloads an artifact, which stays until the attempt has ended."""
        by = self._tokens.holder(token)
        if isinstance(by, Refused):
            return by
        artifact = self._readable(id)
        if isinstance(artifact, Refused):
            return artifact
        reads = self._reads.setdefault(token, {})
        if id not in reads:
            reads[id] = None
            artifact.readers += 1
            self._publish(ArtifactDownloaded(now, id, token, artifact.size_bytes))
        return artifact

    def link(self, now: int, dependency: Dependency) -> Refused | None:
        """One artifact depends on another; refused where one of them is not there for it, or for a cycle."""
        artifact, needs = self._readable(dependency.artifact), self._readable(dependency.needs)
        if isinstance(artifact, Refused):
            return artifact
        if isinstance(needs, Refused):
            return needs
        refused = self.graph.add(dependency)
        if refused is None:
            self._publish(ArtifactLinked(now, dependency.artifact, dependency.needs))
        return refused

    def promote(self, now: int, token: ExecutionId, id: ArtifactId) -> Artifact | Refused:
        """Release an artifact. Its retention is then that of promoted ones; twice is once."""
        by = self._tokens.holder(token)
        if isinstance(by, Refused):
            return by
        artifact = self._readable(id)
        if isinstance(artifact, Refused) or artifact.state == "PROMOTED":
            return artifact
        self._publish(artifact.promote(now, token))
        if artifact.ref.pipeline not in self._of_pipeline:
            self._keep(now, artifact)
        return artifact

    def pipeline_started(self, pipeline: PipelineId) -> None:
        """From now on until it ends its jobs may make artifacts."""
        self._of_pipeline.setdefault(pipeline, {})

    def attempt_ended(self, now: int, token: ExecutionId, completed: bool) -> None:
        """The token is stale from now on: open uploads are abandoned, and a failed attempt leaves nothing behind."""
        self._tokens.end(token)
        for id in self._reads.pop(token, ()):
            artifact = self.artifacts[id]
            artifact.readers -= 1
            self._consider(artifact)
        for artifact in self._made.pop(token, ()):
            if not completed or artifact.state == "UPLOADING":
                self._disown(now, artifact)

    def pipeline_ended(self, now: int, pipeline: PipelineId) -> None:
        """Its retention begins."""
        for artifact in self._of_pipeline.pop(pipeline, {}).values():
            if artifact.state in READABLE:
                self._keep(now, artifact)

    @property
    def needs_looking_after(self) -> bool:
        """Whether anything will expire, or waits to be collected."""
        return bool(self._due or self._garbage)

    def expire_due(self, now: int) -> None:
        """Expire whatever has been kept for long enough."""
        while self._due and self._due[0][0] <= now:
            self._expire_next(now, "retention")

    def collect(self, now: int) -> int:
        """Collect what has expired and is not used, and what is not used any more without it; gives how many."""
        collected = 0
        while self._garbage:
            id = next(iter(self._garbage))
            del self._garbage[id]
            artifact = self.artifacts.pop(id)
            freed = self.graph.remove(id)
            self._publish(artifact.collect(now, self.blobs.drop(artifact.digest)))
            collected += 1
            for needed in freed:
                self._consider(self.artifacts[needed])
        return collected

    def _make_room(self, now: int, size_bytes: int) -> bool:
        """Under a quota: collect, then expire what would expire next, until there is room."""
        quota = self._limits.quota_bytes
        room = quota - self._open_bytes - size_bytes
        if not quota or self.blobs.stored_bytes <= room:
            return True
        self.collect(now)
        while self.blobs.stored_bytes > room and self._due:
            self._expire_next(now, "quota")
            self.collect(now)
        return self.blobs.stored_bytes <= room

    def _expire_next(self, now: int, reason: str) -> None:
        due, id = heappop(self._due)
        artifact = self.artifacts.get(id)
        if artifact and artifact.expires_at_us == due and artifact.state in READABLE:
            self._expire(now, artifact, reason)

    def _keep(self, now: int, artifact: Artifact) -> None:
        due = artifact.expires_at_us = self._limits.retention.expires_at_us(artifact.state == "PROMOTED", now)
        if due:
            heappush(self._due, (due, artifact.id))

    def _readable(self, id: ArtifactId) -> Artifact | Refused:
        artifact = self.artifacts.get(id)
        if artifact is None:
            return Refused("unknown-artifact", f"artifact {id}")
        if artifact.state not in READABLE:
            return Refused("not-available", f"artifact {id} is {artifact.state}")
        return artifact

    def _disown(self, now: int, artifact: Artifact) -> None:
        """Its attempt came to nothing, and so does what it made, unless somebody has released it."""
        if artifact.state == "UPLOADING":
            self._reject(now, artifact, "abandoned")
        elif artifact.state == "AVAILABLE":
            self._expire(now, artifact, "attempt-failed")

    def _reject(self, now: int, artifact: Artifact, reason: str) -> None:
        del self.artifacts[artifact.id]
        self._open_bytes -= artifact.size_bytes
        self._publish(artifact.reject(now, reason))

    def _expire(self, now: int, artifact: Artifact, reason: str) -> None:
        self._publish(artifact.expire(now, reason))
        self._consider(artifact)

    def _consider(self, artifact: Artifact) -> None:
        """It is garbage once it has expired, nobody reads it and nothing depends on it."""
        if artifact.state == "EXPIRED" and not artifact.readers and not self.graph.is_needed(artifact.id):
            self._garbage[artifact.id] = None
