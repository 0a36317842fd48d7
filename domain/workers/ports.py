"""What Worker Management needs of the world outside, split small so that each adapter offers only what it can."""

from typing import Protocol

from domain.shared.ids import NodeId
from domain.shared.refusals import Refused


class Lifecycle(Protocol):
    """Makes machines come and go. The answer to `start` is the provider's: it took the order, or refused it."""

    def start(self, now: int, pool: str) -> Refused | None: ...

    def stop(self, now: int, pool: str) -> None: ...


class Capacity(Protocol):
    """How many more machines a provider would start; None: it sets no limit. `Provider` is one."""

    @property
    def quota_left(self) -> int | None: ...


class Cost(Protocol):
    """What a machine of a pool costs when it was used for `time_us`, in micro-dollars."""

    def charge_udollars(self, pool: str, time_us: int) -> int: ...


class Health(Protocol):
    """Whether a provider's interface answers just now."""

    def answers(self, now: int, provider: str) -> bool: ...


class MachineEvents(Protocol):
    """Where a provider's own news of its machines goes: late, twice or out of order, as networks have it."""

    def booted(self, now: int, id: NodeId) -> None: ...

    def failed(self, now: int, id: NodeId, cause: str, comes_back: bool = False) -> None: ...

    def leaving(self, now: int, id: NodeId, cause: str, gone_at_us: int, comes_back: bool = False) -> None: ...


class Obliging:
    """A provider that takes every order at once: the adapter where nothing is known to go wrong."""

    def start(self, now: int, pool: str) -> Refused | None:
        return None

    def stop(self, now: int, pool: str) -> None:
        return None


def no_jitter() -> int:
    return 0
