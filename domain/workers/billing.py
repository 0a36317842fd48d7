"""What a provider charges for time: rounded up to a granularity, never less than a minimum.

Pure arithmetic without branches, so the same rule bills one node and, given numpy integer arrays for `time_us`, a
million jobs at once. All results are integers.
"""

from collections.abc import Mapping

import msgspec

from domain.shared.units import HOUR_US


def billed_us(time_us: int, granularity_us: int = 1, minimum_us: int = 0) -> int:
    """Microseconds charged for `time_us` of use: up to the next whole granule, at least the minimum; 0 for no use.

    Both rules of cloud price lists: "per second, 60 s minimum" is (1_000_000, 60_000_000), "each job rounds up to
    the whole minute" is (60_000_000, 0).
    """
    rounded = -(-time_us // granularity_us) * granularity_us
    return (rounded + (minimum_us - rounded) * (rounded < minimum_us)) * (time_us > 0)


def price_udollars(udollars_per_hour: int, time_us: int) -> int:
    """Micro-dollars for `time_us`, to the nearest, halves up.

    Whole hours are charged apart so that no product passes 2^63 while the price stays below $2,500 an hour.
    """
    hours, rest = time_us // HOUR_US, time_us % HOUR_US
    return udollars_per_hour * hours + (udollars_per_hour * rest + HOUR_US // 2) // HOUR_US


def charge_udollars(udollars_per_hour: int, time_us: int, granularity_us: int = 1, minimum_us: int = 0) -> int:
    """What the meter shows, in micro-dollars, once something has been used for `time_us`."""
    return price_udollars(udollars_per_hour, billed_us(time_us, granularity_us, minimum_us))


class Tariff(msgspec.Struct, frozen=True):
    """What one machine of a pool costs: a price (µ$ per hour) and its rounding; one of the port Cost for one pool."""

    udollars_per_hour: int
    granularity_us: int = 1
    minimum_us: int = 0

    def charge_udollars(self, time_us: int) -> int:
        return charge_udollars(self.udollars_per_hour, time_us, self.granularity_us, self.minimum_us)


class PriceList:
    """The adapter of the port Cost: pool → tariff."""

    def __init__(self, tariffs: Mapping[str, Tariff]) -> None:
        self.tariffs = tariffs

    def charge_udollars(self, pool: str, time_us: int) -> int:
        return self.tariffs[pool].charge_udollars(time_us)
