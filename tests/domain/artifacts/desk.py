"""A store of artifacts with a checker on its events, and a short way to speak to it."""

from typing import Any

from domain.artifacts.artifact import ArtifactRef
from domain.artifacts.digests import digest_of
from domain.artifacts.retention import RetentionPolicy
from domain.artifacts.store import ArtifactStore, StoreLimits
from domain.artifacts.tokens import LiveTokens
from domain.contracts.execution import ExecutionEnded, ExecutionStarted
from domain.shared.events import Event
from domain.shared.ids import ExecutionId, JobId, NodeId, PipelineId, WorkerId
from sim.checkers_artifacts import ArtifactsInUseStay

KEEP, KEEP_PROMOTED = 100, 300


class Desk:
    """A store with a checker on its events, and a short way to speak to it."""

    def __init__(self, quota: int = 0, promoted_us: int = KEEP_PROMOTED) -> None:
        self.events: list[Event] = []
        self.tokens = LiveTokens()
        self.store = ArtifactStore(self.tokens, StoreLimits(RetentionPolicy(KEEP, promoted_us), quota), self.hear)
        self.checks = ArtifactsInUseStay().subscriptions()
        self.now = 0
        self.executions = 0

    def hear(self, event: Event) -> None:
        self.events.append(event)
        if type(event) in self.checks:
            self.checks[type(event)](event)

    def begin(self, job: int = 1) -> ExecutionId:
        self.executions += 1
        token = ExecutionId(self.executions)
        self.hear(ExecutionStarted(self.now, token, JobId(job), 1, WorkerId(1), NodeId(1)))
        self.tokens.begin(token, JobId(job), 1)
        return token

    def end(self, token: ExecutionId, completed: bool = True) -> None:
        state = "COMPLETED" if completed else "LOST"
        self.checks[ExecutionEnded](ExecutionEnded(self.now, token, *[1] * 5, state, "", 1))
        self.store.attempt_ended(self.now, token, completed)

    def make(self, token: ExecutionId, content: str = "x", size: int = 10, pipeline: int = 1, name: str = "a") -> Any:
        ref = ArtifactRef(PipelineId(pipeline), f"job of {token}", name)
        artifact = self.store.declare(self.now, token, ref, digest_of(content), size)
        return self.store.complete(self.now, token, artifact.id, digest_of(content)) if artifact else artifact
