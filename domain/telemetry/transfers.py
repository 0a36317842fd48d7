"""What caches, artifacts and images moved, as metrics: hits, bytes, evictions, and how long it took."""

from collections.abc import Sequence
from typing import Any

from domain.contracts.artifacts import (
    ArtifactCollected,
    ArtifactDeclared,
    ArtifactDownloaded,
    ArtifactExpired,
    ArtifactRejected,
    ArtifactUploaded,
    CacheEvicted,
    CacheRestored,
    CacheSaved,
    ImagePulled,
)
from domain.telemetry import conventions as names
from domain.telemetry.hearing import Hears
from domain.telemetry.instruments import spread
from domain.telemetry.metrics import Metric
from domain.telemetry.points import Counter
from domain.telemetry.tags import TagSets


class TransferMetrics(Hears):
    """Counted after a run. Of a cache or an image, a lookup that moves nothing counts, with 0 bytes."""

    def __init__(self) -> None:
        self._tags = TagSets()
        self._lookups = Metric(names.CACHE_LOOKUPS, "{lookup}", "Attempts that asked for a cache.", Counter)
        self._restored = Metric(names.CACHE_RESTORED, "By", "Moved from caches to nodes.", Counter)
        self._restoring = Metric(names.CACHE_RESTORE, "s", "How long restoring a cache that was hit took.", spread)
        self._saved = Metric(names.CACHE_SAVED, "By", "Moved from nodes to caches.", Counter)
        self._evictions = Metric(names.CACHE_EVICTIONS, "{entry}", "Entries that made room for others.", Counter)
        self._evicted = Metric(names.CACHE_EVICTED, "By", "Size of the entries that made room.", Counter)
        self._uploaded = Metric(names.ARTIFACT_UPLOADED, "By", "Uploaded as artifacts, whole and unharmed.", Counter)
        self._stored = Metric(names.ARTIFACT_STORED, "By", "Of that, content that was not there already.", Counter)
        self._downloaded = Metric(names.ARTIFACT_DOWNLOADED, "By", "Downloaded from artifacts.", Counter)
        self._ended = Metric(names.ARTIFACTS_ENDED, "{artifact}", "Artifacts rejected, expired, collected.", Counter)
        self._pulls = Metric(names.IMAGE_PULLS, "{pull}", "Attempts that asked for their image.", Counter)
        self._pulled = Metric(names.IMAGE_PULLED, "By", "Layers of images that nodes lacked.", Counter)
        self._uploading: dict[int, int] = {}  # artifact → bytes
        self.handlers = {
            CacheRestored: self._cache_restored,
            CacheSaved: self._cache_saved,
            CacheEvicted: self._cache_evicted,
            ArtifactDeclared: self._artifact_declared,
            ArtifactUploaded: self._artifact_uploaded,
            ArtifactRejected: self._artifact_rejected,
            ArtifactDownloaded: self._artifact_downloaded,
            ArtifactExpired: self._artifact_expired,
            ArtifactCollected: self._artifact_collected,
            ImagePulled: self._image_pulled,
        }

    @property
    def metrics(self) -> Sequence[Metric[Any]]:
        return (
            self._lookups, self._restored, self._restoring, self._saved, self._evictions, self._evicted,
            self._uploaded, self._stored, self._downloaded, self._ended, self._pulls, self._pulled,
        )  # fmt: skip

    def _cache_restored(self, event: CacheRestored) -> None:
        whose = {names.TENANT: event.tenant, names.CACHE: event.name}
        self._add(self._lookups, {**whose, names.CACHE_HIT: event.hit})
        self._add(self._restored, whose, event.size_bytes)
        if event.hit != "miss":
            self._restoring.at(self._tags(whose)).record(event.took_us)

    def _cache_saved(self, event: CacheSaved) -> None:
        self._add(self._saved, {names.TENANT: event.tenant, names.CACHE: event.name}, event.size_bytes)

    def _cache_evicted(self, event: CacheEvicted) -> None:
        whose = {names.TENANT: event.tenant}
        self._add(self._evictions, whose)
        self._add(self._evicted, whose, event.size_bytes)

    def _artifact_declared(self, event: ArtifactDeclared) -> None:
        self._uploading[event.artifact] = event.size_bytes

    def _artifact_uploaded(self, event: ArtifactUploaded) -> None:
        self._add(self._uploaded, {}, self._uploading.pop(event.artifact, 0))
        self._add(self._stored, {}, event.stored_bytes)

    def _artifact_rejected(self, event: ArtifactRejected) -> None:
        self._uploading.pop(event.artifact, None)
        self._add(self._ended, {names.ARTIFACT_STATE: "rejected", names.ERROR_TYPE: event.reason})

    def _artifact_downloaded(self, event: ArtifactDownloaded) -> None:
        self._add(self._downloaded, {}, event.size_bytes)

    def _artifact_expired(self, event: ArtifactExpired) -> None:
        self._add(self._ended, {names.ARTIFACT_STATE: "expired", names.ARTIFACT_WHY: event.reason})

    def _artifact_collected(self, event: ArtifactCollected) -> None:
        self._add(self._ended, {names.ARTIFACT_STATE: "collected"})

    def _image_pulled(self, event: ImagePulled) -> None:
        found = "partly" if event.size_bytes else "whole"
        self._add(self._pulls, {names.IMAGE: event.name, names.IMAGE_FOUND: found})
        self._add(self._pulled, {names.IMAGE: event.name}, event.size_bytes)

    def _add(self, metric: Metric[Counter], tags: dict[str, str], amount: int = 1) -> None:
        metric.at(self._tags(tags)).add(amount)
