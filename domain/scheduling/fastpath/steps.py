"""The steps of the compiled loops that ask for no score: find a level, forget levels, mend the tree, find the best row.

A row's ancestors are mended until one stays as it was. The best row is found from the root: the first child with the
same score, so ties go to the lowest row.
"""

import numpy as np

from domain.scheduling.fastpath.book import CLOSED, CPU, DISK, FAN, FAN_BITS, GPU, KIND, MEMORY, USED, Integers
from domain.scheduling.fastpath.jit import shared

NOWHERE = -1
LOW = (1 << 30) - 1


@shared
def slot(content: Integers, slots: Integers, kind: int, cpu: int, memory: int, disk: int, gpu: int) -> int:
    """Where the content stands among the slots, or the free slot where it belongs."""
    mixed = (cpu & LOW) * 0x9E3779B1  # below 2^62: nothing overflows, interpreted or compiled
    mixed = (((mixed >> 24) + memory) & LOW) * 0x85EBCA6B
    mixed = (((mixed >> 24) + 7919 * kind + 31 * disk + gpu) & LOW) * 0xC2B2AE35
    mask = len(slots) - 1
    at = (mixed >> 22) & mask
    while slots[at] != CLOSED:
        level = slots[at]
        if (
            content[level, CPU] == cpu and content[level, MEMORY] == memory and content[level, KIND] == kind
            and content[level, DISK] == disk and content[level, GPU] == gpu
        ):  # fmt: skip
            break
        at = (at + 1) & mask
    return at


@shared
def sweep(content: Integers, scores: Integers, slots: Integers, counters: Integers, level_of: Integers) -> None:
    """Forget the levels that no row is on, and number the others from 1."""
    renamed = np.zeros(len(content), np.int32)
    for row in range(len(level_of)):
        renamed[level_of[row]] = 1
    used = 1
    slots[:] = CLOSED
    for level in range(1, counters[USED]):
        if renamed[level] != 0:
            renamed[level] = used
            content[used] = content[level]
            scores[used] = scores[level]
            facts = content[used]
            slots[slot(content, slots, facts[KIND], facts[CPU], facts[MEMORY], facts[DISK], facts[GPU])] = used
            used += 1
    renamed[CLOSED] = CLOSED
    for row in range(len(level_of)):
        level_of[row] = renamed[level_of[row]]
    counters[USED] = used


@shared
def lift(scores: Integers, level_of: Integers, tree: Integers, steps: Integers, scratch: Integers, row: int) -> int:
    """Bring the ancestors of a row up to date; returns how many were looked at."""
    columns = tree.shape[1]
    node = row >> FAN_BITS
    first = node << FAN_BITS
    level = level_of[first]
    for column in range(columns):
        scratch[column] = scores[level, column]
    for child in range(1, FAN):
        level = level_of[first + child]
        for column in range(columns):
            scratch[column] = min(scratch[column], scores[level, column])
    at = node
    for step in range(len(steps)):
        moved = 0
        for column in range(columns):
            moved |= scratch[column] ^ tree[at, column]
            tree[at, column] = scratch[column]
        if moved == 0 or step + 1 == len(steps):
            return step + 1
        node >>= FAN_BITS
        first = steps[step] + (node << FAN_BITS)
        for column in range(columns):
            scratch[column] = tree[first, column]
        for child in range(1, FAN):
            for column in range(columns):
                scratch[column] = min(scratch[column], tree[first + child, column])
        at = steps[step + 1] + node
    return 0


@shared
def lowest(scores: Integers, level_of: Integers, tree: Integers, steps: Integers, shape: int) -> int:
    """The lowest row of those with the lowest score, or NOWHERE."""
    top = len(steps) - 1
    least = tree[steps[top], shape]
    if least == scores[CLOSED, shape]:
        return NOWHERE
    node = 0
    for step in range(top - 1, -1, -1):
        at = steps[step] + (node << FAN_BITS)
        while tree[at, shape] != least:
            at += 1
        node = at - steps[step]
    row = node << FAN_BITS
    while scores[level_of[row], shape] != least:
        row += 1
    return row
