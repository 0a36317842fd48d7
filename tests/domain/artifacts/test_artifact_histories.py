"""Whatever attempts and pipelines do, in whatever order, collection is mark and sweep and the books are right."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.artifacts.artifact import Artifact, ArtifactRef
from domain.artifacts.dependencies import Dependency
from domain.artifacts.digests import Digest, digest_of
from domain.artifacts.store import READABLE, ArtifactStore
from domain.contracts.orchestration import PipelineEnded, PipelineStarted
from domain.shared.ids import ArtifactId, ExecutionId, PipelineId
from domain.shared.refusals import Refused
from tests.domain.artifacts.desk import Desk


def marked(store: ArtifactStore) -> set[int]:
    """Mark and sweep, as one would explain it: what is live, or read, and everything that it depends on."""
    todo = [id for id, one in store.artifacts.items() if one.state != "EXPIRED" or one.readers]
    kept = set(todo)
    while todo:
        for needed in store.graph.needs_of(todo.pop()):
            if needed not in kept:
                kept.add(needed)
                todo.append(needed)
    return kept


class Stores(RuleBasedStateMachine):
    """Attempts of three pipelines make, read, link and promote, out of order and after their time."""

    QUOTA = 0

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk(self.QUOTA)
        self.live: list[ExecutionId] = []
        self.seen: dict[int, Artifact] = {}
        self.received: dict[int, Digest] = {}
        self.pipelines = 0

    @rule()
    def pipeline_starts(self) -> None:
        self.pipelines += 1
        self.desk.hear(PipelineStarted(self.desk.now, PipelineId(self.pipelines), "t", 1))
        self.desk.store.pipeline_started(PipelineId(self.pipelines))

    @rule(back=st.integers(0, 2))
    def pipeline_ends(self, back: int) -> None:
        pipeline = PipelineId(self.pipelines - back)
        self.desk.hear(PipelineEnded(self.desk.now, pipeline, "t", "SUCCEEDED"))
        self.desk.store.pipeline_ended(self.desk.now, pipeline)

    @rule()
    def attempt_begins(self) -> None:
        self.live.append(self.desk.begin())

    @precondition(lambda self: self.live)
    @rule(data=st.data(), completed=st.booleans())
    def attempt_ends(self, data: st.DataObject, completed: bool) -> None:
        token = data.draw(st.sampled_from(self.live))
        self.live.remove(token)
        self.desk.end(token, completed)

    @precondition(lambda self: self.desk.executions)
    @rule(
        data=st.data(), content=st.sampled_from("xyz"), name=st.sampled_from("ab"), back=st.integers(0, 2),
        fate=st.sampled_from(["whole", "damaged", "later"]),
    )  # fmt: skip
    def attempt_makes(self, data: st.DataObject, content: str, name: str, back: int, fate: str) -> None:
        token = ExecutionId(data.draw(st.integers(1, self.desk.executions)))
        ref = ArtifactRef(PipelineId(self.pipelines - back), f"job {token % 2}", name)
        artifact = self.desk.store.declare(self.desk.now, token, ref, digest_of(content), 10)
        if token not in self.live:
            assert isinstance(artifact, Refused) and artifact.reason == "stale-token"
        if isinstance(artifact, Refused):
            return
        self.seen[artifact.id] = artifact
        self.received[artifact.id] = artifact.digest if fate != "damaged" else digest_of("damaged")
        if fate != "later":
            self.desk.store.complete(self.desk.now, token, artifact.id, self.received[artifact.id])

    @precondition(lambda self: self.seen)
    @rule(data=st.data(), what=st.sampled_from(["complete", "read", "promote"]))
    def attempt_does_something(self, data: st.DataObject, what: str) -> None:
        token = ExecutionId(data.draw(st.integers(1, self.desk.executions)))
        id = ArtifactId(data.draw(st.sampled_from(sorted(self.seen))))
        rest = (self.received[id],) if what == "complete" else ()
        answer = getattr(self.desk.store, what)(self.desk.now, token, id, *rest)
        assert token in self.live or answer.reason == "stale-token"

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def they_are_linked(self, data: st.DataObject) -> None:
        ids = st.sampled_from(sorted(self.seen))
        self.desk.store.link(self.desk.now, Dependency(ArtifactId(data.draw(ids)), ArtifactId(data.draw(ids))))

    @rule(passes=st.integers(0, 120))
    def time_passes(self, passes: int) -> None:
        self.desk.now += passes
        self.desk.store.expire_due(self.desk.now)

    @rule()
    def garbage_is_collected(self) -> None:
        """Exactly what mark and sweep would leave, at once and for good."""
        kept = marked(self.desk.store)
        self.desk.store.collect(self.desk.now)
        assert set(self.desk.store.artifacts) == kept
        assert self.desk.store.collect(self.desk.now) == 0

    @invariant()
    def bytes_are_those_of_distinct_contents(self) -> None:
        store = self.desk.store
        stored = [one for one in store.artifacts.values() if one.state != "UPLOADING"]
        assert store.blobs.stored_bytes == 10 * len({one.digest for one in stored})
        assert all(
            store.blobs.references(one.digest) == sum(two.digest == one.digest for two in stored) for one in stored
        )
        if self.QUOTA:
            assert store.blobs.stored_bytes + store._open_bytes <= self.QUOTA
        assert store._open_bytes == 10 * sum(one.state == "UPLOADING" for one in store.artifacts.values())

    @invariant()
    def only_what_ended_is_forgotten(self) -> None:
        for id, artifact in self.seen.items():
            assert (id in self.desk.store.artifacts) == (artifact.state not in ("REJECTED", "COLLECTED"))
            assert artifact.state != "UPLOADING" or artifact.made_by.execution in self.live
            for needed in self.desk.store.graph.needs_of(ArtifactId(id)):
                assert self.seen[needed].state in (*READABLE, "EXPIRED")


class TightStores(Stores):
    QUOTA = 45


TestStores = Stores.TestCase
TestTightStores = TightStores.TestCase
TestStores.settings = TestTightStores.settings = settings(max_examples=150, stateful_step_count=50)
