"""What an attempt does with images, caches and artifacts before and after its work, phase by phase."""

from collections.abc import Callable
from dataclasses import dataclass, field

from domain.artifacts.artifact import Artifact, ArtifactRef
from domain.artifacts.cache_store import CacheKey
from domain.artifacts.dependencies import Dependency
from domain.artifacts.digests import Digest, digest_of
from domain.contracts.execution import ExecutionEnded
from domain.contracts.orchestration import JobEnded, PipelineEnded, PipelineStarted
from domain.execution.executions import Execution
from domain.orchestration.jobs import Job
from domain.shared.events import Translation
from domain.shared.ids import ArtifactId, ExecutionId, JobId, PipelineId
from domain.shared.refusals import Refused
from sim.contexts.artifact_chance import LockChanges, luck_by_job
from sim.contexts.artifact_plans import CachePlan, Plan, Services
from sim.contexts.parts import Parts
from sim.faults.draws import Luck, luck_of


@dataclass(slots=True)
class Attempt:
    """What one attempt has open between its phases."""

    to_save: list[tuple[CachePlan, CacheKey]] = field(default_factory=list)
    inputs: list[ArtifactId] = field(default_factory=list)
    uploads: list[tuple[Artifact, Digest]] = field(default_factory=list)  # and what will arrive
    outputs: list[ArtifactId] = field(default_factory=list)


