"""What a job asks for in a scenario, wherever it comes from: resources, where it may run, what it uses."""

from typing import Annotated

from pydantic import Field

from scenarios.draws import Model, Whole
from scenarios.names import Name
from scenarios.notations import ConstraintText, TolerationText
from scenarios.quantities import CpuMillis, GpuMillis, Mebibytes, PositiveDurationUs
from scenarios.spec_artifacts import ArtifactUse, CacheUse
from scenarios.spec_scheduling import AffinityRule, SpreadRule


class JobResources(Model):
    """Amounts of each resource: what a job asks for, or what a node has."""

    cpu: CpuMillis = Field(description="processors")
    memory: Mebibytes = Field(0, description="main memory")
    disk: Mebibytes = Field(0, description="local disk")
    gpu: GpuMillis = Field(0, description="graphics processors")


class JobClass(Model):
    """What jobs of one label ask for."""

    resources: JobResources = Field(description="what one job takes of a node while it runs")
    runs_on: tuple[Name, ...] = Field((), description="labels that a pool must all carry")
    constraints: tuple[ConstraintText, ...] = Field((), description="conditions on a node's attributes and labels")
    tolerations: tuple[TolerationText, ...] = Field((), description="taints of nodes that a job puts up with")
    affinity: Annotated[tuple[AffinityRule, ...], Field(max_length=10)] = Field(
        (), description="what it wants to be near to, or away from"
    )
    spread: Annotated[tuple[SpreadRule, ...], Field(max_length=10)] = Field(
        (), description="over what its class is spread"
    )
    priority: Annotated[Whole, Field(ge=-1000, le=1_000_000)] = Field(
        0, description="for policies that order by it: higher first"
    )
    gang: Annotated[Whole, Field(ge=1, le=10_000)] = Field(
        1, description="places of this size that a job needs at once, on one node or several; it gets all or none"
    )
    interruptible: bool = Field(
        False, description="may be stopped while it runs: for a guarantee, a drain, or a newer pipeline"
    )
    timeout: PositiveDurationUs = Field(6 * 3_600_000_000, description="a job that runs longer is stopped")
    max_queue_time: PositiveDurationUs | None = Field(
        None, description="a job that waits longer expires; left out: it waits for ever"
    )
    deadline: PositiveDurationUs | None = Field(
        None, description="for the ordering edf: to be done this long after it queued; left out: by `max_queue_time`"
    )
    secrets: tuple[Name, ...] = Field((), description="names under `security.secrets` that a job asks for as it starts")
    environment: Name | None = Field(
        None, description="name under `security.environments` to which a job deploys when its work is done"
    )
    permissions: tuple[Name, ...] = Field((), description="what its token allows, as far as its user may do that")
    image: Name | None = Field(None, description="name under `artifacts.images` that a job is started from")
    caches: dict[Name, CacheUse] = Field({}, description="name → a cache that a job restores and saves")
    artifacts: ArtifactUse | None = Field(None, description="what a job uploads, and downloads from its needs")
    promote: bool = Field(False, description="a job that succeeds releases what it downloaded and made")
