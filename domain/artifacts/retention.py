"""Retention: how long an artifact is kept after its pipeline has ended."""

import msgspec

from domain.shared.units import DAY_US


class RetentionPolicy(msgspec.Struct, frozen=True, gc=False):
    """How long an artifact is kept after its pipeline has ended: `keep_us` microseconds, once promoted `promoted_us`.

    90 days is what GitHub keeps artifacts for by default (docs.github.com, 2026). Promoted ones stay for ever at 0.
    """

    keep_us: int = 90 * DAY_US
    promoted_us: int = 0

    def __post_init__(self) -> None:
        if min(self.keep_us, self.promoted_us) < 0:
            raise ValueError(f"nothing is kept for less than no time: {self}")

    def expires_at_us(self, promoted: bool, since_us: int) -> int:
        """When to expire; 0: never."""
        if promoted:
            return since_us + self.promoted_us if self.promoted_us else 0
        return since_us + self.keep_us
