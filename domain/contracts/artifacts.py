"""Events that Artifact Management publishes about artifacts, caches and what lies on nodes."""

from domain.shared.events import Event
from domain.shared.ids import ArtifactId, ExecutionId, JobId, NodeId, PipelineId


class ArtifactDeclared(Event, frozen=True, gc=False, tag=True, array_like=True):
    """An attempt began to upload an artifact. Consumers: reports, telemetry."""

    artifact: ArtifactId
    execution: ExecutionId
    job: JobId
    attempt: int
    pipeline: PipelineId
    name: str
    digest: str
    size_bytes: int


class ArtifactUploaded(Event, frozen=True, gc=False, tag=True, array_like=True):
    """Its content arrived as declared: others may read it. Consumers: reports, telemetry."""

    artifact: ArtifactId
    execution: ExecutionId
    stored_bytes: int  # 0: the content was there already


class ArtifactRejected(Event, frozen=True, gc=False, tag=True, array_like=True):
    """An upload came to nothing: `reason` is `bad-checksum` or `abandoned`. Consumers: reports, telemetry."""

    artifact: ArtifactId
    execution: ExecutionId
    reason: str


class ArtifactDownloaded(Event, frozen=True, gc=False, tag=True, array_like=True):
    """An attempt reads an artifact, until the attempt ends. Consumers: reports, telemetry."""

    artifact: ArtifactId
    execution: ExecutionId
    size_bytes: int


class ArtifactLinked(Event, frozen=True, gc=False, tag=True, array_like=True):
    """An artifact depends on another, which stays as long as it does. Consumers: reports."""

    artifact: ArtifactId
    dependency: ArtifactId


class ArtifactPromoted(Event, frozen=True, gc=False, tag=True, array_like=True):
    """An artifact is released: retention of the others no longer touches it. Consumers: reports."""

    artifact: ArtifactId
    execution: ExecutionId


class ArtifactExpired(Event, frozen=True, gc=False, tag=True, array_like=True):
    """Nobody may start to read it: `reason` is retention, quota or attempt-failed. Consumers: reports, telemetry."""

    artifact: ArtifactId
    reason: str


class ArtifactCollected(Event, frozen=True, gc=False, tag=True, array_like=True):
    """An expired artifact that nobody uses is gone. Consumers: reports, telemetry."""

    artifact: ArtifactId
    freed_bytes: int  # 0: another artifact has the same content


class CacheRestored(Event, frozen=True, gc=False, tag=True, array_like=True):
    """An attempt asked for a cache: `hit` is `exact`, `prefix` or `miss`. Consumers: reports, telemetry."""

    execution: ExecutionId
    node: NodeId
    tenant: str
    name: str
    key: str
    hit: str
    size_bytes: int  # what had to be moved: 0 where the node has it already
    took_us: int


class CacheSaved(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A new cache entry; entries never change. Consumers: reports, telemetry."""

    execution: ExecutionId
    tenant: str
    name: str
    key: str
    ref: str
    size_bytes: int


class CacheEvicted(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A cache entry made room for others. Consumers: reports, telemetry."""

    tenant: str
    key: str
    ref: str
    size_bytes: int


class ImagePulled(Event, frozen=True, gc=False, tag=True, array_like=True):
    """An attempt has its image once the layers that its node lacked are there. Consumers: reports, telemetry."""

    execution: ExecutionId
    node: NodeId
    name: str
    size_bytes: int  # what the node lacked
    took_us: int


class NodeCacheFilled(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A node has a cache or an image that it had not. Consumers: scheduling (jobs that want to be near it)."""

    node: NodeId
    key: str


class NodeCacheEvicted(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A node no longer has a cache or an image. Consumers: scheduling (jobs that want to be near it)."""

    node: NodeId
    key: str
