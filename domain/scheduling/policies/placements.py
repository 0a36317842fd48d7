"""Placements: which node takes a job, by name; each a function of the facts that it names (`policies.facts`)."""

from domain.scheduling.policies.facts import SCORE_BITS, looking_at
from domain.scheduling.policies.facts import Placement as Placement
from domain.scheduling.rules import SCALE

WORST = (1 << SCORE_BITS) - 1
PERCENT = 100
"""Kubernetes scores nodes from 0 to this."""
LENGTHENS = 1 << (SCORE_BITS - 1)


def best_fit(leftover: int) -> int:
    """The node that is left with the least: keeps large gaps for large jobs.

    The sum over dimensions is the L1 form for vectors. Sources: Johnson, Near-optimal bin packing algorithms, MIT 1973;
    Panigrahy et al., Heuristics for Vector Bin Packing, Microsoft Research 2011.
    """
    return leftover


def spread(leftover: int) -> int:
    """The node that is left with the most (worst fit): evens out the load.

    Source: worst fit of Johnson, Near-optimal bin packing algorithms, MIT 1973.
    """
    return 4 * SCALE - leftover


def first_fit() -> int:
    """The first node with room, in the order in which nodes came: leaves the last ones empty.

    Source: Johnson, Near-optimal bin packing algorithms, MIT 1973.
    """
    return 0


def next_fit(row: int, rows: int, last: int) -> int:
    """The first node with room from the one that was taken last, going round: the cheapest search.

    Sources: Johnson, Near-optimal bin packing algorithms, MIT 1973; going round as the roving pointer of Knuth, The Art
    of Computer Programming 1, section 2.5.
    """
    return (row - last) % rows


def least_allocated(
    free_cpu: int, free_memory: int, cpu: int, memory: int, total_cpu: int, total_memory: int
) -> int:  # fmt: skip
    """The node with the most of its CPU and memory free, in whole percent.

    The mean over the two of what is free in percent, each rounded down; the highest wins there. Source: Kubernetes,
    NodeResourcesFit, strategy LeastAllocated with its default weights (kubernetes.io, scheduler reference, v1.31).
    """
    parts = (1 if total_cpu else 0) + (1 if total_memory else 0)
    score = (free_cpu - cpu) * PERCENT // total_cpu if total_cpu else 0
    if total_memory:
        score += (free_memory - memory) * PERCENT // total_memory
    return PERCENT - score // parts if parts else PERCENT


def most_allocated(
    free_cpu: int, free_memory: int, cpu: int, memory: int, total_cpu: int, total_memory: int
) -> int:  # fmt: skip
    """The node with the most of its CPU and memory taken, in whole percent: for fleets that shrink.

    The mean over the two of what is taken in percent, each rounded down; the highest wins there. Source: Kubernetes,
    NodeResourcesFit, strategy MostAllocated with its default weights (kubernetes.io, scheduler reference, v1.31).
    """
    parts = (1 if total_cpu else 0) + (1 if total_memory else 0)
    score = (total_cpu - free_cpu + cpu) * PERCENT // total_cpu if total_cpu else 0
    if total_memory:
        score += (total_memory - free_memory + memory) * PERCENT // total_memory
    return PERCENT - score // parts if parts else PERCENT


def balanced(free_cpu: int, free_memory: int, cpu: int, memory: int, total_cpu: int, total_memory: int) -> int:
    """The node whose CPU and memory would be taken most alike: neither runs out long before the other.

    Of two shares the standard deviation is half the difference; the score there is 1 less that, in percent, rounded
    down. Source: Kubernetes, NodeResourcesBalancedAllocation (kubernetes.io, scheduler reference, v1.31).
    """
    if not total_cpu or not total_memory:
        return 0
    apart = (total_cpu - free_cpu + cpu) * total_memory - (total_memory - free_memory + memory) * total_cpu
    if apart < 0:
        apart = -apart
    whole = 2 * total_cpu * total_memory
    return (apart * PERCENT + whole - 1) // whole


