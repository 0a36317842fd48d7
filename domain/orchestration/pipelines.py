"""Pipeline: a graph of jobs submitted together, which ends when all of them have."""

from domain.contracts.orchestration import PipelineEnded, PipelineStarted
from domain.orchestration.jobs import Job
from domain.orchestration.specs import PipelineSpec
from domain.shared.events import Event
from domain.shared.ids import PipelineId
from domain.shared.lifecycle import Aggregate


class Pipeline(Aggregate):
    """CREATED → RUNNING → SUCCEEDED | FAILED | CANCELLED; CREATED → REJECTED | CANCELLED."""

    __slots__ = ("cancelled", "dependents", "failed", "remaining", "spec", "tenant")

    id: PipelineId
    INITIAL = "CREATED"
    MOVES = {
        "CREATED": {"start": "RUNNING", "reject": "REJECTED", "cancel": "CANCELLED"},
        "RUNNING": {"succeed": "SUCCEEDED", "fail": "FAILED", "cancel": "CANCELLED"},
        "SUCCEEDED": {},
        "FAILED": {},
        "CANCELLED": {},
        "REJECTED": {},
    }

    def __init__(self, id: PipelineId, tenant: str, spec: PipelineSpec) -> None:
        self.id = id
        self.state = "CREATED"
        self.tenant = tenant
        self.spec = spec
        self.remaining = len(spec.jobs)
        self.failed = False
        self.cancelled = False
        self.dependents: dict[str, list[Job]] = {}  # need → jobs that wait for it; emptied as needs end

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
