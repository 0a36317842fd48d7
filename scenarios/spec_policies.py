"""How a scenario says that jobs are placed: the choices of the scheduler, and what each policy changes of them."""

from typing import Literal

from pydantic import Field

from scenarios.draws import Model
from scenarios.names import Name
from scenarios.quantities import DurationUs, PositiveDurationUs
from scenarios.spec_backfill import Backfilling, BackfillOptions, Rounds
from scenarios.spec_coordination import (
    BatchSize,
    Commit,
    Conflicts,
    CoordinationModel,
    Decision,
    HandOut,
    Schedulers,
    Slice,
    Snapshot,
)
from scenarios.spec_scheduling import NodeSampling, Preemption

Estimates = Literal["history", "exact", "requested"]
SearchPath = Literal["readable", "compiled", "auto"]


class Scheduling(Model):
    """How the scheduler decides."""

    allocator: Name = Field("drf", description="whose turn it is")
    ordering: Name = Field("fifo", description="which of a tenant's jobs")
    placement: Name = Field("best-fit", description="on which node")
    offer_ttl: PositiveDurationUs = Field(30_000_000, description="an offer not taken this long is withdrawn")
    claim_lease: PositiveDurationUs | None = Field(
        None, description="a claim not decided this long expires, before its offer does; left out: with its offer"
    )
    decline_window: PositiveDurationUs = Field(
        5_000_000, description="a node that a tenant declined is not offered to it for such a job for so long"
    )
    reclaim_grace: DurationUs = Field(
        30_000_000, description="how long borrowed work may go on when its owner's guarantee needs the room"
    )
    ageing: PositiveDurationUs | None = Field(
        None, description="for priority: waiting this long counts as one step more; left out: no waiting does"
    )
    decision_time: DurationUs = Field(0, description="how long the scheduler thinks about one job")
    estimates: Estimates = Field(
        "history", description="run times from finished jobs of the label, the true ones, or those that users requested"
    )
    backfill: Backfilling = Field("none", description="who may go ahead of a job that does not fit, see docs")
    backfill_options: BackfillOptions = Field(BackfillOptions(), description="how exactly")
    rounds: Rounds = Field(Rounds(), description="when it decides")
    sampling: NodeSampling | None = Field(None, description="nodes looked at for one job; left out: all")
    path: SearchPath = Field("auto", description="how nodes are found, never which; auto: compiled for large fleets")
    preemption: Preemption | None = Field(None, description="when running jobs are stopped for others; left out: never")
    coordination: CoordinationModel | None = Field(
        None, description="how several schedulers share the fleet; left out: monolithic, there is one"
    )
    schedulers: Schedulers | None = Field(
        None, description="how many, which take tenants in turn, or name → one of them; left out: one"
    )
    decision: Decision | None = Field(
        None, description="how long a scheduler thinks, instead of `decision_time`; left out: not at all"
    )
    batch: BatchSize | None = Field(
        None, description="several schedulers: jobs that one decides on at once; left out: 1"
    )
    commit: Commit | None = Field(
        None, description="a batch commits as far as it can, or whole or not at all; left out: incremental"
    )
    conflicts: Conflicts | None = Field(
        None, description="shared-state: a claim fails without room (fine, as where left out), or on any change"
    )
    snapshot: Snapshot | None = Field(None, description="shared-state: how old what a scheduler sees may be")
    turn: HandOut | None = Field(
        None, description="two-level: who is offered a node first; left out: drf, whoever holds the smallest share"
    )
    slice: Slice | None = Field(None, description="two-level: what is offered of a node at a time; left out: all")


class PolicyOverride(Model):
    """Fields of `scheduling` that this policy changes."""

    allocator: Name | None = Field(None, description="as in `scheduling`")
    ordering: Name | None = Field(None, description="as in `scheduling`")
    placement: Name | None = Field(None, description="as in `scheduling`")
    offer_ttl: PositiveDurationUs | None = Field(None, description="as in `scheduling`")
    claim_lease: PositiveDurationUs | None = Field(None, description="as in `scheduling`")
    decline_window: PositiveDurationUs | None = Field(None, description="as in `scheduling`")
    reclaim_grace: DurationUs | None = Field(None, description="as in `scheduling`")
    ageing: PositiveDurationUs | None = Field(None, description="as in `scheduling`")
    decision_time: DurationUs | None = Field(None, description="as in `scheduling`")
    estimates: Estimates | None = Field(None, description="as in `scheduling`")
    backfill: Backfilling | None = Field(None, description="as in `scheduling`")
    backfill_options: BackfillOptions | None = Field(None, description="as in `scheduling`")
    rounds: Rounds | None = Field(None, description="as in `scheduling`")
    sampling: NodeSampling | None = Field(None, description="as in `scheduling`")
    path: SearchPath | None = Field(None, description="as in `scheduling`")
    preemption: Preemption | None = Field(None, description="as in `scheduling`")
    coordination: CoordinationModel | None = Field(None, description="as in `scheduling`")
    schedulers: Schedulers | None = Field(None, description="as in `scheduling`")
    decision: Decision | None = Field(None, description="as in `scheduling`")
    batch: BatchSize | None = Field(None, description="as in `scheduling`")
    commit: Commit | None = Field(None, description="as in `scheduling`")
    conflicts: Conflicts | None = Field(None, description="as in `scheduling`")
    snapshot: Snapshot | None = Field(None, description="as in `scheduling`")
    turn: HandOut | None = Field(None, description="as in `scheduling`")
    slice: Slice | None = Field(None, description="as in `scheduling`")