class AttemptPhases:
    """The phases, which hold no rules: they ask the services, draw what is left to chance, and say how long it takes.

    Work gets shorter by what caches save: the drawn duration is that of a job that found none.
    """

    def __init__(self, parts: Parts, services: Services, plans: Callable[[str], Plan | None], corrupt: float) -> None:
        self.saved_us = 0  # work that caches made unnecessary, over all attempts
        self.spent_us = 0  # on restoring and saving them
        self._jobs = parts.orchestrator.jobs
        self._truth = parts.truth
        self._services = services
        self._plans = plans
        self._corrupt = corrupt
        self._streams = parts.streams
        self._locks = LockChanges(parts.streams)
        self._news: dict[str, Callable[[int], float]] = {}  # of each artifact's name
        self._damage: dict[str, Luck] = {}  # of each artifact's name
        self._contents: dict[tuple[str, str, str], int] = {}  # tenant, job, name → the latest content
        self._attempts: dict[ExecutionId, Attempt] = {}
        self._cold_us: dict[JobId, int] = {}
        self._since: dict[PipelineId, int] = {}

    def introduce(self, now: int, execution: Execution) -> int | Refused:
        """A worker shows its token to the stores, which may not have heard yet that its attempt or pipeline began."""
        self._services.tokens.begin(execution.id, execution.job, execution.attempt)
        job = self._jobs.get(execution.job)
        if job is not None:
            self._services.artifacts.pipeline_started(job.pipeline.id)
        return 0

    def pull_image(self, now: int, execution: Execution) -> int | Refused:
        _, plan = self._plan(execution)
        if plan is None or plan.image is None:
            return 0
        pulled = self._services.transfers.pull_image(now, execution.id, execution.node, plan.image)
        return pulled if isinstance(pulled, Refused) else pulled.took_us

    def restore_caches(self, now: int, execution: Execution) -> int | Refused:
        """One after the other, as steps of a job do it."""
        job, plan = self._plan(execution)
        if job is None or plan is None or not plan.caches:
            return 0
        took = saves = 0
        for cache in plan.caches:
            wanted = self._key(cache, job)
            restored = self._services.transfers.restore(now, execution.id, execution.node, wanted)
            if isinstance(restored, Refused):
                return restored
            took += restored.took_us
            saves += cache.saves[restored.hit]
            if restored.hit != "exact":
                self._attempt(execution.id).to_save.append((cache, wanted))
        duration, outcome = self._truth[job.id]
        cold = self._cold_us.setdefault(job.id, duration)  # an earlier attempt may have found what this one does not
        warm = max(1, cold - saves)
        self._truth[job.id] = (warm, outcome)
        self.saved_us += cold - warm
        self.spent_us += took
        return took

    def download(self, now: int, execution: Execution) -> int | Refused:
        job, plan = self._plan(execution)
        if job is None or plan is None or not plan.consumes:
            return 0
        took, attempt, artifacts = 0, self._attempt(execution.id), self._services.artifacts
        for name in plan.consumes:
            for artifact in artifacts.named(job.pipeline.id, name):
                read = artifacts.read(now, execution.id, artifact.id)
                if isinstance(read, Refused):
                    return read
                attempt.inputs.append(artifact.id)
                took += self._services.link.transfer_us(artifact.size_bytes)
        return took

    def save_caches(self, now: int, execution: Execution) -> int | Refused:
        attempt = self._attempts.get(execution.id)
        if attempt is None or not attempt.to_save:
            return 0
        took = sum(self._services.link.transfer_us(cache.size_bytes) for cache, _ in attempt.to_save)
        self.spent_us += took
        return took

    def caches_saved(self, now: int, execution: Execution) -> int | Refused:
        """Somebody else may have saved the key meanwhile, or there is no room: neither is the job's trouble."""
        attempt = self._attempts.get(execution.id)
        for cache, wanted in attempt.to_save if attempt else ():
            self._services.transfers.save(now, execution.id, execution.node, wanted, cache.size_bytes)
        return 0

    def upload(self, now: int, execution: Execution) -> int | Refused:
        job, plan = self._plan(execution)
        if job is None or plan is None or not plan.produces:
            return 0
        took, attempt = 0, self._attempt(execution.id)
        for name, size, unique in plan.produces:
            digest = self._content(job, name, size, unique)
            ref = ArtifactRef(job.pipeline.id, job.spec.name, name)
            artifact = self._services.artifacts.declare(now, execution.id, ref, digest, size)
            if isinstance(artifact, Refused):
                return artifact
            damaged = self._corrupt and self._is_damaged(name, execution)
            attempt.uploads.append((artifact, digest_of(f"damaged {digest}") if damaged else digest))
            took += self._services.link.transfer_us(size)
        return took

    def uploaded(self, now: int, execution: Execution) -> int | Refused:
        """Damaged content fails the attempt. What arrived whole depends on what it was made from."""
        attempt, artifacts = self._attempts.get(execution.id), self._services.artifacts
        if attempt is None:
            return 0
        for artifact, received in attempt.uploads:
            stored = artifacts.complete(now, execution.id, artifact.id, received)
            if isinstance(stored, Refused):
                return stored
            attempt.outputs.append(artifact.id)
            for needs in attempt.inputs:
                artifacts.link(now, Dependency(artifact.id, needs))
        return 0

    def promote(self, now: int, execution: Execution) -> int | Refused:
        _, plan = self._plan(execution)
        attempt = self._attempts.get(execution.id)
        if plan is not None and plan.promote and attempt is not None:
            for id in (*attempt.inputs, *attempt.outputs):
                self._services.artifacts.promote(now, execution.id, id)
        return 0

    def subscriptions(self) -> Translation:
        """Remember when pipelines came, whose lock file was what it was then; forget what has ended."""

        def pipeline_started(event: PipelineStarted) -> None:
            self._since[event.pipeline] = event.at_us

        def pipeline_ended(event: PipelineEnded) -> None:
            self._since.pop(event.pipeline, None)

        def attempt_ended(event: ExecutionEnded) -> None:
            self._attempts.pop(event.execution, None)

        def job_ended(event: JobEnded) -> None:
            self._cold_us.pop(event.job, None)

        return {
            PipelineStarted: pipeline_started,
            PipelineEnded: pipeline_ended,
            ExecutionEnded: attempt_ended,
            JobEnded: job_ended,
        }

    def _plan(self, execution: Execution) -> tuple[Job | None, Plan | None]:
        job = self._jobs.get(execution.job)
        return job, self._plans(job.spec.label) if job else None

    def _attempt(self, token: ExecutionId) -> Attempt:
        attempt = self._attempts.get(token)
        if attempt is None:
            attempt = self._attempts[token] = Attempt()
        return attempt

    def _is_damaged(self, name: str, execution: Execution) -> bool:
        luck = self._damage.get(name)
        if luck is None:
            luck = self._damage[name] = luck_of(self._streams(f"artifact/{name}", "corruption"))
        return luck(execution.job, execution.attempt) < self._corrupt

    def _key(self, cache: CachePlan, job: Job) -> CacheKey:
        pipeline = job.pipeline
        tenant, ref, label = pipeline.tenant, pipeline.trigger.ref, job.spec.label
        lock = str(self._locks.version(tenant, cache.name, cache.changes_per_hour, self._since.get(pipeline.id, 0)))

        def filled(key: str) -> str:
            return key.replace("{ref}", ref).replace("{label}", label).replace("{lock}", lock)

        return CacheKey(tenant, cache.name, filled(cache.key), tuple(map(filled, cache.restore)), ref)

    def _content(self, job: Job, name: str, size: int, unique: float) -> Digest:
        """New content with the chance `unique`, else that of the upload before it."""
        luck = self._news.get(name)
        if luck is None:
            luck = self._news[name] = luck_by_job(self._streams(f"artifact/{name}", "content"))
        whose = (job.pipeline.tenant, job.spec.name, name)
        if luck(job.id) < unique:
            self._contents[whose] = job.id
        return digest_of("\0".join((*whose, str(size), str(self._contents.get(whose, 0)))))
