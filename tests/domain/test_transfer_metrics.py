"""Caches, artifacts and images in metrics: hits, bytes, evictions."""

from domain.contracts import artifacts as a
from domain.telemetry.points import Histogram
from domain.telemetry.transfers import TransferMetrics


def told(*events: object) -> dict[str, dict[tuple[str, ...], object]]:
    transfers = TransferMetrics()
    transfers.hear(events)
    return {
        metric.name.removeprefix("windtunnel."): {
            tuple(v for _, v in tags): (p.count, p.sum) if isinstance(p, Histogram) else p.value for tags, p in metric
        }
        for metric in transfers.metrics
        if len(metric)
    }


def restored(hit: str, size: int, took: int) -> a.CacheRestored:
    return a.CacheRestored(1, 9, 3, "web", "deps", "deps-1", hit, size, took)


def test_the_hit_ratio_of_a_cache_is_lookups_by_hit() -> None:
    found = told(restored("exact", 100, 5), restored("exact", 0, 0), restored("prefix", 60, 4), restored("miss", 0, 1))
    lookups = found["cache.lookups"]
    assert lookups == {("exact", "deps", "web"): 2, ("prefix", "deps", "web"): 1, ("miss", "deps", "web"): 1}
    assert {tags[0] for tags in lookups} == {"exact", "prefix", "miss"}
    assert found["cache.restored"] == {("deps", "web"): 160}
    assert found["cache.restore.duration"] == {("deps", "web"): (3, 9)}, "a miss restores nothing"


def test_entries_that_are_saved_and_make_room() -> None:
    found = told(
        a.CacheSaved(1, 9, "web", "deps", "deps-1", "main", 70), a.CacheEvicted(2, "web", "deps-1", "main", 70)
    )
    assert (found["cache.saved"], found["cache.evicted"]) == ({("deps", "web"): 70}, {("web",): 70})
    assert found["cache.evictions"] == {("web",): 1}


def test_artifacts_count_when_they_have_arrived() -> None:
    declared = [a.ArtifactDeclared(1, n, 9, 7, 1, 2, "out", "ab", 50) for n in (1, 2, 3)]
    found = told(
        *declared, a.ArtifactUploaded(2, 1, 9, 50), a.ArtifactUploaded(2, 2, 9, 0),
        a.ArtifactRejected(2, 3, 9, "bad-checksum"), a.ArtifactDownloaded(3, 1, 9, 50),
        a.ArtifactExpired(4, 1, "retention"), a.ArtifactCollected(5, 1, 50),
    )  # fmt: skip
    assert (found["artifact.uploaded"], found["artifact.stored"]) == ({(): 100}, {(): 50})
    assert found["artifact.downloaded"] == {(): 50}
    assert found["artifact.ended"] == {
        ("bad-checksum", "rejected"): 1, ("retention", "expired"): 1, ("collected",): 1,
    }  # fmt: skip


def test_an_image_is_found_whole_or_partly() -> None:
    found = told(a.ImagePulled(1, 9, 3, "python", 75, 4), a.ImagePulled(2, 9, 3, "python", 0, 0))
    assert found["image.pulls"] == {("partly", "python"): 1, ("whole", "python"): 1}
    assert found["image.pulled"] == {("python",): 75}
