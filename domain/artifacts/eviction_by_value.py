"""Eviction by value: each entry has an integer worth that grows with its uses, and the least worth goes; O(log n)."""

from heapq import heapify, heappop, heappush

from domain.artifacts.eviction import Key

SCALE = 1 << 30
"""Worth of one use of one MiB in GDSF: integers, so that every machine orders entries alike."""

MEBIBYTE = 1 << 20


class _LeastWorth:
    """A heap of (worth, time of last use, key) in which an entry is renewed by pushing it again."""

    def __init__(self, capacity_bytes: int) -> None:
        self._heap: list[tuple[int, int, Key]] = []
        self._entries: dict[Key, tuple[int, int, Key]] = {}
        self._uses: dict[Key, int] = {}
        self._clock = 0

    def remove(self, key: Key) -> None:
        del self._entries[key], self._uses[key]

    def evict(self) -> list[Key]:
        heap, entries = self._heap, self._entries
        while True:
            entry = heappop(heap)
            if entries.get(entry[2]) is entry:
                self._goes(entry[0])
                self.remove(entry[2])
                return [entry[2]]

    def _goes(self, worth: int) -> None:
        """Hear what the entry was worth that goes."""

    def _value(self, key: Key, worth: int) -> None:
        self._clock += 1
        entry = self._entries[key] = (worth, self._clock, key)
        heappush(self._heap, entry)
        if len(self._heap) > 64 + 4 * len(self._entries):  # mostly renewed ones: forget them
            self._heap = list(self._entries.values())
            heapify(self._heap)


class Lfu(_LeastWorth):
    """Least frequently used: the entry with the fewest uses goes, the longest unused of those."""

    def insert(self, key: Key, size_bytes: int) -> None:
        self._uses[key] = 1
        self._value(key, 1)

    def use(self, key: Key) -> None:
        self._uses[key] += 1
        self._value(key, self._uses[key])


class Gdsf(_LeastWorth):
    """Greedy-dual size frequency: uses per byte plus the worth of what went last, so small and busy entries stay.

    H = L + F/S with equal cost of a miss (Cherkasova, HP Labs report HPL-98-69R1, 1998).
    """

    def __init__(self, capacity_bytes: int) -> None:
        super().__init__(capacity_bytes)
        self._inflation = 0
        self._sizes: dict[Key, int] = {}

    def insert(self, key: Key, size_bytes: int) -> None:
        self._sizes[key] = max(size_bytes, 1)
        self._uses[key] = 0
        self.use(key)

    def use(self, key: Key) -> None:
        self._uses[key] += 1
        self._value(key, self._inflation + self._uses[key] * SCALE * MEBIBYTE // self._sizes[key])

    def remove(self, key: Key) -> None:
        super().remove(key)
        del self._sizes[key]

    def _goes(self, worth: int) -> None:
        self._inflation = worth
