"""What a scenario may say about several schedulers over one fleet: who decides for whom, how fast, and on what."""

from typing import Annotated, Literal

from pydantic import Field

from scenarios.draws import Model, Number, Whole
from scenarios.names import Name
from scenarios.quantities import CpuMillis, DurationUs, GpuMillis, Mebibytes

CoordinationModel = Literal["monolithic", "two-level", "shared-state", "partitioned"]


class Decision(Model):
    """How long a scheduler thinks, and is busy."""

    per_job: DurationUs = Field(0, description="about each job that it finds a place for")
    per_task: DurationUs = Field(0, description="more, for each place that the job needs")
    measured: Annotated[Number, Field(gt=0, le=1_000_000_000)] | None = Field(
        None, description="instead, as long as its planning really took, times this: no two runs are alike"
    )


class SchedulerSpec(Model):
    """One of several schedulers."""

    tenants: Annotated[tuple[Name, ...], Field(min_length=1)] = Field(description="whose jobs it decides on")
    decision: Decision | None = Field(None, description="how long it thinks; left out: as `scheduling.decision`")


class Slice(Model):
    """At most so much of a node; what is left out is not limited."""

    cpu: CpuMillis = Field(0, description="processors")
    memory: Mebibytes = Field(0, description="main memory")
    disk: Mebibytes = Field(0, description="local disk")
    gpu: GpuMillis = Field(0, description="graphics processors")


class Snapshot(Model):
    """What a scheduler sees of the fleet."""

    refresh: DurationUs = Field(0, description="may get so old; 0: a scheduler looks anew before every batch")


Schedulers = Annotated[Whole, Field(ge=1, le=64)] | Annotated[dict[Name, SchedulerSpec], Field(min_length=1)]
BatchSize = Annotated[Whole, Field(ge=1, le=1_000_000)]
Commit = Literal["incremental", "gang"]
Conflicts = Literal["fine", "coarse"]
HandOut = Literal["drf", "round-robin"]
