"""The scenario file as typed data: every field a user may write, with its unit, default and meaning.

In a file, quantities are written with units; from Python, the same fields also take integers in base units.
What spans several fields is checked by `scenarios.semantics`, not here.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from scenarios.draws import Count as Count
from scenarios.draws import CountLogNormal as CountLogNormal
from scenarios.draws import Distribution as Distribution
from scenarios.draws import Exponential as Exponential
from scenarios.draws import LogNormal as LogNormal
from scenarios.draws import Model, Number, OneOf, Whole
from scenarios.draws import Uniform as Uniform
from scenarios.draws import WeightedLogNormal as WeightedLogNormal
from scenarios.names import Name, Text
from scenarios.quantities import (
    CpuMillis,
    DurationUs,
    GpuMillis,
    Mebibytes,
    PositiveDurationUs,
    PricePerHour,
    RatePerHour,
)

Share = Annotated[Number, Field(ge=0, le=1_000_000)]
Profile = Annotated[tuple[Share, ...], Field(min_length=24, max_length=24)]


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
    timeout: PositiveDurationUs = Field(6 * 3_600_000_000, description="a job that runs longer is stopped")
    max_queue_time: PositiveDurationUs | None = Field(
        None, description="a job that waits longer expires; left out: it waits for ever"
    )


class SyntheticJobClass(JobClass):
    """Jobs of one label in a generated pipeline."""

    duration: Distribution = Field(description="how long a job runs")
    count: Count = Field(Count(constant=1), description="how many of them a pipeline has")
    needs: tuple[Name, ...] = Field((), description="classes of the same pipeline whose jobs must all succeed first")
    failure_rate: Annotated[Number, Field(ge=0, le=1)] = Field(0.0, description="share of jobs that fail by themselves")


class Pushes(Model):
    """How many pipelines arrive, and how the rate moves with the hour and the day. A run starts on Monday at 00:00."""

    rate: RatePerHour = Field(description="pipelines of all tenants together, on average over a whole week")
    profile: Literal["flat", "office-hours"] | Profile = Field(
        "flat", description="how the rate moves within a day: a name, or 24 relative numbers from hour 0"
    )
    weekend: Annotated[Number, Field(ge=0, le=10)] = Field(
        1.0, description="rate on Saturday and Sunday, relative to a weekday"
    )
    by_tenant: dict[Name, Share] | None = Field(None, description="relative shares of tenants; left out: all the same")


class Synthetic(Model):
    """Pipelines drawn at random from what is known of real ones."""

    pushes: Pushes = Field(description="when pipelines arrive, and whose they are")
    jobs: Annotated[dict[Name, SyntheticJobClass], Field(min_length=1)] = Field(
        description="what a pipeline consists of: label → class of jobs"
    )


ColumnKey = Text | Annotated[Whole, Field(ge=0, le=100_000)]


class Columns(Model):
    """Which column of the trace holds what: names, or numbers from 0 where there is no header."""

    queued: ColumnKey = Field(description="when the job was ready to run")
    started: ColumnKey | None = Field(None, description="when its work began")
    finished: ColumnKey | None = Field(None, description="when its work ended")
    duration: ColumnKey | None = Field(None, description="how long it ran, in `duration_unit`")
    label: ColumnKey | None = Field(None, description="its class, see `jobs`")
    tenant: ColumnKey | None = Field(None, description="whose it is")
    pipeline: ColumnKey | None = Field(None, description="jobs with the same value arrive together")
    outcome: ColumnKey | None = Field(None, description="how it ended")


class Trace(Model):
    """Recorded jobs, replayed as they came."""

    file: Text = Field(
        "", description="relative to the folder of the scenario file; left out: given with `--trace PATH`"
    )
    format: Literal["firefox-dat", "bitcoin-core-ci", "csv", "json", "table"] = Field(
        description="how the file is laid out; the last three need `columns` and `times`"
    )
    columns: Columns | None = Field(None, description="for csv, json and table: which column holds what")
    times: Literal["epoch_s", "epoch_ms", "iso8601"] | None = Field(
        None, description="how queued, started and finished are written"
    )
    duration_unit: Literal["us", "ms", "s", "min", "h"] | None = Field(None, description="unit of the duration column")
    default: JobClass = Field(description="what jobs ask for whose label is not under `jobs`")
    jobs: dict[Name, JobClass] = Field({}, description="label → what its jobs ask for")


class WorkloadSpec(OneOf):
    """Where jobs come from: exactly one of the fields."""

    synthetic: Synthetic | None = Field(None, description="drawn at random")
    trace: Trace | None = Field(None, description="recorded")


class Tenant(Model):
    """Somebody who shares the fleet."""

    weight: Annotated[Whole, Field(ge=1, le=1000)] = Field(1, description="share of the fleet relative to others")


NODES_LIMIT = 100_000
NodeCount = Annotated[Whole, Field(ge=1, le=NODES_LIMIT)]


class Nodes(Model):
    """A fleet that follows demand between `min` and `max`; a bare number is a fleet of fixed size."""

    min: Annotated[Whole, Field(ge=0, le=NODES_LIMIT)] = Field(description="nodes that are always there")
    max: NodeCount | Literal["unlimited"] = Field(description="nodes that there may be at once")
    idle_timeout: DurationUs = Field(10 * 60_000_000, description="a node above `min` that idles this long goes")

    @model_validator(mode="before")
    @classmethod
    def fixed(cls, value: object) -> object:
        return {"min": value, "max": value} if type(value) is int else value


class Billing(Model):
    """What is paid for."""

    by: Literal["node", "job"] = Field("node", description="while a node exists, or while a job runs on it")
    granularity: PositiveDurationUs = Field(1_000_000, description="time is rounded up to a whole multiple of this")
    minimum: DurationUs = Field(0, description="at least this long is paid for")


class Workers(Model):
    """The runner that a job gets on its node."""

    kind: Literal["ephemeral", "reusable"] = Field(
        "ephemeral", description="started for one job and thrown away, or kept for the next"
    )
    start: Distribution = Field(Distribution(constant=0), description="from assignment to the start of work")
    idle_timeout: DurationUs = Field(10 * 60_000_000, description="reusable only: one that idles this long is stopped")


class Pool(Model):
    """Nodes that are all alike."""

    nodes: Nodes = Field(description="how many there are")
    capacity: JobResources = Field(description="what one node has")
    labels: tuple[Name, ...] = Field((), description="what jobs may ask for with `runs_on`")
    price: PricePerHour = Field(0, description="of one node")
    billing: Billing = Field(Billing(), description="what is paid for")
    node_boot: Distribution = Field(Distribution(constant=0), description="from ordering a node until it takes jobs")
    workers: Workers = Field(Workers(), description="the runner that a job gets")


class Provider(Model):
    """Where nodes come from."""

    max_nodes: NodeCount | None = Field(None, description="quota over all its pools; left out: none")
    pools: Annotated[dict[Name, Pool], Field(min_length=1)] = Field(description="name → nodes that are alike")


class Fleet(Model):
    """All nodes that jobs may run on."""

    providers: Annotated[dict[Name, Provider], Field(min_length=1)] = Field(description="name → where nodes come from")


Estimates = Literal["history", "exact"]


class Scheduling(Model):
    """How the scheduler decides."""

    allocator: Name = Field("drf", description="whose turn it is")
    ordering: Name = Field("fifo", description="which of a tenant's jobs")
    placement: Name = Field("best-fit", description="on which node")
    offer_ttl: PositiveDurationUs = Field(30_000_000, description="an offer not taken this long is withdrawn")
    decision_time: DurationUs = Field(0, description="how long the scheduler thinks about one job")
    estimates: Estimates = Field("history", description="run times from finished jobs of the label, or the true ones")


class PolicyOverride(Model):
    """Fields of `scheduling` that this policy changes."""

    allocator: Name | None = Field(None, description="as in `scheduling`")
    ordering: Name | None = Field(None, description="as in `scheduling`")
    placement: Name | None = Field(None, description="as in `scheduling`")
    offer_ttl: PositiveDurationUs | None = Field(None, description="as in `scheduling`")
    decision_time: DurationUs | None = Field(None, description="as in `scheduling`")
    estimates: Estimates | None = Field(None, description="as in `scheduling`")


class Scenario(Model):
    """One question, and all that is needed to answer it."""

    name: Name = Field(description="what reports call it")
    question: Text = Field("", description="what it is to answer")
    seed: Annotated[Whole, Field(ge=0, le=2**63 - 1)] = Field(1, description="root of all random streams")
    horizon: PositiveDurationUs | None = Field(
        None, description="jobs arrive until then; may be left out for a trace, which ends with its last arrival"
    )
    warm_up: DurationUs = Field(0, description="figures leave out what comes before")
    tenants: Annotated[dict[Name, Tenant], Field(min_length=1)] = Field(
        {"default": Tenant()}, description="name → who shares the fleet"
    )
    workload: WorkloadSpec = Field(description="where jobs come from")
    fleet: Fleet = Field(description="what they run on")
    scheduling: Scheduling = Field(Scheduling(), description="how they are placed")
    policies: dict[Name, PolicyOverride] = Field(
        {}, description="name → changes to `scheduling`; the same arrivals run once per entry"
    )
