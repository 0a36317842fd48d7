"""What only the simulated world knows of the jobs that are alive: how long each really takes and how it really ends."""

from domain.shared.ids import JobId

Truth = dict[JobId, tuple[int, int]]
"""job → (duration in µs, outcome as in `scenarios.workload`)."""
