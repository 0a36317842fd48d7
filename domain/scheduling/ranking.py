"""A ranking: who has the lowest of many changing scores."""

from heapq import heapify, heappop, heappush

ABSENT = -1
SLOT_BITS = 24
SLOT = (1 << SLOT_BITS) - 1


NOBODY = 1 << 200


class ShortRanking:
    """The same as `Ranking` for a few slots, known from the start: a list, searched in C."""

    __slots__ = ("_now",)

    def __init__(self, slots: int) -> None:
        self._now = [NOBODY] * slots

    def set(self, slot: int, score: int) -> None:
        """Give `slot` a score below 2^200, or ABSENT to take it out."""
        self._now[slot] = NOBODY if score < 0 else score

    def first(self) -> int:
        """The slot with the lowest score, or ABSENT when every slot is."""
        now = self._now
        best = min(now)
        return ABSENT if best == NOBODY else now.index(best)


class Ranking:
    """Slots 0, 1, 2, … with a score ≥ 0 or ABSENT each; ties go to the lower slot.

    A heap of (score, slot) as single integers, in which a change leaves the old entry behind: it is dropped when it
    comes up, and not entered again when the slot returns to a score whose entry is still there. When most entries are
    left-overs the heap is made anew, so every operation is logarithmic, amortised, and the heap at most four
    times the slots.
    """

    __slots__ = ("_entered", "_heap", "_now")

    def __init__(self) -> None:
        self._now: list[int] = []  # per slot its entry, or ABSENT
        self._heap: list[int] = []
        self._entered: set[int] = set()

    def set(self, slot: int, score: int) -> None:
        """Give `slot` a score, or ABSENT to take it out."""
        now = self._now
        if slot >= len(now):
            now.extend([ABSENT] * (slot + 1 - len(now)))
        if score < 0:
            now[slot] = ABSENT
            return
        entry = score << SLOT_BITS | slot
        if now[slot] != entry:
            now[slot] = entry
            entered = self._entered
            if entry not in entered:
                entered.add(entry)
                heappush(self._heap, entry)
                if len(entered) > 4 * len(now) + 64:
                    self._make_anew()

    def first(self) -> int:
        """The slot with the lowest score, or ABSENT when every slot is."""
        heap, now = self._heap, self._now
        while heap:
            entry = heap[0]
            slot = entry & SLOT
            if now[slot] == entry:
                return slot
            self._entered.remove(heappop(heap))
        return ABSENT

    def score(self, slot: int) -> int:
        """The score of a slot, or ABSENT."""
        return self._now[slot] >> SLOT_BITS if slot < len(self._now) else ABSENT

    def _make_anew(self) -> None:
        self._heap = [entry for entry in self._now if entry != ABSENT]
        self._entered = set(self._heap)
        heapify(self._heap)
