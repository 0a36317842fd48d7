"""A machine, and the book of its pool: what Worker Management keeps in mind between order and return."""

import msgspec

from domain.shared.ids import NodeId
from domain.workers.providers import PoolSpec

NOT_IDLE = -1


class Book(msgspec.Struct, eq=False):
    """What is known of a pool beyond its machines: counts, the least it should have, and when it last grew (µs)."""

    floor: int
    ordered: int = 0  # ever; also whose turn it is among the zones
    idle: int = 0
    idle_us: int = 0  # of machines that are not idle now
    stopped: int = 0  # prepared machines that only need to be started
    grew_at_us: int = -(1 << 60)


class Machine(msgspec.Struct, eq=False):
    """One machine: its pool, whether it has booted, how many jobs are on it, and since when (µs) there are none.

    `up` is false while it takes no work: it is about to leave, or `down` and will come back. Then it is never idle.
    """

    id: NodeId
    pool: PoolSpec
    book: Book
    zone: str = ""
    resumed: bool = False  # started from a prepared one
    ready: bool = False
    up: bool = True
    down: bool = False
    jobs: int = 0
    idle_since_us: int = NOT_IDLE
    turns: int = 0  # how often it failed, was leaving or recovered

    def next_turn(self) -> int:
        self.turns += 1
        return self.turns - 1
