"""Execution publishes to Artifacts: an attempt that starts holds its token, one that ends lets go of everything."""

from domain.artifacts.store import ArtifactStore
from domain.artifacts.tokens import LiveTokens
from domain.contracts.execution import ExecutionEnded, ExecutionStarted
from domain.shared.events import Translation


def translate(tokens: LiveTokens, store: ArtifactStore) -> Translation:
    def started(event: ExecutionStarted) -> None:
        tokens.begin(event.execution, event.job, event.attempt)

    def ended(event: ExecutionEnded) -> None:
        store.attempt_ended(event.at_us, event.execution, event.state == "COMPLETED")

    return {ExecutionStarted: started, ExecutionEnded: ended}
