"""What a scenario may say about pipelines: why they come, and on which terms their jobs run."""

from typing import Annotated, Literal

from pydantic import Field

from domain.orchestration.matrix import LARGEST
from domain.orchestration.terms import Condition, ProcessMode
from scenarios.draws import Distribution, Model, Number, Whole
from scenarios.names import Name
from scenarios.quantities import DurationUs, PositiveDurationUs

TriggerEvent = Literal["push", "pull_request", "schedule", "merge_group", "manual"]
Part = Annotated[Number, Field(ge=0, le=1)]
Weight = Annotated[Number, Field(ge=0, le=1_000_000)]
Scalar = bool | Annotated[Whole, Field(ge=-(10**15), le=10**15)] | Name
Retries = Annotated[Whole, Field(ge=0, le=100)]

EVENT_MIXES: dict[str, dict[str, float]] = {
    # Shares of triggers in open-source workflows (ICSE 2024): pull requests 50.7 %, pushes 30.9 %, schedules 15.5 %.
    # The rest is ours to name: manual.
    "open-source": {"pull_request": 50.7, "push": 30.9, "schedule": 15.5, "manual": 2.9},
}


class Triggers(Model):
    """Why pipelines come, from whom, and from which ref. Nothing is drawn for what is left out."""

    events: Literal["open-source"] | dict[TriggerEvent, Weight] | None = Field(
        None, description="relative shares of what starts pipelines, or a published mix; left out: all are pushes"
    )
    forks: Part = Field(0.0, description="share of pull requests that come from forks, whose code nobody trusts yet")
    users: Annotated[Whole, Field(ge=1, le=10_000)] | None = Field(
        None, description="people per tenant, called web-1, web-2, … after it; left out: the tenant acts itself"
    )
    branches: Annotated[Whole, Field(ge=1, le=10_000)] | None = Field(
        None, description="refs per tenant that pushes and pull requests go to; left out: all go to main"
    )


class Only(Model):
    """In which pipelines a class has jobs; elsewhere nothing waits for them."""

    events: tuple[TriggerEvent, ...] = Field((), description="only in pipelines of these events; left out: of any")
    refs: tuple[Name, ...] = Field((), description="only in those of these refs, main or branch-N; left out: of any")


class MatrixRule(Model):
    """One job for each combination of values."""

    axes: dict[Name, Annotated[tuple[Scalar, ...], Field(min_length=1, max_length=LARGEST)]] = Field(
        {}, description="axis → its values; every combination is a job"
    )
    include: Annotated[tuple[dict[Name, Scalar], ...], Field(max_length=LARGEST)] = Field(
        (), description="values added to the combinations that they do not contradict, or combinations of their own"
    )
    exclude: Annotated[tuple[dict[Name, Scalar], ...], Field(max_length=LARGEST)] = Field(
        (), description="combinations that are left out, named by some of their values"
    )


class BackOff(Model):
    """How long a job waits between attempts."""

    first: DurationUs = Field(10_000_000, description="after the first failure")
    factor: Annotated[Whole, Field(ge=1, le=100)] = Field(2, description="how much longer after each further one")
    longest: DurationUs = Field(600_000_000, description="never longer than this")


class Retry(Model):
    """How many further attempts follow failures of each cause."""

    user: Retries = Field(0, description="after failures of the job's own work")
    infra: Retries = Field(2, description="after failures of what it ran on")
    timeout: Retries = Field(0, description="after attempts that took too long")
    back_off: BackOff = Field(BackOff(), description="how long a job waits before each")


class ConcurrencyRule(Model):
    """At most one member of a group runs and one waits; a newer one takes the place of the one that waits."""

    group: Name = Field(description="its name within the tenant; {ref}, {event}, {actor}, {job}, … are filled in")
    cancel_in_progress: bool = Field(False, description="a newer one cancels the one that runs, too")


class ResourceGroupRule(Model):
    """At most one job of a group runs; all others wait."""

    group: Name = Field(description="its name within the tenant; {ref}, {event}, {actor}, {job}, … are filled in")
    mode: ProcessMode = Field("unordered", description="whose turn it is next")


class ApprovalRule(Model):
    """People must agree before a job may queue."""

    required: Annotated[Whole, Field(ge=1, le=100)] = Field(1, description="how many of them")
    answer: Distribution = Field(description="how long each takes to answer")
    refused: Part = Field(0.0, description="share of answers that are no: the job is cancelled")
    expires: PositiveDurationUs = Field(30 * 86_400_000_000, description="a job without an answer by then is cancelled")


class StepRule(Model):
    """One step of a job."""

    share: Annotated[Whole, Field(ge=1, le=1_000_000)] = Field(1, description="of the duration, relative to the others")
    timeout: PositiveDurationUs | None = Field(None, description="a step that takes longer ends the attempt")


class JobTerms(Model):
    """On which terms jobs of a class run, besides what they need."""

    matrix: MatrixRule | None = Field(None, description="one job per combination, instead of `count`")
    fail_fast: bool | None = Field(
        None, description="the first failure cancels the class's other jobs; left out: yes with a matrix, else no"
    )
    max_parallel: Annotated[Whole, Field(ge=1, le=100_000)] | None = Field(
        None, description="how many of the class's jobs of one pipeline are queued or run at once; left out: all"
    )
    condition: Condition = Field("success", description="how what it needs must have ended")
    allow_failure: bool = Field(False, description="its failure counts as success")
    retry: Retry = Field(Retry(), description="how often it is tried again")
    concurrency: ConcurrencyRule | None = Field(None, description="the group of which one job runs and one waits")
    resource_group: ResourceGroupRule | None = Field(None, description="the group of which one job runs at a time")
    approval: ApprovalRule | None = Field(None, description="who must agree first; left out: nobody")
    steps: Annotated[dict[Name, StepRule], Field(max_length=1000)] = Field(
        {}, description="name → a part of its work, in order; left out: it is not divided"
    )


class MergeQueueRule(Model):
    """Changes are merged in order, each tested on top of those ahead: one pipeline of event merge_group per batch."""

    batch_size: Annotated[Whole, Field(ge=1, le=100)] = Field(
        1, description="changes tested together; a batch that fails is halved until the culprit is found"
    )
    depth: Annotated[Whole, Field(ge=1, le=100)] = Field(
        1, description="batches tested at once; all but the first bet on those ahead"
    )


class PipelineTerms(Model):
    """On which terms whole pipelines run."""

    concurrency: ConcurrencyRule | None = Field(None, description="the group of which one pipeline runs and one waits")
    auto_cancel: Literal["conservative", "interruptible"] | None = Field(
        None, description="what a newer pipeline of the same event and ref does to an older one; left out: nothing"
    )
    merge_queue: MergeQueueRule | None = Field(
        None, description="how changes are merged; left out: a merge_group is a pipeline like any other"
    )
