"""The load of the benchmarks: equal nodes, job shapes that repeat, a cluster about four fifths full."""

import numpy as np

from domain.scheduling.demand import Shape
from domain.shared.resources import Resources

NODE = Resources(64_000, 262_144)
FULL = 0.8
ORDER = 9973
"""A prime, so that the order of shapes does not keep step with anything else."""


def shapes(count: int) -> list[Shape]:
    """Distinct asks from 1 to 8 CPUs with 1 to 8 GiB each; after 16, odd numbers of MiB more."""
    return [
        Shape(Resources(1000 * cpu, 1024 * cpu * memory + 8 * more), ())
        for more in range(-(-count // 16))
        for cpu in (1, 2, 4, 8)
        for memory in (1, 2, 4, 8)
    ][:count]


def order_of(shapes: int, length: int = ORDER) -> list[int]:
    """Which shape comes next, round and round; the same on every machine."""
    drawn: list[int] = np.random.Generator(np.random.Philox(1)).integers(shapes, size=length).tolist()
    return drawn


def standing(nodes: int, kinds: list[Shape]) -> int:
    """How many jobs make the cluster as full as it is to be."""
    asked = sum(one.resources.cpu_millis for one in kinds) / len(kinds)
    return int(FULL * nodes * NODE.cpu_millis / asked)
