"""Who schedules: the named coordination models, and what each of several schedulers is like."""

import msgspec

from domain.shared.resources import Resources

MONOLITHIC, TWO_LEVEL, SHARED_STATE, PARTITIONED = "monolithic", "two-level", "shared-state", "partitioned"
MODELS = (MONOLITHIC, TWO_LEVEL, SHARED_STATE, PARTITIONED)


class Desk(msgspec.Struct, frozen=True):
    """One of several schedulers: its name, whose jobs it decides on, and how long (µs) it thinks about them.

    About a batch it thinks the sum, over its jobs, of `per_job_us` and of `per_task_us` for each place a job needs.
    """

    name: str
    tenants: tuple[int, ...]
    per_job_us: int = 0
    per_task_us: int = 0


class Coordination(msgspec.Struct, frozen=True):
    """How the schedulers get along.

    `batch`: on so many jobs each decides at once. `gang`: a batch commits whole or not at all. `coarse`: a claim
    conflicts with any change of its node, not only with one that leaves no room. `refresh_us`: a snapshot may get so
    old; 0: a scheduler looks anew before every batch. `round_robin`: nodes are handed out in turn, not to whoever
    holds the smallest share. `slice`: at most so much of a node is handed out at a time.
    """

    model: str
    desks: tuple[Desk, ...]
    batch: int = 1
    gang: bool = False
    coarse: bool = False
    refresh_us: int = 0
    round_robin: bool = False
    slice: Resources | None = None
