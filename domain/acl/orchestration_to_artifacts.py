"""Orchestration publishes to Artifacts: a pipeline may make artifacts while it lives, then their retention begins."""

from domain.artifacts.store import ArtifactStore
from domain.contracts.orchestration import PipelineEnded, PipelineStarted
from domain.shared.events import Translation


def translate(store: ArtifactStore) -> Translation:
    def started(event: PipelineStarted) -> None:
        store.pipeline_started(event.pipeline)

    def ended(event: PipelineEnded) -> None:
        store.pipeline_ended(event.at_us, event.pipeline)

    return {PipelineStarted: started, PipelineEnded: ended}
