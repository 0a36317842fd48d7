"""What an allocator may know of a tenant: the books that are kept of whoever waits for a turn."""

import msgspec

Four = tuple[int, int, int, int]


class Account(msgspec.Struct):
    """Its weight, what it holds, and the arrival sequence of its next job: always up to date.

    What follows is kept only for the allocators that say so (`domain/scheduling/turntaking`): how many jobs hold a
    place, its priority and since when it waits for a turn, the virtual times of its next job, the number of the last
    turn that it had, what weighs for it in each dimension, and what is guaranteed to it (the fifth: jobs).
    """

    weight: int
    head_sequence: int = 0
    cpu_millis: int = 0
    memory_mib: int = 0
    disk_mib: int = 0
    gpu_millis: int = 0
    running: int = 0
    priority: int = 0
    since_us: int = 0
    ageing_us: int = 0  # how long it waits to count as one priority more; 0: never
    start_tag: int = 0
    finish_tag: int = 0
    served: int = 0
    weights: Four = (1, 1, 1, 1)
    guarantee: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)


class Standing(msgspec.Struct, frozen=True):
    """What a tenant is among the others: read once, when the run begins. `parent` is the tenant that it is part of."""

    priority: int = 0
    parent: str = ""
    weights: Four | None = None  # per dimension; None: the tenant's one weight in all


EQUAL = Standing()
