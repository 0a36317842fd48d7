"""What a scenario may say about a log in the Standard Workload Format: how rows are cleaned, and which are replayed."""

from typing import Annotated, Literal

from pydantic import Field

from scenarios.draws import Model, Whole
from scenarios.quantities import PositiveDurationUs


class Rows(Model):
    """A window of the rows that can be used, after cleaning, in the order that `swf.order` says."""

    first: Annotated[Whole, Field(ge=0, le=100_000_000)] = Field(0, description="how many rows come before it")
    count: Annotated[Whole, Field(ge=1, le=100_000_000)] | None = Field(
        None, description="how many rows it has; left out: all that follow"
    )


class Swf(Model):
    """How the rows of a log are read; published results differ in this more than in the scheduling."""

    processors: Literal["requested", "allocated", "larger"] = Field(
        "requested",
        description="what a job takes: as requested or as allocated, or where a row has no such number the other one; "
        "or the larger of both",
    )
    max_processors: Annotated[Whole, Field(ge=1, le=10_000_000)] | None = Field(
        None, description="rows that request, or were allocated, more are left out; left out: none are"
    )
    runtime: Literal["recorded", "at-most-estimate"] = Field(
        "recorded", description="how long a job runs; the second cuts it at its estimate"
    )
    zero_runtime: Literal["keep", "drop"] = Field("drop", description="what becomes of rows with a run time of 0")
    negative_runtime: PositiveDurationUs | None = Field(
        None, description="what a negative run time is taken for; left out: such rows are left out"
    )
    missing_estimate: Literal["runtime", "drop"] = Field(
        "runtime", description="what becomes of rows without a requested time: the run time is it, or they are left out"
    )
    places: Literal["one", "gang"] = Field(
        "one",
        description="a job takes all its processors of one node, or a place per processor, where there is room",
    )
    order: Literal["submit", "job"] = Field("submit", description="of the rows, before the window is cut out")
    clock: Literal["first-arrival", "log"] = Field(
        "first-arrival", description="time 0 of the run: the first arrival, or that of the log"
    )
