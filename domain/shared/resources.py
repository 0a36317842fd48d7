"""A vector of what a job asks for and what a node has."""

from typing import Self

import msgspec

DIMENSIONS = ("cpu_millis", "memory_mib", "disk_mib", "gpu_millis")


class Resources(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Amounts per dimension: thousandths of a CPU, mebibytes, mebibytes, thousandths of a GPU; never negative."""

    cpu_millis: int = 0
    memory_mib: int = 0
    disk_mib: int = 0
    gpu_millis: int = 0

    def __post_init__(self) -> None:
        if self.cpu_millis < 0 or self.memory_mib < 0 or self.disk_mib < 0 or self.gpu_millis < 0:
            raise ValueError(f"resources are never negative: {self}")

    def as_tuple(self) -> tuple[int, int, int, int]:
        return (self.cpu_millis, self.memory_mib, self.disk_mib, self.gpu_millis)

    def __add__(self, other: Self) -> "Resources":
        return Resources(*(a + b for a, b in zip(self.as_tuple(), other.as_tuple(), strict=True)))

    def __sub__(self, other: Self) -> "Resources":
        """Raises ValueError when a dimension would become negative."""
        return Resources(*(a - b for a, b in zip(self.as_tuple(), other.as_tuple(), strict=True)))

    def __mul__(self, times: int) -> "Resources":
        return Resources(*(a * times for a in self.as_tuple()))

    def fits_in(self, room: Self) -> bool:
        return all(a <= b for a, b in zip(self.as_tuple(), room.as_tuple(), strict=True))
