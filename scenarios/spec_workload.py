"""Where the jobs of a scenario come from: drawn at random, recorded, or written out."""

from typing import Annotated, Literal

from pydantic import Field

from scenarios.draws import Count, Distribution, Model, Number, OneOf, Whole
from scenarios.names import Name, Text
from scenarios.quantities import RatePerHour
from scenarios.spec_jobs import JobClass
from scenarios.spec_orchestration import JobTerms, Only, PipelineTerms, Triggers
from scenarios.spec_pipelines import PipelineTimes
from scenarios.spec_swf import Rows, Swf

Share = Annotated[Number, Field(ge=0, le=1_000_000)]
DayProfile = Annotated[tuple[Share, ...], Field(min_length=24, max_length=24)]
WeekProfile = Annotated[tuple[Share, ...], Field(min_length=168, max_length=168)]


class SyntheticJobClass(JobClass, JobTerms):
    """Jobs of one label in a generated pipeline."""

    duration: Distribution = Field(description="how long a job runs")
    count: Count = Field(Count(constant=1), description="how many of them a pipeline has")
    needs: tuple[Name, ...] = Field((), description="classes of the same pipeline whose jobs must all succeed first")
    failure_rate: Annotated[Number, Field(ge=0, le=1)] = Field(0.0, description="share of jobs that fail by themselves")
    failures: Literal["early", "late"] = Field(
        "early", description="failing jobs stop at a random part of their duration, or when all of it is done"
    )
    only: Only | None = Field(None, description="in which pipelines there are such jobs; left out: in all")
    share: Share | None = Field(None, description="with `batch`, instead of `count`: how many of its jobs, relatively")


class Pushes(Triggers):
    """How many pipelines arrive, and how the rate moves with the hour and the day. A run starts on Monday at 00:00."""

    rate: RatePerHour = Field(description="pipelines of all tenants together, on average over a whole week")
    profile: Literal["flat", "office-hours"] | DayProfile | WeekProfile = Field(
        "flat", description="how the rate moves: a name, or 24 relative numbers from hour 0, or 168 from that of Monday"
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
    batch: Count | None = Field(
        None, description="how many jobs of the classes with a `share` a pipeline has, each of one of them by chance"
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
    queue: ColumnKey | None = Field(None, description="what runners it asked for: its queue, or their labels")


TraceFormat = Literal[
    "firefox-dat", "bitcoin-core-ci", "swf", "github-jobs", "github-runs", "gitlab-jobs", "buildkite-builds",
    "vllm-buildkite", "pulumi-gha", "linkerd-gha", "csv", "json", "table",
]  # fmt: skip


class Trace(Model):
    """Recorded jobs, replayed as they came."""

    file: Text = Field(
        "", description="relative to the folder of the scenario file; left out: given with `--trace PATH`"
    )
    format: TraceFormat = Field(description="how the file is laid out; the last three need `columns` and `times`")
    swf: Swf | None = Field(None, description="for swf: how rows are cleaned; left out: as its defaults say")
    rows: Rows | None = Field(None, description="for swf: a window of the usable rows; left out: all of them")
    columns: Columns | None = Field(None, description="for csv, json and table: which column holds what")
    times: Literal["epoch_s", "epoch_ms", "iso8601"] | None = Field(
        None, description="how queued, started and finished are written"
    )
    duration_unit: Literal["us", "ms", "s", "min", "h"] | None = Field(None, description="unit of the duration column")
    default: JobClass = Field(description="what jobs ask for whose label is not under `jobs`")
    jobs: dict[Name, JobClass] = Field({}, description="label, or queue → what its jobs ask for; a label comes first")


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
