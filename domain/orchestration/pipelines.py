"""Pipeline: a graph of jobs submitted together, which ends when all of them have."""

from collections.abc import Sequence
from typing import ClassVar

from domain.contracts.orchestration import (
    PipelineCancelRequested,
    PipelineEnded,
    PipelineHeld,
    PipelineRejected,
    PipelineStarted,
)
from domain.orchestration.jobs import Job
from domain.orchestration.specs import PipelineSpec
from domain.orchestration.terms import resolve
from domain.shared.events import Event
from domain.shared.ids import JobId, PipelineId
from domain.shared.lifecycle import Aggregate, Table
from domain.shared.refusals import Refused
from domain.shared.triggers import PUSH, Trigger


class Pipeline(Aggregate, eq=False):
    """CREATED → RUNNING → SUCCEEDED | FAILED | CANCELLED; CREATED → REJECTED | CANCELLED."""

    INITIAL: ClassVar[str] = "CREATED"
    MOVES: ClassVar[Table] = {
        "CREATED": {"start": "RUNNING", "reject": "REJECTED", "cancel": "CANCELLED"},
        "RUNNING": {"succeed": "SUCCEEDED", "fail": "FAILED", "cancel": "CANCELLED"},
        "SUCCEEDED": {},
        "FAILED": {},
        "CANCELLED": {},
        "REJECTED": {},
    }

    id: PipelineId
    tenant: str
    spec: PipelineSpec
    remaining: int  # jobs that have not ended
    trigger: Trigger = PUSH
    ids: Sequence[JobId] = ()  # of its jobs, in the order of the spec
    failed: bool = False
    cancelled: bool = False
    cancelling: str = ""  # why it is being cancelled
    must_finish: bool = False  # a job that is not interruptible has started
    dependents: dict[str, list[Job]] = {}  # need → jobs that wait for it; emptied as needs end
    state: str = "CREATED"

    @property
    def group(self) -> str:
        """Its concurrency group, "" for none."""
        if self.spec.concurrency is None:
            return ""
        why = self.trigger
        return resolve(self.spec.concurrency.group, self.tenant, why.ref, why.event, why.actor, self.id)

    def hold(self, now: int) -> Event:
        """Its group is taken: it stays as it is."""
        why = self.trigger
        return PipelineHeld(
            now, self.id, self.tenant, len(self.spec.jobs), self.group, why.event, why.actor, why.ref, why.trust
        )

    def reject(self, now: int, refused: Refused) -> Event:
        self.move("reject")
        why = self.trigger
        return PipelineRejected(now, self.id, self.tenant, refused.reason, why.event, why.actor, why.ref, why.trust)

    def start(self, now: int) -> Event:
        self.move("start")
        why = self.trigger
        return PipelineStarted(
            now, self.id, self.tenant, len(self.spec.jobs), why.event, why.actor, why.ref, why.trust,
            self.group if self.spec.concurrency else "",
        )  # fmt: skip

    def ask_to_stop(self, now: int, cause: str) -> Event:
        self.cancelling = cause
        return PipelineCancelRequested(now, self.id, self.tenant, cause)

    def count_end(self, state: str, allow_failure: bool = False) -> None:
        """One of its jobs ended in `state`."""
        self.remaining -= 1
        if state == "CANCELLED":
            self.cancelled = True
        elif state not in ("SUCCEEDED", "SKIPPED") and not allow_failure:
            self.failed = True

    def end(self, now: int) -> Event:
        """Every job has ended: failed if any of them failed, cancelled if any was, else succeeded."""
        self.move("fail" if self.failed else "cancel" if self.cancelled else "succeed")
        return PipelineEnded(now, self.id, self.tenant, self.state)
