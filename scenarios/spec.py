"""The scenario file as typed data: every field a user may write, with its unit, default and meaning.

In a file, quantities are written with units; from Python, the same fields also take integers in base units.
What spans several fields is checked by `scenarios.semantics`, not here.
"""

from typing import Annotated

from pydantic import Field

from scenarios.draws import Count as Count
from scenarios.draws import CountLogNormal as CountLogNormal
from scenarios.draws import Distribution as Distribution
from scenarios.draws import Exponential as Exponential
from scenarios.draws import LogNormal as LogNormal
from scenarios.draws import Model, Whole
from scenarios.draws import Uniform as Uniform
from scenarios.draws import WeightedLogNormal as WeightedLogNormal
from scenarios.names import Name, Text
from scenarios.notations import ConstraintText
from scenarios.quantities import DurationUs, PositiveDurationUs
from scenarios.spec_artifacts import Stores
from scenarios.spec_fleet import NODES_LIMIT as NODES_LIMIT
from scenarios.spec_fleet import Billing as Billing
from scenarios.spec_fleet import Fleet as Fleet
from scenarios.spec_fleet import Nodes as Nodes
from scenarios.spec_fleet import Pool as Pool
from scenarios.spec_fleet import Provider as Provider
from scenarios.spec_fleet import Workers as Workers
from scenarios.spec_jobs import JobClass as JobClass
from scenarios.spec_jobs import JobResources as JobResources
from scenarios.spec_policies import PolicyOverride as PolicyOverride
from scenarios.spec_policies import Scheduling as Scheduling
from scenarios.spec_scheduling import DimensionWeights, PriorityStep, Quota
from scenarios.spec_security import Security
from scenarios.spec_telemetry import Telemetry
from scenarios.spec_thresholds import ThresholdTexts
from scenarios.spec_workers import Faults
from scenarios.spec_workload import Columns as Columns
from scenarios.spec_workload import ExplicitPipeline as ExplicitPipeline
from scenarios.spec_workload import PipelineJob as PipelineJob
from scenarios.spec_workload import Pushes as Pushes
from scenarios.spec_workload import Synthetic as Synthetic
from scenarios.spec_workload import SyntheticJobClass as SyntheticJobClass
from scenarios.spec_workload import Trace as Trace
from scenarios.spec_workload import WorkloadSpec as WorkloadSpec


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
