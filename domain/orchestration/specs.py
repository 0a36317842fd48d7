"""What a user asks for: the shape of a pipeline and of each of its jobs, valid by construction."""

from graphlib import CycleError, TopologicalSorter

import msgspec

from domain.shared.requirements import NONE, Requirements
from domain.shared.resources import Resources

DAY_US = 86_400_000_000


class JobSpec(msgspec.Struct, frozen=True):
    """One job: what it needs and how long it may take.

    `label` names the class of job for reports and estimates; `runs_on` are labels that a node must all carry;
    `needs` are names of jobs of the same pipeline that must succeed first. Times are microseconds.
    Raises ValueError when an invariant does not hold.
    """

    name: str
    label: str
    resources: Resources
    runs_on: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    timeout_us: int = DAY_US
    max_queue_us: int = 0  # 0: waits for ever
    infra_retries: int = 2
    user_retries: int = 0
    requirements: Requirements = NONE

    def __post_init__(self) -> None:
        if not self.name or not self.label:
            raise ValueError("a job has a name and a label")
        if self.resources.cpu_millis <= 0:
            raise ValueError(f"job {self.name!r} asks for no CPU")
        if self.timeout_us <= 0:
            raise ValueError(f"job {self.name!r}: timeout {self.timeout_us} is not positive")
        if min(self.max_queue_us, self.infra_retries, self.user_retries) < 0:
            raise ValueError(f"job {self.name!r}: queue time and retries are never negative")


class PipelineSpec(msgspec.Struct, frozen=True):
    """A directed acyclic graph of jobs with unique names and known needs; raises ValueError otherwise."""

    jobs: tuple[JobSpec, ...]

    def __post_init__(self) -> None:
        if not self.jobs:
            raise ValueError("a pipeline has at least one job")
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
