"""What the jobs of a scenario run on: providers, their pools, nodes, workers, and what is paid for them."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from scenarios.draws import Distribution, Model, Whole
from scenarios.names import Name, Text
from scenarios.notations import KeyText, TaintText, ValueText
from scenarios.presets import INSTANCES, RUNNERS, with_presets
from scenarios.quantities import DurationUs, PositiveDurationUs, PricePerHour
from scenarios.spec_jobs import JobResources
from scenarios.spec_security import PoolTrust
from scenarios.spec_workers import Architecture, Endpoint, MachineKind, Market, Scaling, Stopped, Warm

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
