"""Chance around artifacts: when dependencies change, and whether an upload has new content."""

from array import array
from bisect import bisect_right
from collections.abc import Callable

import numpy as np

from domain.shared.units import HOUR_US

Stream = Callable[[str, str], np.random.Generator]
_BLOCK = 512


class LockChanges:
    """How often each tenant's lock file of a cache had changed by some time: a Poisson process of its own for each.

    It depends on nothing that a policy decides, so that all of them meet the same keys.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._sources: dict[tuple[str, str], tuple[array[int], np.random.Generator]] = {}

    def version(self, tenant: str, cache: str, per_hour: float, at_us: int) -> int:
        if not per_hour:
            return 0
        source = self._sources.get((tenant, cache))
        if source is None:
            source = (array("q", [0]), self._stream(f"cache/{tenant}/{cache}", "lock-changes"))
            self._sources[tenant, cache] = source
        times, generator = source
        while times[-1] <= at_us:
            gaps = generator.standard_exponential(_BLOCK) * (HOUR_US / per_hour)
            times.extend((times[-1] + np.cumsum(np.maximum(np.rint(gaps), 1).astype(np.int64))).tolist())
        return bisect_right(times, at_us) - 1


def luck_by_job(generator: np.random.Generator) -> Callable[[int], float]:
    """A number in [0, 1) for each job, whatever the order in which they ask."""
    drawn = array("d")

    def luck(job: int) -> float:
        while job >= len(drawn):
            drawn.frombytes(generator.random(_BLOCK).tobytes())
        return drawn[job]

    return luck
