"""The scenario file as typed data: every field a user may write, with its unit, default and meaning.

In a file, quantities are written with units; from Python, the same fields also take integers in base units.
What spans several fields is checked by `scenarios.semantics`, not here.
"""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from scenarios.draws import Count as Count
from scenarios.draws import CountLogNormal as CountLogNormal
from scenarios.draws import Distribution as Distribution
from scenarios.draws import Exponential as Exponential
from scenarios.draws import LogNormal as LogNormal
from scenarios.draws import Model, Number, OneOf, Whole
from scenarios.draws import Uniform as Uniform
from scenarios.draws import WeightedLogNormal as WeightedLogNormal
from scenarios.names import Name, Text
from scenarios.notations import ConstraintText, KeyText, TaintText, TolerationText, ValueText
from scenarios.presets import INSTANCES, RUNNERS, with_presets
from scenarios.quantities import (
    CpuMillis,
    DurationUs,
    GpuMillis,
    Mebibytes,
    PositiveDurationUs,
    PricePerHour,
    RatePerHour,
)
from scenarios.spec_artifacts import ArtifactUse, CacheUse, Stores
from scenarios.spec_orchestration import JobTerms, Only, PipelineTerms, Triggers
from scenarios.spec_pipelines import PipelineTimes
from scenarios.spec_policies import PolicyOverride as PolicyOverride
from scenarios.spec_policies import Scheduling as Scheduling
from scenarios.spec_scheduling import AffinityRule, DimensionWeights, PriorityStep, Quota, SpreadRule
from scenarios.spec_security import PoolTrust, Security
from scenarios.spec_swf import Rows, Swf
from scenarios.spec_telemetry import Telemetry
from scenarios.spec_thresholds import ThresholdTexts
from scenarios.spec_workers import (
    Architecture,
    Endpoint,
    Faults,
    MachineKind,
    Market,
    Scaling,
    Stopped,
    Warm,
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


class SyntheticJobClass(JobClass, JobTerms):
    """Jobs of one label in a generated pipeline."""

    duration: Distribution = Field(description="how long a job runs")
    count: Count = Field(Count(constant=1), description="how many of them a pipeline has")
    needs: tuple[Name, ...] = Field((), description="classes of the same pipeline whose jobs must all succeed first")
    failure_rate: Annotated[Number, Field(ge=0, le=1)] = Field(0.0, description="share of jobs that fail by themselves")
    only: Only | None = Field(None, description="in which pipelines there are such jobs; left out: in all")


class Pushes(Triggers):
    """How many pipelines arrive, and how the rate moves with the hour and the day. A run starts on Monday at 00:00."""

    rate: RatePerHour = Field(description="pipelines of all tenants together, on average over a whole week")
    profile: Literal["flat", "office-hours"] | Profile = Field(
        "flat", description="how the rate moves within a day: a name, or 24 relative numbers from hour 0"
    )
    weekend: Annotated[Number, Field(ge=0, le=10)] = Field(
        1.0, description="rate on Saturday and Sunday, relative to a weekday"
    )
    by_tenant: dict[Name, Share] | None = Field(None, description="relative shares of tenants; left out: all the same")


class Synthetic(PipelineTerms):
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
    format: Literal["firefox-dat", "bitcoin-core-ci", "swf", "csv", "json", "table"] = Field(
        description="how the file is laid out; the last three need `columns` and `times`"
    )
    swf: Swf | None = Field(None, description="for swf: how rows are cleaned; left out: as its defaults say")
    rows: Rows | None = Field(None, description="for swf: a window of the usable rows; left out: all of them")
    columns: Columns | None = Field(None, description="for csv, json and table: which column holds what")
    times: Literal["epoch_s", "epoch_ms", "iso8601"] | None = Field(
        None, description="how queued, started and finished are written"
    )
    duration_unit: Literal["us", "ms", "s", "min", "h"] | None = Field(None, description="unit of the duration column")
    default: JobClass = Field(description="what jobs ask for whose label is not under `jobs`")
    jobs: dict[Name, JobClass] = Field({}, description="label → what its jobs ask for")


class PipelineJob(JobClass, JobTerms):
    """One job of a pipeline that is written out; with a `matrix`, one per combination."""

    label: Name | None = Field(None, description="its class in reports and estimates; left out: its name")
    duration: Distribution = Field(description="how long it runs")
    needs: tuple[Name, ...] = Field((), description="jobs of this pipeline that must end first")
    failure_rate: Annotated[Number, Field(ge=0, le=1)] = Field(0.0, description="how often it fails by itself")


class ExplicitPipeline(PipelineTimes):
    """A pipeline that is written out job by job."""

    jobs: Annotated[dict[Name, PipelineJob], Field(min_length=1)] = Field(description="name → a job of it")


class WorkloadSpec(OneOf):
    """Where jobs come from: exactly one of the fields."""

    synthetic: Synthetic | None = Field(None, description="drawn at random")
    trace: Trace | None = Field(None, description="recorded")
    pipelines: Annotated[dict[Name, ExplicitPipeline], Field(min_length=1)] | None = Field(
        None, description="written out: name → a pipeline"
    )


class Tenant(Model):
    """Somebody who shares the fleet."""

    weight: Annotated[Whole, Field(ge=1, le=1000)] = Field(1, description="share of the fleet relative to others")
    quota: Quota | None = Field(None, description="what it may hold; left out: no limit, and nothing guaranteed")
    priority: PriorityStep = Field(0, description="for the allocator priority: higher first")
    weights: DimensionWeights | None = Field(
        None, description="per resource, for the allocator weighted-drf; left out: `weight` in all"
    )
    parent: Name | None = Field(
        None, description="name of the tenant that it is part of, for the allocator hierarchical-drf; left out: of none"
    )
    accepts: tuple[ConstraintText, ...] = Field(
        (), description="declines offers of nodes that do not satisfy these, which the scheduler does not know of"
    )


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
    image: Text = Field("", description="what it runs, for reports")
    image_pull: Distribution = Field(
        Distribution(constant=0), description="added to the first start on a node; later ones find the layers there"
    )
    start_timeout: PositiveDurationUs | None = Field(
        None, description="one that has not registered by then has failed, and its job queues again; left out: 10m"
    )
    max_lifetime: PositiveDurationUs | None = Field(
        None, description="reusable only: an older one takes no further job; left out: no limit"
    )
    time_to_live: DurationUs = Field(0, description="ephemeral only: how long it stays after its job")
    lease: PositiveDurationUs | None = Field(
        None, description="one whose heartbeats stop for so long has failed, and its job is lost; left out: 90s"
    )
    heartbeat: PositiveDurationUs = Field(15_000_000, description="how often it tells that it lives")


def _pool_schema(schema: dict[str, Any]) -> None:
    """`capacity` may be left out where `runner` or `instance` says it."""
    schema["required"] = [field for field in schema["required"] if field != "capacity"]


class Pool(Model):
    """Nodes that are all alike."""

    model_config = ConfigDict(json_schema_extra=_pool_schema)

    nodes: Nodes = Field(description="how many there are")
    capacity: JobResources = Field(description="what one node has")
    labels: tuple[Name, ...] = Field((), description="what jobs may ask for with `runs_on`")
    attributes: dict[KeyText, ValueText] = Field({}, description="key → value, for `constraints` and topologies")
    zones: tuple[ValueText, ...] = Field((), description="its nodes take turns in them: the attribute `zone`")
    taints: tuple[TaintText, ...] = Field((), description="which jobs its nodes repel that do not tolerate it")
    price: PricePerHour = Field(0, description="of one node")
    billing: Billing = Field(Billing(), description="what is paid for")
    node_boot: Distribution = Field(Distribution(constant=0), description="from ordering a node until it takes jobs")
    workers: Workers = Field(Workers(), description="the runner that a job gets")
    kind: MachineKind | None = Field(
        None, description="what its nodes are: fills in latencies and billing where they are left out"
    )
    runner: Literal[RUNNERS] | None = Field(  # type: ignore[valid-type]
        None, description="a GitHub-hosted runner: fills in its price and capacity"
    )
    instance: Literal[INSTANCES] | None = Field(  # type: ignore[valid-type]
        None, description="a type of EC2: fills in its price and capacity"
    )
    market: Market = Field("on-demand", description="spot machines are cheaper, and `faults.spot` takes them back")
    on_demand_price: PricePerHour | None = Field(None, description="of a spot node, to tell what was saved")
    architecture: Architecture = Field("x64", description="of its processors")
    one_job: bool = Field(False, description="a node serves one job, and goes")
    boot_timeout: PositiveDurationUs | None = Field(
        None, description="a node that has not come by then has failed, and is given back; left out: 10m"
    )
    stopped: Stopped | None = Field(None, description="nodes that are prepared and stopped")
    warm: Warm = Field(Warm(), description="idle nodes that are kept ready")
    scaling: Scaling = Field(Scaling(), description="how it follows demand between nodes.min and nodes.max")
    trust: PoolTrust = Field("trusted", description="whose code its nodes run, see `security`; any: everybody's")

    @model_validator(mode="before")
    @classmethod
    def preset(cls, value: object) -> object:
        return with_presets(value)


class Provider(Model):
    """Where nodes come from."""

    endpoint: Endpoint = Field(Endpoint(), description="how its interface is called")
    max_nodes: NodeCount | None = Field(None, description="quota over all its pools; left out: none")
    pools: Annotated[dict[Name, Pool], Field(min_length=1)] = Field(description="name → nodes that are alike")


class Fleet(Model):
    """All nodes that jobs may run on."""

    providers: Annotated[dict[Name, Provider], Field(min_length=1)] = Field(description="name → where nodes come from")


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
    security: Security | None = Field(None, description="who may do what; left out: everybody may do everything")
    faults: Faults | None = Field(None, description="what goes wrong; left out: nothing does")
    artifacts: Stores | None = Field(
        None, description="where artifacts, caches and images lie; left out: as its defaults say, where jobs use any"
    )
    policies: dict[Name, PolicyOverride] = Field(
        {}, description="name → changes to `scheduling`; the same arrivals run once per entry"
    )
    telemetry: Telemetry | None = Field(None, description="what is measured and promised; left out: nothing is")
    thresholds: ThresholdTexts = Field(
        (), description="what every policy has to meet, such as p95(wait{tenant=web}) < 120s; see docs/statistics.md"
    )
