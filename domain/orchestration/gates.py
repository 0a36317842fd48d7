"""The gates that a job passes between its last need and the queue: approval, slots of its matrix, its group."""

from collections.abc import Callable, Hashable

import msgspec

from domain.contracts.orchestration import ApprovalGiven, ApprovalRefused, ApprovalRequested
from domain.orchestration.groups import Concurrency, Resource, Slots
from domain.orchestration.jobs import Job
from domain.orchestration.pipelines import Pipeline
from domain.shared.events import Publish
from domain.shared.ids import JobId, PipelineId

Member = Job | Pipeline


class _Asked(msgspec.Struct):
    """Who has agreed so far."""

    job: Job
    by: dict[str, None] = {}


class Gates:
    """Holds jobs, and pipelines at their concurrency group, until they may go on.

    Groups of pipelines and groups of jobs are apart even where their names are the same: shared, as they are at GitHub,
    a job could wait for its own pipeline, and two pipelines for each other.

    A job passes the gates in one order, so that two jobs never wait for each other: it is approved, takes a slot of
    its matrix, then its concurrency group or resource group. It gives back what it took when it ends, not between
    attempts. `cancel(now, member, cause)` stops whom a newcomer replaces; `let_in(now, member)` queues or starts.
    """

    def __init__(
        self,
        publish: Publish,
        cancel: Callable[[int, Member, str], None],
        let_in: Callable[[int, Member], None],
    ) -> None:
        self.asked: dict[JobId, _Asked] = {}
        self.concurrency: dict[str, Concurrency[Member]] = {}
        self.resources: dict[str, Resource[Job]] = {}
        self.slots: dict[tuple[PipelineId, str], Slots[Job]] = {}
        self._groups: dict[Hashable, str] = {}  # job or pipeline → its group, while it is in one
        self._publish = publish
        self._cancel = cancel
        self._let_in = let_in

    # --- on the way in -----------------------------------------------------------------------------------------

    def announce(self, job: Job) -> None:
        """The job will come some day: a resource group may have to wait for it."""
        wanted = job.spec.resource_group
        if wanted:
            name = self._groups[job] = job.group(wanted.group)
            self.resources.setdefault(name, Resource(wanted.mode)).announce(job)

    def arrive(self, now: int, job: Job) -> None:
        """All that the job needs has ended as it wants."""
        approval = job.spec.approval
        if approval is None:
            self._to_slots(now, job)
            return
        self.asked[job.id] = _Asked(job)
        self._publish(job.held(now, "approval"))
        self._publish(self._ask(now, job, approval.required, now + approval.expires_us))

    def approve(self, now: int, id: JobId, actor: str) -> None:
        """One vote each: the same person agreeing again, and agreement that nobody waits for, change nothing."""
        asked = self.asked.get(id)
        if asked is None or actor in asked.by:
            return
        asked.by[actor] = None
        approval = asked.job.spec.approval
        missing = approval.required - len(asked.by) if approval else 0
        if not missing:
            del self.asked[id]
        self._publish(ApprovalGiven(now, id, actor, missing))
        if not missing:
            self._to_slots(now, asked.job)

    def refuse(self, now: int, id: JobId, actor: str) -> None:
        asked = self.asked.pop(id, None)
        if asked:
            self._publish(ApprovalRefused(now, id, actor))
            self._cancel(now, asked.job, "refused")

    def give_up(self, now: int, id: JobId) -> None:
        """Nobody has answered in time."""
        asked = self.asked.pop(id, None)
        if asked:
            self._cancel(now, asked.job, "not-approved")

    def enter(self, now: int, pipeline: Pipeline) -> None:
        """A pipeline with a concurrency group begins, or waits."""
        wanted = pipeline.spec.concurrency
        if wanted:
            self._concurrency(now, pipeline, f"pipelines {pipeline.group}", wanted.cancel_in_progress)

    # --- on the way out ----------------------------------------------------------------------------------------

    def leave(self, now: int, member: Member) -> None:
        """It has ended, wherever it was: what it held or waited for goes to the next."""
        if isinstance(member, Job):
            self.asked.pop(member.id, None)
            if member.spec.matrix and member.spec.matrix.max_parallel:
                slots = self.slots.get((member.pipeline.id, member.spec.matrix.name))
                next_in = slots.leave(member) if slots else None
                if next_in:
                    self._to_group(now, next_in)
        name = self._groups.pop(member, None)
        if name is None:
            return
        if isinstance(member, Job) and member.spec.resource_group:
            resource = self.resources[name]
            following: Member | None = resource.leave(member)
            if resource.empty:
                del self.resources[name]
        else:
            group = self.concurrency[name]
            following = group.leave(member)
            if group.empty:
                del self.concurrency[name]
        if following:
            self._let_in(now, following)

    def close(self, pipeline: Pipeline) -> None:
        """All jobs of the pipeline have ended."""
        for job in pipeline.spec.jobs:
            if job.matrix:
                self.slots.pop((pipeline.id, job.matrix.name), None)

    # --- inside ------------------------------------------------------------------------------------------------

    def _ask(self, now: int, job: Job, required: int, until: int) -> ApprovalRequested:
        return ApprovalRequested(now, job.id, job.pipeline.tenant, job.spec.label, required, until)

    def _to_slots(self, now: int, job: Job) -> None:
        matrix = job.spec.matrix
        if matrix and matrix.max_parallel:
            key = (job.pipeline.id, matrix.name)
            slots = self.slots.get(key)
            if slots is None:
                slots = self.slots[key] = Slots(matrix.max_parallel)
            if not slots.enter(job):
                self._publish(job.held(now, "max-parallel"))
                return
        self._to_group(now, job)

    def _to_group(self, now: int, job: Job) -> None:
        spec = job.spec
        if spec.concurrency:
            self._concurrency(now, job, job.group(spec.concurrency.group), spec.concurrency.cancel_in_progress)
        elif spec.resource_group is None or self.resources[self._groups[job]].enter(job):
            self._let_in(now, job)
        else:
            self._publish(job.held(now, "resource-group"))

    def _concurrency(self, now: int, member: Member, name: str, cancel_in_progress: bool) -> None:
        group = self.concurrency.setdefault(name, Concurrency())
        self._groups[member] = name
        before = group.enter(member)
        if group.running is member:
            self._let_in(now, member)
            return
        running = group.running
        self._publish(member.hold(now) if isinstance(member, Pipeline) else member.held(now, "concurrency"))
        if before:
            self._cancel(now, before, "superseded")
        if cancel_in_progress and running:
            self._cancel(now, running, "superseded")
