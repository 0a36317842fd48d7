"""What a scenario may say about pipelines that are written out: when each comes, whose it is, and why it comes."""

from typing import Annotated, Literal

from pydantic import Field

from scenarios.draws import Model, Whole
from scenarios.names import Name, Text
from scenarios.quantities import DurationUs, PositiveDurationUs
from scenarios.spec_orchestration import ConcurrencyRule, PipelineTerms, TriggerEvent

MOST_TIMES = 10_000


class TriggerRule(Model):
    """Why a pipeline comes, and from whom."""

    event: TriggerEvent = Field("push", description="what starts it")
    actor: Text = Field("", description="a user of the tenant; left out: the tenant itself")
    ref: Name = Field("main", description="the branch or tag that it is about")
    fork: bool = Field(False, description="it comes from a fork: nobody with rights here has seen its code")


class PipelineTimes(Model):
    """When a pipeline comes, whose it is, and on which terms the whole of it runs."""

    at: Annotated[tuple[DurationUs, ...], Field(max_length=MOST_TIMES)] = Field(
        (), description="times at which it comes; left out: once, at the start"
    )
    every: PositiveDurationUs | None = Field(None, description="it comes at the start, and again and again")
    count: Annotated[Whole, Field(ge=1, le=100_000)] = Field(1, description="how many of it come each time")
    tenant: Name | None = Field(None, description="whose it is; left out: the first tenant's")
    trigger: TriggerRule = Field(TriggerRule(), description="why it comes")
    concurrency: ConcurrencyRule | None = Field(None, description="the group of which one pipeline runs and one waits")

    auto_cancel: Literal["conservative", "interruptible"] | None = Field(
        None, description="what a newer pipeline of the same event and ref does to an older one; left out: nothing"
    )

    def terms(self) -> PipelineTerms:
        return PipelineTerms(concurrency=self.concurrency, auto_cancel=self.auto_cancel)
