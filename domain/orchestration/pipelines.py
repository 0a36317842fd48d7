"""Pipeline: a graph of jobs submitted together, which ends when all of them have."""

from typing import ClassVar

from domain.contracts.orchestration import PipelineEnded, PipelineStarted
from domain.orchestration.jobs import Job
from domain.orchestration.specs import PipelineSpec
from domain.shared.events import Event
from domain.shared.ids import PipelineId
from domain.shared.lifecycle import Aggregate, Table
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
    failed: bool = False
    cancelled: bool = False
    dependents: dict[str, list[Job]] = {}  # need → jobs that wait for it; emptied as needs end
    state: str = "CREATED"

    def start(self, now: int) -> Event:
        self.move("start")
        return PipelineStarted(now, self.id, self.tenant, len(self.spec.jobs))

    def count_end(self, state: str) -> None:
        """One of its jobs ended in `state`."""
        self.remaining -= 1
        if state == "CANCELLED":
            self.cancelled = True
        elif state not in ("SUCCEEDED", "SKIPPED"):
            self.failed = True

    def end(self, now: int) -> Event:
        """Every job has ended: failed if any of them failed, cancelled if any was, else succeeded."""
        self.move("fail" if self.failed else "cancel" if self.cancelled else "succeed")
        return PipelineEnded(now, self.id, self.tenant, self.state)
