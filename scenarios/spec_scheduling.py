"""What a scenario may say about places and shares: rules of jobs, traits of pools, quotas of tenants."""

from typing import Annotated, Literal

from pydantic import Field

from scenarios.draws import Model, Whole
from scenarios.notations import KeyText, NearText
from scenarios.quantities import CpuMillis, DurationUs, GpuMillis, Mebibytes, PositiveDurationUs

Weight = Annotated[Whole, Field(ge=1, le=1000)]
PriorityStep = Annotated[Whole, Field(ge=-1000, le=1_000_000)]


class AffinityRule(Model):
    """A job wants to be near something, or away from it, judged once, when it is placed."""

    to: NearText = Field(description="what: jobs of a label, of the own pipeline or tenant, of a tenant, or a cache")
    topology: KeyText = Field("node", description="near means the same value of this attribute; node: the same node")
    anti: bool = Field(False, description="away from it instead")
    weight: Annotated[Whole, Field(ge=0, le=100)] = Field(
        0, description="a preference of this weight; 0: a rule, the job waits until it holds"
    )


class SpreadRule(Model):
    """Jobs of one class are spread evenly over the places of a topology."""

    topology: KeyText = Field(description="attribute whose values are the places; node: every node is one")
    max_skew: Annotated[Whole, Field(ge=1, le=10_000)] = Field(
        1, description="how many jobs more a place may have than the place with the fewest"
    )
    hard: bool = Field(True, description="a rule, the job waits until it holds; no: a preference")


class Holdings(Model):
    """Amounts of a tenant's jobs together; what is left out is not limited."""

    cpu: CpuMillis | None = Field(None, description="processors")
    memory: Mebibytes | None = Field(None, description="main memory")
    disk: Mebibytes | None = Field(None, description="local disk")
    gpu: GpuMillis | None = Field(None, description="graphics processors")
    jobs: Annotated[Whole, Field(ge=0, le=10_000_000)] | None = Field(None, description="jobs that have a place")


class DimensionWeights(Model):
    """What weighs for a tenant in each dimension, for the allocator weighted-drf; left out: its `weight`."""

    cpu: Weight | None = Field(None, description="share of processors relative to others")
    memory: Weight | None = Field(None, description="share of main memory")
    disk: Weight | None = Field(None, description="share of local disk")
    gpu: Weight | None = Field(None, description="share of graphics processors")


class Burst(Model):
    """For a while a tenant may hold more than usual, and then has to cool down."""

    above: Holdings = Field(description="what it usually may hold")
    lasts: PositiveDurationUs = Field(description="how long it may hold more, up to `hard`, at a time")
    cool_down: PositiveDurationUs = Field(
        description="how long it then starts nothing above that; longer while it still holds more"
    )


class Quota(Model):
    """What a tenant may hold of the fleet."""

    hard: Holdings | None = Field(None, description="never more than this; left out: no limit")
    guarantee: Holdings | None = Field(
        None,
        description="for jobs within this, interruptible work that others hold above theirs is taken back; "
        "left out: nothing is guaranteed",
    )
    borrow: bool = Field(True, description="may hold more than its guarantee while nobody is owed his")
    burst: Burst | None = Field(None, description="more than usual, for a while; left out: no such limit")


class NodeSampling(Model):
    """A scheduler that looks at some nodes only: at the first with room for the job, until they are enough."""

    percent: Annotated[Whole, Field(ge=0, le=100)] | Literal["adaptive"] = Field(
        "adaptive", description="of all nodes; adaptive: 50 less 1 for every 125 nodes, 5 at least"
    )
    at_least: Annotated[Whole, Field(ge=1, le=100_000)] = Field(100, description="nodes, where that is more")
    order: Literal["rotation", "random"] = Field(
        "rotation", description="on from where the last search ended, so that every node has its turn; or at random"
    )


class Preemption(Model):
    """Whether running jobs make way for waiting ones of higher priority that no node has room for."""

    rule: Literal["never", "interruptible", "priority"] = Field(
        "never", description="which jobs may be stopped: none, interruptible ones of lower priority, all of lower"
    )
    grace: DurationUs = Field(30_000_000, description="how long a job that is to be stopped may go on")
