"""Redundant pipelines: a newer one of the same tenant, event and ref makes older ones superfluous."""

from collections.abc import Mapping

from domain.orchestration.jobs import Job
from domain.orchestration.pipelines import Pipeline
from domain.shared.ids import JobId, PipelineId

Line = tuple[str, str, str]
"""Tenant, event, ref."""


class Redundant:
    """Keeps the live pipelines that a newer one may cancel, by what makes them the same."""

    def __init__(self) -> None:
        self._live: dict[Line, dict[PipelineId, Pipeline]] = {}

    def newer(self, pipeline: Pipeline, jobs: Mapping[JobId, Job]) -> list[tuple[Pipeline | Job, str]]:
        """What the newcomer cancels, and why; from now on it is an older one itself."""
        if not pipeline.spec.auto_cancel:
            return []
        same = self._live.setdefault(_line(pipeline), {})
        gone: list[tuple[Pipeline | Job, str]] = []
        for old in same.values():
            if old.spec.auto_cancel == "interruptible":
                some = [job for id in old.ids if (job := jobs.get(id)) and job.spec.interruptible]
                some.sort(key=lambda job: job.state != "BLOCKED")  # or else what waits would be skipped
                gone += [(job, "redundant") for job in some]
            elif not old.must_finish:
                gone.append((old, "redundant"))
        same[pipeline.id] = pipeline
        return gone

    def forget(self, pipeline: Pipeline) -> None:
        same = self._live.get(_line(pipeline)) if pipeline.spec.auto_cancel else None
        if same:
            same.pop(pipeline.id, None)
            if not same:
                del self._live[_line(pipeline)]


def _line(pipeline: Pipeline) -> Line:
    return (pipeline.tenant, pipeline.trigger.event, pipeline.trigger.ref)
