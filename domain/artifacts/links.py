"""Links: how long it takes to move bytes to and from a store."""

import msgspec

from domain.shared.units import SECOND_US


class Link(msgspec.Struct, frozen=True, gc=False):
    """A transfer waits `latency_us` and then gets `bytes_per_s` for itself, however many there are at once."""

    bytes_per_s: int
    latency_us: int = 0

    def __post_init__(self) -> None:
        if self.bytes_per_s <= 0 or self.latency_us < 0:
            raise ValueError(f"a link moves bytes and never takes less than no time: {self}")

    def transfer_us(self, size_bytes: int) -> int:
        """How long `size_bytes` take, rounded up; nothing takes no time at all."""
        if not size_bytes:
            return 0
        return self.latency_us + -(-size_bytes * SECOND_US // self.bytes_per_s)