def dot_product(
    free_cpu: int, free_memory: int, free_disk: int, free_gpu: int,
    cpu: int, memory: int, disk: int, gpu: int,
    total_cpu: int, total_memory: int, total_disk: int, total_gpu: int,
) -> int:  # fmt: skip
    """The node whose free room points the way of what the job asks: large and of the same proportions.

    The dot product of ask and free room, both as shares of the node; the highest wins there. Source: Tetris: Grandl et
    al., Multi-resource Packing for Cluster Schedulers, SIGCOMM 2014, section 3.2.
    """
    aligned = (cpu * SCALE // total_cpu) * (free_cpu * SCALE // total_cpu) if total_cpu else 0
    if total_memory:
        aligned += (memory * SCALE // total_memory) * (free_memory * SCALE // total_memory)
    if total_disk:
        aligned += (disk * SCALE // total_disk) * (free_disk * SCALE // total_disk)
    if total_gpu:
        aligned += (gpu * SCALE // total_gpu) * (free_gpu * SCALE // total_gpu)
    return 4 * SCALE - aligned // SCALE


def cheapest(price: int) -> int:
    """The node whose pool costs the least per hour; of equals, the one that came first.

    Source: the expander `price` of Kubernetes' Cluster Autoscaler (its FAQ, read 2026-11), for nodes that are there.
    """
    return price if price < WORST else WORST


def cache_affinity(missing: int, leftover: int) -> int:
    """The node that has most of the job's caches and images, of equals the fullest: locality first.

    What fits nowhere near goes elsewhere at once. Sources: ImageLocality of Kubernetes (kubernetes.io, scheduler
    reference, v1.31); Zaharia et al., Delay Scheduling, EuroSys 2010, without the delay.
    """
    return (missing if missing < 127 else 127) << 23 | leftover


def by_departure(departs_us: int, ends_us: int) -> int:
    """The node whose last job is expected to end nearest to this one, best without lengthening its stay.

    In milliseconds; needs estimates, without any it is first fit. Sources: Azar, Vainstein, Tight Bounds for
    Clairvoyant Dynamic Bin Packing, SPAA 2017; Barbalho et al., Virtual Machine Allocation with Lifetime Predictions,
    MLSys 2023.
    """
    apart = (departs_us - ends_us) // 1000
    longer = apart < 0
    if longer:
        apart = -apart
    if apart >= LENGTHENS:
        apart = LENGTHENS - 1
    return LENGTHENS + apart if longer else apart


@looking_at(1)
def at_random() -> int:
    """Any node with room, each as likely as the others: what every other placement has to beat.

    Drawn from the run's own stream. Source: the baseline of Mitzenmacher, The Power of Two Choices in Randomized Load
    Balancing, IEEE TPDS 2001.
    """
    return 0


@looking_at(2)
def power_of_two(leftover: int) -> int:
    """Of two nodes with room, drawn at random, the emptier one: nearly even load for two looks.

    For d choices: `spread` with `sampling: {at_least: d, percent: 0, order: random}`. Sources: Mitzenmacher, The Power
    of Two Choices in Randomized Load Balancing, IEEE TPDS 2001; Ousterhout et al., Sparrow, SOSP 2013.
    """
    return 4 * SCALE - leftover


PLACEMENTS: dict[str, Placement] = {
    "best-fit": best_fit,
    "spread": spread,
    "worst-fit": spread,
    "first-fit": first_fit,
    "next-fit": next_fit,
    "least-allocated": least_allocated,
    "most-allocated": most_allocated,
    "balanced": balanced,
    "dot-product": dot_product,
    "cheapest": cheapest,
    "cache-affinity": cache_affinity,
    "pack-by-departure": by_departure,
    "random": at_random,
    "power-of-two": power_of_two,
}
