"""What a scenario file may say about numbers drawn at random: durations and counts, and what all its models share."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, Strict, model_validator
from pydantic_core import PydanticCustomError

from scenarios.quantities import DurationUs, PositiveDurationUs

Whole = Annotated[int, Strict()]
Number = Annotated[FiniteFloat, Strict()]
Sigma = Annotated[Number, Field(ge=0, le=5, description="σ of the logarithm")]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OneOf(Model):
    """A model of which exactly one field is given."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    @model_validator(mode="after")
    def exactly_one(self) -> Self:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            words = {"found": " and ".join(given) or "none", "allowed": ", ".join(type(self).model_fields)}
            raise PydanticCustomError("rule", "found {found}, allowed: exactly one of {allowed}", words)
        return self


def _short_for(field: str, kind: type) -> Any:
    """A validator that reads a bare value of `kind` as a mapping with this one field."""

    def lengthen(value: object) -> object:
        return {field: value} if type(value) is kind else value

    return model_validator(mode="before")(lengthen)


class LogNormal(Model):
    """exp(N(ln median, sigma²)); its p50 is `median`, its mean median·exp(sigma²/2)."""

    median: PositiveDurationUs = Field(description="half of the draws are below")
    sigma: Sigma


class Exponential(Model):
    """Memoryless, with this mean."""

    mean: PositiveDurationUs = Field(description="the mean")


class Uniform(Model):
    """Every value from `low` to `high` alike."""

    low: DurationUs = Field(description="the shortest")
    high: DurationUs = Field(description="the longest")


class WeightedLogNormal(LogNormal):
    """One part of a mixture."""

    weight: Annotated[Number, Field(gt=0, le=1_000_000)] = Field(description="how often, relative to the other parts")


class Empirical(Model):
    """As recorded: between the given quantiles all values alike."""

    quantiles: Annotated[tuple[DurationUs, ...], Field(min_length=2, max_length=1001)] = Field(
        description="rising, of equal steps in probability: the first is the shortest, the last the longest"
    )


class Distribution(OneOf):
    """How long something takes: exactly one of the fields; a bare duration such as `30s` is short for `constant`."""

    constant: DurationUs | None = Field(None, description="always the same")
    exponential: Exponential | None = Field(None, description="memoryless")
    uniform: Uniform | None = Field(None, description="all values alike")
    lognormal: LogNormal | None = Field(None, description="one hump with a long tail")
    mixture: Annotated[tuple[WeightedLogNormal, ...], Field(min_length=1)] | None = Field(
        None, description="lognormals, each chosen with its weight"
    )
    empirical: Empirical | None = Field(None, description="as recorded, by its quantiles")

    _short = _short_for("constant", str)


class CountLogNormal(Model):
    """max(1, round(LogN(median, sigma))), capped at `max`."""

    median: Annotated[Number, Field(gt=0, le=100_000)] = Field(
        description="half of the draws are below, before rounding"
    )
    sigma: Sigma
    max: Annotated[Whole, Field(ge=1, le=100_000)] = Field(2000, description="larger draws become this")


class Weighted(Model):
    """One of these numbers, each chosen with its weight."""

    values: Annotated[tuple[Annotated[Whole, Field(ge=0, le=100_000)], ...], Field(min_length=1, max_length=1000)] = (
        Field(description="the numbers")
    )
    weights: Annotated[tuple[Annotated[Number, Field(gt=0, le=1e12)], ...], Field(min_length=1, max_length=1000)] = (
        Field(description="as many: how often, relative to the others")
    )


class Count(OneOf):
    """How many jobs of a class a pipeline has: exactly one of the fields; a bare number is short for `constant`."""

    constant: Annotated[Whole, Field(ge=0, le=100_000)] | None = Field(None, description="always the same")
    lognormal: CountLogNormal | None = Field(None, description="heavy-tailed batches")
    weighted: Weighted | None = Field(None, description="as recorded: numbers and how often")

    _short = _short_for("constant", int)
