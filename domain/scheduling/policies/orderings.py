"""Orderings: which of a tenant's jobs goes first, by name."""

from collections.abc import Callable

import msgspec

from domain.scheduling.demand import Demand
from domain.scheduling.logarithm import LOG_SCALE, log2, log10

Ordering = Callable[[Demand], int]
"""Which of a tenant's jobs: the lowest integer ≥ 0, ties to the job that arrived first. Pure, fixed while it waits."""
MovingOrdering = Callable[[Demand, int], int]
"""The same at a moment (µs): of two jobs of one shape and estimate, who came first must never stand behind the other.

It is asked anew whenever the queue is looked at, but of each shape and estimate only the first job is.
"""

HIGHEST_PRIORITY = 1_000_000
LATEST = 1 << 62
AGEING_US = 600_000_000
UNKNOWN_US = 100_000
"""What F1 takes for a time of 0, a tenth of a second: as RLScheduler does (Zhang et al., SC 2020)."""
SCORE_BITS = 64
"""Scores of moving orderings are in units of 2^-SCORE_BITS, rounded down."""
HIGHEST = 1 << 512


def fifo(demand: Demand) -> int:
    """First in, first out, by arrival in the queue.

    Source: Conway, Maxwell, Miller, Theory of Scheduling, 1967.
    """
    return demand.sequence


def lifo(demand: Demand) -> int:
    """Last in, first out: whoever came last finds no queue, and the oldest may starve.

    Source: Conway, Maxwell, Miller, Theory of Scheduling, 1967.
    """
    return LATEST - demand.sequence


def sjf(demand: Demand) -> int:
    """Shortest expected job first; a job of which nothing is known counts as shortest, so that it becomes known.

    Source: Conway, Maxwell, Miller, Theory of Scheduling, 1967.
    """
    return demand.estimate_us


def ljf(demand: Demand) -> int:
    """Longest expected job first; a job of which nothing is known counts as longest, so that it becomes known.

    Source: LPT of Graham, Bounds on Multiprocessing Timing Anomalies, SIAM Journal on Applied Mathematics, 1969.
    """
    return LATEST - demand.estimate_us if demand.estimate_us else 0


def edf(demand: Demand) -> int:
    """Earliest deadline first; jobs without one come last, in order of arrival.

    The deadline is that of the job's class, else the end of its queue time. Source: Liu, Layland, Scheduling Algorithms
    for Multiprogramming in a Hard-Real-Time Environment, JACM 1973.
    """
    return demand.deadline_us or LATEST


def critical_path(demand: Demand) -> int:
    """The job with the longest way to the end of its pipeline first: its own estimate and that of all that wait for it.

    Source: the bottom level of Kwok, Ahmad, Static Scheduling Algorithms for Allocating Directed Task Graphs, 1999.
    """
    return max(LATEST - demand.bottom_level_us, 0)


class Priority(msgspec.Struct, frozen=True):
    """Highest priority first; waiting as long as `ageing` counts as one step more, without it nothing does.

    With ageing the order of two jobs never changes while both wait (both age alike), so the key stands: a job is
    overtaken only by those that come less than (highest − own) · ageing later, and none starves. Source: ageing as in
    Silberschatz, Galvin, Gagne, Operating System Concepts, chapter on CPU scheduling.
    """

    ageing_us: int = 0

    def __call__(self, demand: Demand) -> int:
        steps = HIGHEST_PRIORITY - demand.requirements.priority
        if self.ageing_us:
            return steps * self.ageing_us + demand.queued_at_us
        return steps * LATEST + demand.sequence


def largest(demand: Demand) -> int:
    """Most processors first, then memory, disk, GPU: large jobs find room before small ones have taken it.

    Source: first fit decreasing, Johnson, Near-optimal bin packing algorithms, MIT 1973.
    """
    return (LATEST << 186) - smallest(demand)


def smallest(demand: Demand) -> int:
    """Fewest processors first, then memory, disk, GPU: the most jobs at once, and large ones may starve.

    Source: smallest job first, Majumdar, Eager, Bunt, Scheduling in Multiprogrammed Parallel Systems, SIGMETRICS 1988.
    """
    ask = demand.resources
    return ((ask.cpu_millis << 62 | ask.memory_mib) << 62 | ask.disk_mib) << 62 | ask.gpu_millis


def f1(demand: Demand) -> int:
    """F1: lowest log10(estimate) · processors + 870 · log10(arrival) first, times in seconds.

    Source: Carastan-Santos, de Camargo, Obtaining Dynamic Scheduling Policies with Simulation and Machine Learning,
    SC 2017. In units of 1/(1000 · LOG_SCALE): a milli-processor is 1, and logarithms are rounded down to 2^-48.
    """
    taken = log10(demand.estimate_us or UNKNOWN_US) - 6 * LOG_SCALE
    came = log10(demand.queued_at_us or UNKNOWN_US) - 6 * LOG_SCALE
    return (1 << 120) + taken * demand.resources.cpu_millis + 870_000 * came


def wfp3(demand: Demand, now: int = 0) -> int:
    """WFP3: highest (wait ÷ estimate)³ · processors first; moves with time.

    Source: Tang, Lan, Desai, Buettner, Fault-aware, utility-based job scheduling on Blue Gene/P systems, CLUSTER 2009.
    An estimate of 0 counts as 1 µs.
    """
    wait, estimate = max(now - demand.queued_at_us, 0), demand.estimate_us or 1
    return HIGHEST - (wait**3 * demand.resources.cpu_millis << SCORE_BITS) // (1000 * estimate**3)


def unicep(demand: Demand, now: int = 0) -> int:
    """UNICEP: highest wait ÷ (log2(processors) · estimate) first; moves with time.

    Source: Tang, Lan, Desai, Buettner, CLUSTER 2009, where it is UNICEF.

    One processor or less, of which the logarithm is no number to divide by, counts as 1/LOG_SCALE: such jobs come
    first, as they do in the limit. An estimate of 0 counts as 1 µs.
    """
    wait, estimate = max(now - demand.queued_at_us, 0), demand.estimate_us or 1
    size = max(log2(demand.resources.cpu_millis) - log2(1000), 1)
    return HIGHEST - (wait * LOG_SCALE << SCORE_BITS) // (size * estimate)


MOVING: dict[str, MovingOrdering] = {"wfp3": wfp3, "unicep": unicep}
AGEING: dict[str, Callable[[int], Ordering]] = {"priority": Priority}
"""Those that take `scheduling.ageing`, made for one."""
ORDERINGS: dict[str, Ordering] = {
    "fifo": fifo,
    "lifo": lifo,
    "sjf": sjf,
    "ljf": ljf,
    "edf": edf,
    "wfp3": wfp3,
    "unicep": unicep,
    "f1": f1,
    "critical-path": critical_path,
    "priority": Priority(),
    "largest": largest,
    "smallest": smallest,
}


def moving(ordering: Ordering) -> MovingOrdering | None:
    """The ordering as one that moves with time, if it is one."""
    known: dict[int, MovingOrdering] = {id(one): one for one in MOVING.values()}
    return known.get(id(ordering))
