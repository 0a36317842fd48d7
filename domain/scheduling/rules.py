"""The scheduling rules as scalar functions on integers: does it fit, which is tighter, whose turn."""

NO_FIT = -1
SCALE = 1 << 20
"""Shares are integers in units of 1/SCALE, rounded down."""
SHARE = SCALE * SCALE


def leftover(
    free_cpu: int, free_memory: int, free_disk: int, free_gpu: int,
    cpu: int, memory: int, disk: int, gpu: int,
    total_cpu: int, total_memory: int, total_disk: int, total_gpu: int,
) -> int:  # fmt: skip
    """How much of a node would stay free after taking a job, or NO_FIT.

    The sum over dimensions the node has of (free − asked) / total, each in 1/SCALE: 0 is a perfect fit, and an empty
    node of d dimensions scores just under d·SCALE. Smaller is tighter.
    """
    free_cpu -= cpu
    free_memory -= memory
    free_disk -= disk
    free_gpu -= gpu
    if free_cpu < 0 or free_memory < 0 or free_disk < 0 or free_gpu < 0:
        return NO_FIT
    score = free_cpu * SCALE // total_cpu if total_cpu else 0
    if total_memory:
        score += free_memory * SCALE // total_memory
    if total_disk:
        score += free_disk * SCALE // total_disk
    if total_gpu:
        score += free_gpu * SCALE // total_gpu
    return score


def dominant_share(
    cpu: int, memory: int, disk: int, gpu: int,
    total_cpu: int, total_memory: int, total_disk: int, total_gpu: int,
    weight: int,
) -> int:  # fmt: skip
    """The largest fraction, over dimensions, of the cluster that a tenant holds, divided by its weight, in 1/SCALE².

    Ghodsi et al., "Dominant Resource Fairness", NSDI 2011, section 4; weights as in its section 4.3 with the same
    weight in every dimension. Rounded down: tenants closer than 1e-12 count as equal.
    """
    share = cpu * SHARE // total_cpu if total_cpu else 0
    if total_memory:
        other = memory * SHARE // total_memory
        if other > share:
            share = other
    if disk and total_disk:
        share = max(share, disk * SHARE // total_disk)
    if gpu and total_gpu:
        share = max(share, gpu * SHARE // total_gpu)
    return share // weight
