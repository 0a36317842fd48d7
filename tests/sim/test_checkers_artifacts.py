"""The checkers of artifacts catch what must never happen, each planted in an otherwise good history."""

import pytest

from domain.contracts import artifacts as a
from domain.contracts.execution import ExecutionEnded, ExecutionStarted
from domain.contracts.orchestration import PipelineEnded, PipelineStarted
from domain.shared.events import Event
from sim.checkers import PromiseBroken
from sim.checkers_artifacts import ArtifactsInUseStay, CachesStayInBounds
from sim.contexts.parts import Checker

BEGINS = [PipelineStarted(0, 1, "t", 2), ExecutionStarted(0, 1, 7, 1, 1, 1)]
MADE = [
    *BEGINS,
    a.ArtifactDeclared(1, 1, 1, 7, 1, 1, "binary", "d1", 10),
    a.ArtifactUploaded(2, 1, 1, 10),
    a.ArtifactDeclared(2, 2, 1, 7, 1, 1, "report", "d2", 10),
    a.ArtifactUploaded(3, 2, 1, 10),
    a.ArtifactLinked(3, 2, 1),
]
ENDS = [ExecutionEnded(4, 1, 7, 1, 1, 1, 1, "COMPLETED", "", 4), PipelineEnded(5, 1, "t", "SUCCEEDED")]
GONE = [
    a.ArtifactExpired(9, 1, "retention"),
    a.ArtifactExpired(9, 2, "retention"),
    a.ArtifactCollected(9, 2, 10),
    a.ArtifactCollected(9, 1, 10),
]
READER = [ExecutionStarted(3, 2, 8, 1, 1, 1), a.ArtifactDownloaded(3, 1, 2, 10)]


def watch(checker: Checker, events: list[Event]) -> None:
    handlers = checker.subscriptions()
    for event in events:
        handler = handlers.get(type(event))
        if handler:
            handler(event)


def test_a_good_history_is_fine() -> None:
    checker = ArtifactsInUseStay()
    watch(checker, [*MADE, *READER, ExecutionEnded(4, 2, 8, 1, 1, 1, 1, "LOST", "infra", 4), *ENDS, *GONE])
    assert not list(checker.at_end())


@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        ([*MADE, *ENDS, a.ArtifactDeclared(6, 3, 1, 7, 1, 1, "late", "d", 1)], "only a live attempt publishes"),
        ([*BEGINS, MADE[2], ENDS[0], MADE[3]], "only a live attempt publishes"),
        ([*BEGINS, ExecutionStarted(0, 2, 8, 1, 1, 1), MADE[2], a.ArtifactUploaded(2, 1, 2, 10)], "who declared it"),
        ([*MADE, MADE[2]], "begins once"),
        ([*MADE, MADE[3]], "must be UPLOADING"),
        ([*MADE, a.ArtifactRejected(4, 1, 1, "bad-checksum")], "must be UPLOADING"),
        ([*BEGINS, a.ArtifactDownloaded(3, 1, 1, 10)], "must be AVAILABLE or PROMOTED"),
        ([*MADE, *ENDS, a.ArtifactDownloaded(6, 1, 1, 10)], "only a live attempt reads"),
        ([*MADE, *ENDS, a.ArtifactPromoted(6, 1, 1)], "only a live attempt promotes"),
        ([*MADE, a.ArtifactPromoted(4, 1, 1), a.ArtifactPromoted(4, 1, 1)], "must be AVAILABLE"),
        ([*MADE, a.ArtifactLinked(4, 1, 2)], "no cycle"),
        ([*MADE, a.ArtifactExpired(4, 1, "retention")], "nothing of a live pipeline expires"),
        ([*MADE, *ENDS, GONE[0], GONE[0]], "must be AVAILABLE or PROMOTED"),
        ([*MADE, *ENDS, GONE[3]], "must be EXPIRED"),
        ([*MADE, *ENDS, GONE[0], GONE[3]], "that an artifact needs"),
        ([*MADE, *READER, *ENDS, GONE[1], GONE[2], GONE[0], GONE[3]], "that an attempt reads"),
        ([*MADE, *ENDS, *GONE, GONE[3]], "must be EXPIRED"),
    ],
)
def test_it_objects(broken: list[Event], promise: str) -> None:
    with pytest.raises(PromiseBroken, match=promise):
        watch(ArtifactsInUseStay(), broken)


def test_uploads_must_end() -> None:
    checker = ArtifactsInUseStay()
    watch(checker, MADE[:3])
    assert list(checker.at_end()) == ["1 uploads never ended"]


SAVED = a.CacheSaved(1, 1, "web", "deps", "deps-1", "main", 60)
OTHER = a.CacheSaved(2, 1, "web", "deps", "deps-2", "main", 60)


@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        ([SAVED], "only a live attempt saves"),
        ([*BEGINS, SAVED, SAVED], "never changes"),
        ([*BEGINS, SAVED, OTHER], "100 bytes at most, now 120"),
        ([*BEGINS, a.CacheEvicted(2, "web", "deps-1", "main", 60)], "goes once"),
        ([*BEGINS, SAVED, a.CacheEvicted(2, "web", "deps-1", "main", 50)], "with the size it came with"),
        ([*BEGINS, a.CacheRestored(2, 1, 1, "web", "deps", "deps-1", "exact", 60, 1)], "an entry of the tenant"),
        ([*BEGINS, SAVED, a.CacheRestored(2, 1, 1, "app", "deps", "deps-1", "exact", 60, 1)], "an entry of the tenant"),
    ],
)
def test_it_watches_caches(broken: list[Event], promise: str) -> None:
    with pytest.raises(PromiseBroken, match=promise):
        watch(CachesStayInBounds(100, per_tenant=True), broken)


def test_rooms_of_tenants_are_counted_apart() -> None:
    app = a.CacheSaved(1, 1, "app", "deps", "deps-1", "main", 60)
    good = [*BEGINS, SAVED, app, a.CacheEvicted(2, "web", "deps-1", "main", 60), OTHER]
    watch(CachesStayInBounds(100, per_tenant=True), good)
    with pytest.raises(PromiseBroken, match="now 120"):
        watch(CachesStayInBounds(100, per_tenant=False), good)
