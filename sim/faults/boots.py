"""Boots that fail or take long: a source of boot times with faults mixed in."""

from collections.abc import Callable

from scenarios.spec_workers import Boots
from sim.engine import FOREVER
from sim.faults.draws import coins
from sim.streams import Streams


def flaky(delay: Callable[[], int], boots: Boots | None, pool: str, streams: Streams) -> Callable[[], int]:
    """The boot times of a pool, some `factor` times as long, some never over; as they were where nothing goes wrong."""
    if boots is None or not (boots.fail or boots.slow):
        return delay
    fails = coins(boots.fail, streams(pool, "boot-failure"))
    slow = coins(boots.slow, streams(pool, "slow-boot"))
    factor = boots.factor

    def boot_us() -> int:
        time, failed, slowed = delay(), fails(), slow()
        if failed:
            return FOREVER
        return round(time * factor) if slowed else time

    return boot_us


def failing(delay: Callable[[], int], share: float, pool: str, streams: Streams) -> Callable[[], int]:
    """The start times of a pool's workers, a share of them never over."""
    if not share:
        return delay
    fails = coins(share, streams(pool, "start-failure"))

    def start_us() -> int:
        time = delay()
        return FOREVER if fails() else time

    return start_us
