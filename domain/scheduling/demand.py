"""What the scheduler knows of a job: its shape, whose it is, and since when it waits."""

import msgspec

from domain.shared.ids import JobId
from domain.shared.requirements import NONE, Requirements
from domain.shared.resources import Resources


class Shape(msgspec.Struct, frozen=True):
    """What decides where a job can go: jobs of one shape are interchangeable for placement."""

    resources: Resources
    runs_on: tuple[str, ...]
    requirements: Requirements = NONE


NOTHING = Resources()
WAITING, OFFERED, PLACED, WITHDRAWN = range(4)


class Demand(msgspec.Struct):
    """One attempt of one job that wants a place.

    `sequence` is its place in the order of arrival over all tenants; `estimate_us` what it is expected to run for,
    0 when nothing is known; `pipeline` whose jobs it may want to be near. `stage` tells whether it waits, is on an
    offer, has its place, or was withdrawn. `deadline_us` (0: none) and `bottom_level_us`, how long the way to the end
    of its pipeline is expected to be, are known where the ordering asks for them.
    """

    job: JobId
    attempt: int
    tenant: int
    shape: int
    label: str
    queued_at_us: int
    sequence: int
    estimate_us: int = 0
    stage: int = WAITING
    pipeline: int = 0
    requirements: Requirements = NONE
    resources: Resources = NOTHING
    deadline_us: int = 0
    bottom_level_us: int = 0
