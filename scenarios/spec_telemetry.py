"""What a scenario file may say about telemetry: objectives to watch over, and how much is kept of what is measured."""

from typing import Annotated, Literal

from pydantic import Field

from scenarios.draws import Model, Number, Whole
from scenarios.names import Name
from scenarios.quantities import DurationUs, PartsPerMillion, PositiveDurationUs

Indicator = Literal["queue_wait", "job_success", "infra_success", "pipeline_duration"]


class BurnAlert(Model):
    """Alert when the error budget burns too fast over both windows."""

    long: PositiveDurationUs = Field(description="the window that keeps a blip from alerting")
    short: PositiveDurationUs = Field(description="the window that ends the alert soon after the trouble")
    burn: Annotated[Number, Field(ge=0.001, le=1_000_000)] = Field(
        description="how many times as fast as it may; at 1 the budget lasts just the objective's window"
    )
    severity: Name = Field("page", description="what the alert is called by")
    hold: DurationUs = Field(0, description="it must burn so for this long before the alert fires")


class ObjectiveSpec(Model):
    """A service-level objective: which share of events is to be good."""

    indicator: Indicator = Field(description="which events count, and which of them are good")
    threshold: PositiveDurationUs | None = Field(
        None, description="the longest wait or duration that is good; for queue_wait and pipeline_duration"
    )
    target: PartsPerMillion = Field(description="the share of good events that is promised")
    window: PositiveDurationUs = Field(28 * 86_400_000_000, description="over which it is promised")
    tenant: Name | None = Field(None, description="only events of this tenant; left out: of all")
    label: Name | None = Field(None, description="only events of jobs of this label; left out: of all")
    alerts: tuple[BurnAlert, ...] | None = Field(
        None, description="left out: the four of the Site Reliability Workbook; an empty list: none"
    )
    least_events: Annotated[Whole, Field(ge=1, le=1_000_000)] = Field(
        10, description="no alert while fewer events are in its long window"
    )


class Telemetry(Model):
    """What is measured while the scenario runs, and what is promised about it."""

    objectives: dict[Name, ObjectiveSpec] = Field({}, description="name → what is promised")
    evaluate_every: PositiveDurationUs = Field(
        60_000_000, description="how often alerts are judged, and how finely their windows slide"
    )
    cardinality_limit: Annotated[Whole, Field(ge=2, le=1_000_000)] = Field(
        2_000, description="series per metric; further ones are counted together as otel.metric.overflow"
    )
