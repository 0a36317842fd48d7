"""What a user asks for: the shape of a pipeline and of each of its jobs, valid by construction."""

from graphlib import CycleError, TopologicalSorter

import msgspec

from domain.orchestration.terms import (
    RETRY,
    Approval,
    AutoCancel,
    Concurrency,
    Condition,
    Matrix,
    ResourceGroup,
    RetryPolicy,
    StepSpec,
)
from domain.shared.requirements import NONE, Requirements
from domain.shared.resources import Resources
from domain.shared.units import DAY_US


class JobSpec(msgspec.Struct, frozen=True):
    """One job: what it needs and how long it may take.

    `label` names the class of job for reports and estimates; `runs_on` are labels that a node must all carry;
    `needs` are names of jobs of the same pipeline that must end first, as `condition` demands (by default: succeed).
    `allow_failure` makes its failure count as success. Times are microseconds. `plain` follows from the rest: nothing
    but needs and retries decides when it runs, and nothing follows from its end but its dependents.
    Raises ValueError when an invariant does not hold.
    """

    name: str
    label: str
    resources: Resources
    runs_on: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    timeout_us: int = DAY_US
    max_queue_us: int = 0  # 0: waits for ever
    retry: RetryPolicy = RETRY
    requirements: Requirements = NONE
    condition: Condition = "success"
    allow_failure: bool = False
    matrix: Matrix | None = None
    concurrency: Concurrency | None = None
    resource_group: ResourceGroup | None = None
    approval: Approval | None = None
    steps: tuple[StepSpec, ...] = ()
    plain: bool = True

    def __post_init__(self) -> None:
        if not self.name or not self.label:
            raise ValueError("a job has a name and a label")
        if self.resources.cpu_millis <= 0:
            raise ValueError(f"job {self.name!r} asks for no CPU")
        if self.timeout_us <= 0:
            raise ValueError(f"job {self.name!r}: timeout {self.timeout_us} is not positive")
        if self.max_queue_us < 0:
            raise ValueError(f"job {self.name!r}: queue time is never negative")
        if self.concurrency and self.resource_group:  # each might wait for the other
            raise ValueError(f"job {self.name!r} has a concurrency group or a resource group, not both")
        plain = self.condition == "success" and not (
            self.allow_failure or self.matrix or self.concurrency or self.resource_group or self.approval or self.steps
        )
        msgspec.structs.force_setattr(self, "plain", plain)

    @property
    def interruptible(self) -> bool:
        """A newer pipeline may stop it once it runs; others are let go on."""
        return self.requirements.interruptible


class PipelineSpec(msgspec.Struct, frozen=True):
    """A directed acyclic graph of jobs with unique names and known needs; raises ValueError otherwise.

    `plain` follows from the rest, and is kept because every pipeline of the shape is asked.
    """

    jobs: tuple[JobSpec, ...]
    concurrency: Concurrency | None = None
    auto_cancel: AutoCancel = ""
    plain: bool = True

    def __post_init__(self) -> None:
        if not self.jobs:
            raise ValueError("a pipeline has at least one job")
        plain = not (self.concurrency or self.auto_cancel) and all(job.plain for job in self.jobs)
        msgspec.structs.force_setattr(self, "plain", plain)
        known: set[str] = set()
        in_order = True  # every need stands before the job: then there is no cycle, and most pipelines are written so
        for job in self.jobs:
            in_order = in_order and known.issuperset(job.needs)
            known.add(job.name)
        if len(known) != len(self.jobs):
            raise ValueError("job names are unique within a pipeline")
        if in_order:
            return
        for job in self.jobs:
            if unknown := sorted(set(job.needs) - known):
                raise ValueError(f"job {job.name!r} needs unknown {', '.join(unknown)}")
        try:
            TopologicalSorter({job.name: job.needs for job in self.jobs}).prepare()
        except CycleError as error:
            raise ValueError(f"needs form a cycle: {' → '.join(error.args[1])}") from None
