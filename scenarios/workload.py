"""What a workload is to the simulation: pipelines in order of arrival, and what will really happen to their jobs."""

from collections.abc import Iterator
from typing import Protocol

import msgspec

from domain.orchestration.specs import PipelineSpec
from domain.shared.triggers import PUSH, Trigger

SUCCEEDED, FAILED, CANCELLED = 0, 1, 2
"""How a job would end if nothing but its own work decided."""


class Arrival(msgspec.Struct, frozen=True):
    """One pipeline submitted at `at_us` (microseconds since the start of the run) by `tenant`.

    `durations_us[i]` and `outcomes[i]` belong to `spec.jobs[i]`. They are the truth that only the simulated
    world knows: nothing in `domain` may look at them, except through what it could observe.
    `estimates_us`, where the workload knows them, are what users said their jobs would run for: schedulers may know.
    `spec` objects are shared between arrivals of the same shape.
    """

    at_us: int
    tenant: str
    spec: PipelineSpec
    durations_us: tuple[int, ...]
    outcomes: tuple[int, ...]
    trigger: Trigger = PUSH
    estimates_us: tuple[int, ...] = ()


class RefusedRows(msgspec.Struct, frozen=True, omit_defaults=True):
    """Rows of a trace that could not be used: how many, why, and where the first one stands.

    `first_place` says that in words where a line does not: of jobs in pages of JSON, whose `first_line` counts jobs.
    """

    reason: str
    count: int
    first_line: int
    first_place: str = ""


class TraceReading(msgspec.Struct, frozen=True):
    """What became of a recorded trace: rows read, rows used, and the rest by reason."""

    path: str
    rows: int
    used: int
    refused: tuple[RefusedRows, ...] = ()
    notes: tuple[str, ...] = ()


class Workload(Protocol):
    """A stream of arrivals that never goes back in time.

    `arrivals()` may be called again and gives the same arrivals each time: policies are compared on the same load.
    """

    reading: TraceReading | None
    horizon_us: int
    """Arrivals stop here: the scenario's horizon, or just after a trace's last arrival."""

    def arrivals(self) -> Iterator[Arrival]:
        """Arrivals by rising `at_us`, all below the scenario's horizon, made as they are asked for."""
        ...
