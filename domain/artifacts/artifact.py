"""Artifact: what an attempt made and uploaded, from the first byte until it is collected."""

from typing import ClassVar

import msgspec

from domain.artifacts.digests import Digest
from domain.artifacts.tokens import Provenance
from domain.contracts.artifacts import (
    ArtifactCollected,
    ArtifactDeclared,
    ArtifactExpired,
    ArtifactPromoted,
    ArtifactRejected,
    ArtifactUploaded,
)
from domain.shared.events import Event
from domain.shared.ids import ArtifactId, ExecutionId, PipelineId
from domain.shared.lifecycle import Aggregate, Table


class ArtifactRef(msgspec.Struct, frozen=True, gc=False):
    """What people call an artifact: its name, among what one job of one pipeline makes."""

    pipeline: PipelineId
    producer: str
    name: str


class Artifact(Aggregate, eq=False):
    """UPLOADING → AVAILABLE → PROMOTED → EXPIRED → COLLECTED; AVAILABLE → EXPIRED; UPLOADING → REJECTED.

    An upload is rejected when its content is not what was declared, or when its attempt ends before it does.
    """

    INITIAL: ClassVar[str] = "UPLOADING"
    MOVES: ClassVar[Table] = {
        "UPLOADING": {"store": "AVAILABLE", "reject": "REJECTED"},
        "AVAILABLE": {"promote": "PROMOTED", "expire": "EXPIRED"},
        "PROMOTED": {"expire": "EXPIRED"},
        "EXPIRED": {"collect": "COLLECTED"},
        "COLLECTED": {},
        "REJECTED": {},
    }

    id: ArtifactId
    ref: ArtifactRef
    made_by: Provenance
    digest: Digest
    size_bytes: int
    readers: int = 0  # attempts that read it now
    expires_at_us: int = 0  # 0: not decided, or never
    state: str = "UPLOADING"

    def declared(self, now: int) -> Event:
        by = self.made_by
        return ArtifactDeclared(
            now, self.id, by.execution, by.job, by.attempt, self.ref.pipeline, self.ref.name, self.digest,
            self.size_bytes,
        )  # fmt: skip

    def store(self, now: int, stored_bytes: int) -> Event:
        self.move("store")
        return ArtifactUploaded(now, self.id, self.made_by.execution, stored_bytes)

    def reject(self, now: int, reason: str) -> Event:
        self.move("reject")
        return ArtifactRejected(now, self.id, self.made_by.execution, reason)

    def promote(self, now: int, by: ExecutionId) -> Event:
        self.move("promote")
        return ArtifactPromoted(now, self.id, by)

    def expire(self, now: int, reason: str) -> Event:
        self.move("expire")
        return ArtifactExpired(now, self.id, reason)

    def collect(self, now: int, freed_bytes: int) -> Event:
        self.move("collect")
        return ArtifactCollected(now, self.id, freed_bytes)
