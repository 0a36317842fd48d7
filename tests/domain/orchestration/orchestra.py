"""An orchestrator whose world does at once what it is told: a job that is to stop stops, others when the test says."""

from domain.contracts import orchestration as o
from domain.orchestration.orchestrator import Orchestrator
from domain.orchestration.specs import JobSpec, PipelineSpec
from domain.shared.ids import AssignmentId, JobId, PipelineId
from domain.shared.resources import Resources
from domain.shared.triggers import Trigger

CPU = Resources(1000, 1024)


def spec(name: str, *needs: str, **changes) -> JobSpec:
    return JobSpec(name, "label", CPU, needs=needs, **changes)


class Orchestra:
    """`stops` is whether what runs heeds a request to stop. Jobs are numbered 1, 2, 3, … over all pipelines."""

    def __init__(self, stops: bool = True) -> None:
        self.said: list = []
        self.now = 0
        self.stops = stops
        self.orchestrator = Orchestrator(self._hear)
        self.names: dict[int, str] = {}
        self._next = 1

    def _hear(self, event) -> None:
        self.said.append(event)
        if isinstance(event, o.CancelRequested) and self.stops:
            self.lose(event.job)

    def lose(self, id: int) -> None:
        """What runs is cancelled, or the place of what does not run yet is taken back."""
        job = self.orchestrator.jobs.get(JobId(id))
        if job is None:
            return
        if job.state == "RUNNING":
            self.orchestrator.attempt_ended(self.now, job.id, job.attempt, "CANCELLED", "")
        else:
            self.orchestrator.displaced(self.now, job.id, job.assignment)

    def submit(self, *jobs: JobSpec, tenant: str = "t", ref: str = "main", event: str = "push", **terms) -> PipelineId:
        ids = [JobId(self._next + at) for at in range(len(jobs))]
        self._next += len(jobs)
        self.names |= {id: job.name for id, job in zip(ids, jobs, strict=True)}
        answer = self.orchestrator.submit(self.now, tenant, PipelineSpec(jobs, **terms), ids, Trigger(event, ref=ref))
        assert isinstance(answer, int)
        return answer

    def start(self, *ids: int) -> None:
        for id in ids:
            attempt = self.orchestrator.jobs[JobId(id)].attempt
            self.orchestrator.placed(self.now, JobId(id), attempt, AssignmentId(id * 100 + attempt))
            self.orchestrator.started(self.now, JobId(id), attempt)

    def run(self, *ids: int, end: str = "COMPLETED") -> None:
        """Through, from the queue to the end."""
        for id in ids:
            self.start(id)
            cause = {"COMPLETED": "", "CANCELLED": "", "LOST": "infra"}.get(end, "user")
            self.orchestrator.attempt_ended(self.now, JobId(id), self.orchestrator.jobs[JobId(id)].attempt, end, cause)

    def of(self, kind) -> list:
        return [event for event in self.said if isinstance(event, kind)]

    @property
    def queued(self) -> list[int]:
        return [event.job for event in self.of(o.JobQueued)]

    @property
    def ends(self) -> dict[int, str]:
        """Each ends once."""
        found = [(event.job, event.state) for event in self.of(o.JobEnded)]
        assert len(dict(found)) == len(found)
        return dict(found)

    @property
    def causes(self) -> dict[int, str]:
        return {event.job: event.cause for event in self.of(o.JobEnded) if event.cause}

    @property
    def pipelines(self) -> dict[int, str]:
        found = [(event.pipeline, event.state) for event in self.of(o.PipelineEnded)]
        assert len(dict(found)) == len(found)
        return dict(found)

    def state(self, id: int) -> str:
        job = self.orchestrator.jobs.get(JobId(id))
        return job.state if job else self.ends[id]
