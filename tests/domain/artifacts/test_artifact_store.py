"""The store: one blob for equal content, nothing in use is collected, stale tokens change nothing, quotas hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.artifacts.artifact import ArtifactRef
from domain.artifacts.dependencies import Dependency
from domain.artifacts.digests import digest_of
from domain.contracts import artifacts as said
from domain.shared.events import Event
from domain.shared.ids import ExecutionId, PipelineId
from domain.shared.refusals import Refused
from tests.domain.artifacts.desk import KEEP, KEEP_PROMOTED, Desk


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.store.pipeline_started(PipelineId(1))
    return desk


def kinds(desk: Desk) -> list[type[Event]]:
    return [type(event) for event in desk.events if type(event).__module__ == said.__name__]


def test_equal_content_is_stored_once_and_goes_with_its_last_artifact(desk: Desk) -> None:
    token = desk.begin()
    first, second, third = (
        desk.make(token, content, 10, name=name) for content, name in (("x", "a"), ("x", "b"), ("y", "c"))
    )
    blobs = desk.store.blobs
    assert (blobs.stored_bytes, blobs.saved_bytes, len(blobs)) == (20, 10, 2)
    assert first.digest == second.digest != third.digest
    desk.end(token, completed=False)
    assert desk.store.collect(5) == 3
    assert [e.freed_bytes for e in desk.events if isinstance(e, said.ArtifactCollected)] == [0, 10, 10]
    assert (blobs.stored_bytes, len(blobs)) == (0, 0)


def test_an_artifact_says_which_attempt_made_it(desk: Desk) -> None:
    token = desk.begin(job=7)
    made = desk.make(token).made_by
    assert (made.job, made.attempt, made.execution) == (7, 1, token)


def test_a_stale_token_changes_nothing(desk: Desk) -> None:
    token = desk.begin()
    artifact = desk.make(token)
    open = desk.store.declare(0, token, ArtifactRef(PipelineId(1), "j", "open"), digest_of("z"), 1)
    desk.end(token)
    before = list(desk.events)
    ref = ArtifactRef(PipelineId(1), "late", "late")
    answers = [
        desk.store.declare(1, token, ref, digest_of("z"), 1),
        desk.store.complete(1, token, open.id, digest_of("z")),
        desk.store.read(1, token, artifact.id),
        desk.store.promote(1, token, artifact.id),
        desk.store.read(1, ExecutionId(99), artifact.id),
    ]
    assert [answer.reason for answer in answers] == ["stale-token"] * 5
    assert desk.events == before
    assert open.state == "REJECTED"


def test_nobody_completes_what_somebody_else_declared(desk: Desk) -> None:
    mine, yours = desk.begin(), desk.begin()
    artifact = desk.store.declare(0, mine, ArtifactRef(PipelineId(1), "j", "a"), digest_of("x"), 1)
    assert desk.store.complete(0, yours, artifact.id, digest_of("x")).reason == "not-yours"
    assert artifact.state == "UPLOADING"


def test_damaged_content_is_rejected_and_never_read(desk: Desk) -> None:
    token = desk.begin()
    artifact = desk.store.declare(0, token, ArtifactRef(PipelineId(1), "j", "a"), digest_of("x"), 9)
    assert desk.store.complete(1, token, artifact.id, digest_of("y")).reason == "bad-checksum"
    assert artifact.state == "REJECTED"
    assert desk.store.read(1, token, artifact.id).reason == "unknown-artifact"
    assert desk.store.blobs.stored_bytes == 0


def test_saying_something_twice_is_saying_it_once(desk: Desk) -> None:
    token = desk.begin()
    ref = ArtifactRef(PipelineId(1), "j", "a")
    artifact = desk.store.declare(0, token, ref, digest_of("x"), 1)
    assert desk.store.declare(0, token, ref, digest_of("x"), 1) is artifact
    for _ in range(2):
        assert desk.store.complete(0, token, artifact.id, digest_of("x")) is artifact
        assert desk.store.read(0, token, artifact.id) is artifact
        assert desk.store.promote(0, token, artifact.id) is artifact
    desk.end(token)
    desk.end(token)
    assert kinds(desk) == [said.ArtifactDeclared, said.ArtifactUploaded, said.ArtifactDownloaded, said.ArtifactPromoted]


def test_what_a_failed_attempt_made_goes_and_the_next_attempt_makes_it_again(desk: Desk) -> None:
    ref = ArtifactRef(PipelineId(1), "job", "a")
    first = desk.begin()
    old = desk.store.declare(0, first, ref, digest_of("x"), 1)
    desk.store.complete(0, first, old.id, digest_of("x"))
    desk.end(first, completed=False)
    assert old.state == "EXPIRED"
    second = desk.begin()
    new = desk.store.declare(0, second, ref, digest_of("x"), 1)
    desk.store.complete(0, second, new.id, digest_of("x"))
    assert desk.store.named(PipelineId(1), "a") == (new,)


def test_retention_begins_when_the_pipeline_ends_and_spares_what_is_promoted(desk: Desk) -> None:
    token = desk.begin()
    plain, released = desk.make(token, "x", name="a"), desk.make(token, "y", name="b")
    desk.store.promote(0, token, released.id)
    desk.end(token)
    desk.store.expire_due(10_000)
    assert plain.state == "AVAILABLE", "its pipeline lives"
    desk.store.pipeline_ended(10_000, PipelineId(1))
    desk.store.expire_due(10_000 + KEEP - 1)
    assert plain.state == "AVAILABLE"
    desk.store.expire_due(10_000 + KEEP)
    assert (plain.state, released.state) == ("EXPIRED", "PROMOTED")
    desk.store.expire_due(10_000 + KEEP_PROMOTED)
    assert released.state == "EXPIRED"
    assert desk.store.collect(10_000 + KEEP_PROMOTED) == 2
    assert not desk.store.needs_looking_after and not desk.store.artifacts


def test_promoted_artifacts_may_stay_for_ever() -> None:
    desk = Desk(promoted_us=0)
    desk.store.pipeline_started(PipelineId(1))
    token = desk.begin()
    artifact = desk.make(token)
    desk.store.promote(0, token, artifact.id)
    desk.end(token)
    desk.store.pipeline_ended(0, PipelineId(1))
    desk.store.expire_due(1 << 60)
    assert artifact.state == "PROMOTED"


def test_promotion_after_the_pipeline_protects_from_a_retention_that_has_begun(desk: Desk) -> None:
    token = desk.begin()
    artifact = desk.make(token)
    desk.store.pipeline_ended(0, PipelineId(1))
    desk.store.promote(50, token, artifact.id)
    desk.store.expire_due(KEEP)
    assert artifact.state == "PROMOTED"
    desk.store.expire_due(50 + KEEP_PROMOTED)
    assert artifact.state == "EXPIRED"


def test_what_an_attempt_reads_is_collected_after_the_attempt(desk: Desk) -> None:
    maker, reader = desk.begin(), desk.begin()
    artifact = desk.make(maker)
    desk.end(maker)
    desk.store.read(0, reader, artifact.id)
    desk.store.pipeline_ended(0, PipelineId(1))
    desk.store.expire_due(KEEP)
    assert artifact.state == "EXPIRED" and desk.store.collect(KEEP) == 0
    desk.end(reader)
    assert desk.store.collect(KEEP) == 1


def test_what_an_artifact_depends_on_stays_as_long_as_it_does(desk: Desk) -> None:
    token = desk.begin()
    source, built = desk.make(token, "x", name="source"), desk.make(token, "y", name="built")
    assert desk.store.link(0, Dependency(built.id, source.id)) is None
    assert desk.store.link(0, Dependency(source.id, built.id)).reason == "cycle"
    desk.store.promote(0, token, built.id)
    desk.end(token)
    desk.store.pipeline_ended(0, PipelineId(1))
    desk.store.expire_due(KEEP)
    assert (source.state, desk.store.collect(KEEP)) == ("EXPIRED", 0)
    desk.store.expire_due(KEEP_PROMOTED)
    assert desk.store.collect(KEEP_PROMOTED) == 2
    collected = [event.artifact for event in desk.events if isinstance(event, said.ArtifactCollected)]
    assert collected == [built.id, source.id], "dependents first"


def test_no_pipeline_no_artifact(desk: Desk) -> None:
    assert desk.store.declare(
        0, desk.begin(), ArtifactRef(PipelineId(2), "j", "a"), digest_of("x"), 1
    ).reason == "pipeline-is-over"  # fmt: skip


def test_under_a_quota_the_oldest_goes_early_and_then_uploads_are_refused() -> None:
    desk = Desk(quota=25)
    for pipeline in (1, 2):
        desk.store.pipeline_started(PipelineId(pipeline))
    old = desk.make(one := desk.begin(), "x", 10)
    desk.end(one)
    desk.store.pipeline_ended(0, PipelineId(1))
    token = desk.begin()
    desk.make(token, "y", 10, pipeline=2, name="a")
    assert old.state == "AVAILABLE"
    desk.make(token, "z", 10, pipeline=2, name="b")
    assert old.state == "COLLECTED"
    full = desk.store.declare(0, token, ArtifactRef(PipelineId(2), "j", "c"), digest_of("w"), 6)
    assert isinstance(full, Refused) and full.reason == "over-quota"
    reasons = [event.reason for event in desk.events if isinstance(event, said.ArtifactExpired)]
    assert reasons == ["quota"]


def test_what_is_completed_after_its_pipeline_has_ended_expires_too(desk: Desk) -> None:
    token = desk.begin()
    artifact = desk.store.declare(0, token, ArtifactRef(PipelineId(1), "j", "a"), digest_of("x"), 1)
    desk.store.pipeline_ended(10, PipelineId(1))
    desk.store.complete(20, token, artifact.id, digest_of("x"))
    desk.store.expire_due(20 + KEEP)
    assert artifact.state == "EXPIRED"


def test_uploads_under_way_have_their_room_reserved() -> None:
    desk = Desk(quota=25)
    desk.store.pipeline_started(PipelineId(1))
    token = desk.begin()
    answers = [
        desk.store.declare(0, token, ArtifactRef(PipelineId(1), "j", name), digest_of(name), 10) for name in "abc"
    ]
    assert [getattr(answer, "state", None) or answer.reason for answer in answers] == [
        "UPLOADING", "UPLOADING", "over-quota",
    ]  # fmt: skip


def test_a_newer_attempt_takes_the_place_of_one_whose_end_has_not_been_heard(desk: Desk) -> None:
    ref = ArtifactRef(PipelineId(1), "job", "a")
    old = desk.store.declare(0, desk.begin(), ref, digest_of("x"), 1)
    new = desk.store.declare(0, desk.begin(), ref, digest_of("x"), 1)
    assert (old.state, new.state) == ("REJECTED", "UPLOADING")


@given(contents=st.lists(st.text(max_size=6), min_size=1, max_size=20))
def test_equal_content_has_one_address_and_different_content_another(contents: list[str]) -> None:
    digests = [digest_of(content) for content in contents]
    assert len(set(digests)) == len(set(contents))
    assert all(len(digest) == 32 and int(digest, 16) >= 0 for digest in digests)


def test_what_was_released_keeps_its_retention_when_another_attempt_takes_its_name() -> None:
    desk = Desk()
    desk.store.pipeline_started(PipelineId(1))
    first = desk.begin()
    released = desk.make(first, "x", 10, name="a")
    desk.store.promote(1, first, released.id)
    desk.end(first, completed=False)
    second = desk.begin()
    desk.make(second, "y", 10, name="a")
    desk.end(second)
    desk.store.pipeline_ended(2, PipelineId(1))
    desk.store.expire_due(2 + KEEP_PROMOTED + KEEP)
    desk.store.collect(2 + KEEP_PROMOTED + KEEP)
    assert released.state == "COLLECTED"
    assert not desk.store.artifacts
