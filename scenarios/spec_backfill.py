"""What a scenario may say about jobs that do not fit: who waits for them, and when rounds are held."""

from typing import Literal

from pydantic import Field

from scenarios.draws import Model

Backfilling = Literal["none", "sticky", "easy", "conservative"]


class BackfillOptions(Model):
    """The details in which schedulers that are called by the same name differ."""

    head: Literal["each-round", "kept"] = Field(
        "each-round", description="the job that is waited for: whose turn it is, or, once found, the same until it fits"
    )
    reservation: Literal["each-round", "kept"] = Field(
        "each-round", description="easy: made anew each round, or once per job that is waited for"
    )
    end: Literal["by-reservation", "before-reservation"] = Field(
        "by-reservation", description="easy: when a job that goes ahead must have ended; at that time, or before it"
    )
    extra: Literal["all", "just-enough", "none"] = Field(
        "all",
        description="easy: what jobs that run on past the reservation may use: all that is free beside it then, what "
        "is free beside it once just enough jobs have ended, or nothing",
    )
    candidates: Literal["ordering", "arrival"] = Field(
        "ordering", description="in which order jobs are tried that may go ahead, or are given reservations"
    )


class Rounds(Model):
    """When the scheduler looks at what waits."""

    per: Literal["moment", "event"] = Field(
        "moment", description="once all that is due at a moment has happened, or after each thing that happens"
    )
    equal_times: Literal["as-asked", "arrivals-first", "ends-first"] = Field(
        "as-asked", description="what comes first of arrivals and ends of jobs that are due at the same moment"
    )
    on_arrival: Literal["always", "if-it-fits"] = Field(
        "always", description="with backfill: an arrival calls for a round, or only if that very job fits at once"
    )
    expected_ends: Literal["in-turn", "free-at-once"] = Field(
        "in-turn", description="per event: what ends exactly as estimated is free before all else at that moment"
    )
