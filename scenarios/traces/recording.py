"""A recorded workload as columns: one entry per usable job, in order of arrival."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.workload import TraceReading

YEAR_2000_US = 946_684_800_000_000


@dataclass(frozen=True, slots=True)
class Recording:
    """Times and durations are µs; time 0 is the first usable arrival, `origin_us` on the clock of the trace.

    Rows are in order of `queued_us`, those of the same time as in the file. Codes index the tuples of names; −1 stands
    for no tenant or no pipeline.
    """

    reading: TraceReading
    origin_us: int  # since 1970 where the trace has dates, else since whatever its clock started at
    queued_us: NDArray[np.int64]
    started_us: NDArray[np.int64] | None  # None where the trace does not say
    duration_us: NDArray[np.int64]  # as recorded: 0 is possible
    label: NDArray[np.int32]
    tenant: NDArray[np.int32]
    pipeline: NDArray[np.int64]
    outcome: NDArray[np.int8]  # as in scenarios.workload
    labels: tuple[str, ...]
    tenants: tuple[str, ...]
    has_outcomes: bool
    processors: NDArray[np.int64] | None = None  # how many times the resources of its class a job takes; None: once
    estimate_us: NDArray[np.int64] | None = None  # what its user said that it would run for, where the trace says
    queue: NDArray[np.int32] | None = None  # what runners a job asked for, where the trace says
    queues: tuple[str, ...] = ()
    wait_known: NDArray[np.bool_] | None = None  # False: arrives when it started, for its wait is not known; None: all

    def __len__(self) -> int:
        return len(self.queued_us)

    @property
    def dated(self) -> bool:
        """Whether the clock of the trace is a calendar: it reads a day of this century."""
        return self.origin_us >= YEAR_2000_US

    @property
    def wait_us(self) -> NDArray[np.int64] | None:
        """Recorded queue waits, 0 where a job started before it was queued (clocks of two machines)."""
        return None if self.started_us is None else np.maximum(self.started_us - self.queued_us, 0)

    def known_wait_us(self, rows: slice | NDArray[np.int64] = slice(None)) -> NDArray[np.int64] | None:
        """Recorded queue waits of those of `rows` of which they are known; None where that is none."""
        waits = self.wait_us
        if waits is None:
            return None
        known = waits[rows] if self.wait_known is None else waits[rows][self.wait_known[rows]]
        return known if len(known) else None
