"""What artifacts have to say about a run: what caches are worth, what became of artifacts, what nodes had already."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.contracts.artifacts import (
    ArtifactCollected,
    ArtifactDeclared,
    ArtifactDownloaded,
    ArtifactExpired,
    ArtifactPromoted,
    ArtifactRejected,
    ArtifactUploaded,
    CacheEvicted,
    CacheRestored,
    CacheSaved,
    ImagePulled,
)
from domain.shared.events import Translation
from sim.contexts.artifact_phases import AttemptPhases
from sim.contexts.artifact_plans import Services
from sim.results import FiguresTable, Unit

CONTEXT = "artifacts"


@dataclass(slots=True)
class CacheFigures:
    """Of one cache, over all tenants."""

    exact: int = 0
    prefix: int = 0
    miss: int = 0
    restored_bytes: int = 0
    restore_us: int = 0
    saved: int = 0
    saved_bytes: int = 0


@dataclass(slots=True)
class ImageFigures:
    """Of one image."""

    pulls: int = 0
    warm: int = 0
    pulled_bytes: int = 0
    took_us: int = 0


class ArtifactFigures:
    """Counts events as they come; the whole run, warm-up included."""

    def __init__(self, services: Services, phases: AttemptPhases) -> None:
        self._services = services
        self._phases = phases
        self._caches: dict[str, CacheFigures] = {}
        self._images: dict[str, ImageFigures] = {}
        self._evicted = 0
        self._evicted_bytes = 0
        self._uploading: dict[int, int] = {}  # artifact → bytes
        self._counts = dict.fromkeys(
            ("made", "downloaded", "bad checksum", "abandoned", "promoted", "expired", "collected"), 0
        )
        self._made_bytes = 0
        self._downloaded_bytes = 0

    def subscriptions(self) -> Translation:
        return {
            CacheRestored: self._restored,
            CacheSaved: self._saved,
            CacheEvicted: self._cache_evicted,
            ImagePulled: self._pulled,
            ArtifactDeclared: self._declared,
            ArtifactUploaded: self._uploaded,
            ArtifactRejected: self._rejected,
            ArtifactDownloaded: self._downloaded,
            ArtifactPromoted: lambda event: self._count("promoted"),
            ArtifactExpired: lambda event: self._count("expired"),
            ArtifactCollected: lambda event: self._count("collected"),
        }

    def work(self) -> dict[str, int]:
        """Exact counts, the same on every machine."""
        caches = self._caches.values()
        return {
            "cache_lookups": sum(one.exact + one.prefix + one.miss for one in caches),
            "cache_hits": sum(one.exact + one.prefix for one in caches),
            "cache_evictions": self._evicted,
            "image_pulls": sum(one.pulls for one in self._images.values()),
            "artifacts_made": self._counts["made"],
            "artifacts_collected": self._counts["collected"],
        }

    def tables(self, eviction: str) -> list[FiguresTable]:
        return [*self._cache_tables(eviction), *self._image_table(), *self._artifact_tables()]

    def _cache_tables(self, eviction: str) -> Iterator[FiguresTable]:
        if not self._caches:
            return
        columns: tuple[tuple[str, Unit], ...] = (
            ("cache", "text"), ("lookups", "count"), ("exact hits", "count"), ("prefix hits", "count"),
            ("hit rate", "share"), ("restored", "bytes"), ("restoring took", "us"), ("saves", "count"),
            ("saved", "bytes"),
        )  # fmt: skip
        rows = []
        for name, one in self._caches.items():
            lookups, hits = one.exact + one.prefix + one.miss, one.exact + one.prefix
            rate = hits / lookups if lookups else None
            rows.append((
                name, lookups, one.exact, one.prefix, rate, one.restored_bytes, one.restore_us, one.saved,
                one.saved_bytes,
            ))  # fmt: skip
        note = "restored bytes are those that moved: a node that has an entry on its disk does not fetch it again"
        yield FiguresTable(CONTEXT, "Caches", columns, tuple(rows), note)
        rooms = self._services.caches.rooms.values()
        store: tuple[tuple[str, Unit], ...] = (
            ("eviction", "text"), ("entries", "count"), ("fullest room ever", "bytes"), ("evicted entries", "count"),
            ("evicted", "bytes"), ("work made shorter by", "us"), ("spent on restoring and saving", "us"),
            ("net", "us"),
        )  # fmt: skip
        saved, spent = self._phases.saved_us, self._phases.spent_us
        row = (
            eviction, len(self._services.caches), max((room.peak_bytes for room in rooms), default=0), self._evicted,
            self._evicted_bytes, saved, spent, saved - spent,
        )  # fmt: skip
        note = "how much shorter work gets on a hit is what the scenario says, not measured"
        yield FiguresTable(CONTEXT, "What caching is worth", store, (row,), note)

    def _image_table(self) -> Iterator[FiguresTable]:
        if not self._images:
            return
        columns: tuple[tuple[str, Unit], ...] = (
            ("image", "text"), ("pulls", "count"), ("nothing to fetch", "share"), ("pulled", "bytes"), ("took", "us"),
            ("mean", "us"),
        )  # fmt: skip
        rows = tuple(
            (name, one.pulls, one.warm / one.pulls, one.pulled_bytes, one.took_us, one.took_us // one.pulls)
            for name, one in self._images.items()
        )
        yield FiguresTable(CONTEXT, "Image pulls", columns, rows)

    def _artifact_tables(self) -> Iterator[FiguresTable]:
        counts, blobs = self._counts, self._services.artifacts.blobs
        if not (counts["made"] or counts["bad checksum"] or counts["abandoned"]):
            return
        columns: tuple[tuple[str, Unit], ...] = (("what became of them", "text"), ("artifacts", "count"))
        yield FiguresTable(CONTEXT, "Artifacts", columns, tuple(counts.items()))
        store: tuple[tuple[str, Unit], ...] = (
            ("uploaded", "bytes"), ("not stored again", "share"), ("downloaded", "bytes"),
            ("stored at the end", "bytes"), ("stored at most", "bytes"),
        )  # fmt: skip
        share = blobs.saved_bytes / self._made_bytes if self._made_bytes else None
        row = (self._made_bytes, share, self._downloaded_bytes, blobs.stored_bytes, blobs.peak_bytes)
        yield FiguresTable(CONTEXT, "Artifact store", store, (row,), "equal content is stored once")

    def _count(self, what: str) -> None:
        self._counts[what] += 1

    def _cache(self, name: str) -> CacheFigures:
        figures = self._caches.get(name)
        if figures is None:
            figures = self._caches[name] = CacheFigures()
        return figures

    def _restored(self, event: CacheRestored) -> None:
        figures = self._cache(event.name)
        if event.hit == "exact":
            figures.exact += 1
        elif event.hit == "prefix":
            figures.prefix += 1
        else:
            figures.miss += 1
        figures.restored_bytes += event.size_bytes
        figures.restore_us += event.took_us

    def _saved(self, event: CacheSaved) -> None:
        figures = self._cache(event.name)
        figures.saved += 1
        figures.saved_bytes += event.size_bytes

    def _cache_evicted(self, event: CacheEvicted) -> None:
        self._evicted += 1
        self._evicted_bytes += event.size_bytes

    def _pulled(self, event: ImagePulled) -> None:
        figures = self._images.get(event.name)
        if figures is None:
            figures = self._images[event.name] = ImageFigures()
        figures.pulls += 1
        figures.warm += not event.size_bytes
        figures.pulled_bytes += event.size_bytes
        figures.took_us += event.took_us

    def _declared(self, event: ArtifactDeclared) -> None:
        self._uploading[event.artifact] = event.size_bytes

    def _uploaded(self, event: ArtifactUploaded) -> None:
        self._counts["made"] += 1
        self._made_bytes += self._uploading.pop(event.artifact)

    def _rejected(self, event: ArtifactRejected) -> None:
        del self._uploading[event.artifact]
        self._counts["bad checksum" if event.reason == "bad-checksum" else "abandoned"] += 1

    def _downloaded(self, event: ArtifactDownloaded) -> None:
        self._counts["downloaded"] += 1
        self._downloaded_bytes += event.size_bytes
