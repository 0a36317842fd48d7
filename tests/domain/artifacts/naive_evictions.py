"""Eviction policies as their papers tell them, with lists and no care for speed: what the quick ones must agree with.

Queues are lists whose tail, where things leave, is at the end.
"""

from collections import OrderedDict

SCALE, MEBIBYTE = 1 << 30, 1 << 20


class NaiveCache:
    """The common part: a lookup, and a miss that inserts after making room."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.sizes: dict[str, int] = {}

    def full(self, size: int) -> bool:
        return sum(self.sizes.values()) + size > self.capacity

    def read(self, key: str, size: int) -> bool:
        if key in self.sizes:
            self.hit(key)
            return True
        if size <= self.capacity:
            while self.full(size):
                self.evict()
            self.insert(key, size)
        return False

    def drop(self, key: str) -> None:
        del self.sizes[key]


class NaiveFifo(NaiveCache):
    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.queue: list[str] = []

    def hit(self, key: str) -> None:
        pass

    def insert(self, key: str, size: int) -> None:
        self.sizes[key] = size
        self.queue.insert(0, key)

    def evict(self) -> None:
        self.drop(self.queue.pop())


class NaiveLru(NaiveCache):
    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.order: OrderedDict[str, None] = OrderedDict()

    def hit(self, key: str) -> None:
        self.order.move_to_end(key)

    def insert(self, key: str, size: int) -> None:
        self.sizes[key] = size
        self.order[key] = None

    def evict(self) -> None:
        self.drop(self.order.popitem(last=False)[0])


class NaiveLfu(NaiveCache):
    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.uses: dict[str, int] = {}
        self.last: dict[str, int] = {}
        self.clock = 0

    def worth(self, key: str) -> int:
        return self.uses[key]

    def hit(self, key: str) -> None:
        self.clock += 1
        self.uses[key] = self.uses.get(key, 0) + 1
        self.last[key] = self.clock

    def insert(self, key: str, size: int) -> None:
        self.sizes[key] = size
        self.uses.pop(key, None)
        self.hit(key)

    def evict(self) -> None:
        self.drop(min(self.sizes, key=lambda key: (self.worth(key), self.last[key])))


class NaiveGdsf(NaiveLfu):
    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.inflation = 0
        self.value: dict[str, int] = {}

    def worth(self, key: str) -> int:
        return self.value[key]

    def hit(self, key: str) -> None:
        super().hit(key)
        self.value[key] = self.inflation + self.uses[key] * SCALE * MEBIBYTE // max(self.sizes[key], 1)

    def drop(self, key: str) -> None:
        self.inflation = self.value[key]
        super().drop(key)


class NaiveSieve(NaiveCache):
    """The hand is a place in the queue, from the tail (oldest) towards the head; past the head it starts anew."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.queue: list[str] = []
        self.visited: dict[str, bool] = {}
        self.hand: str | None = None

    def hit(self, key: str) -> None:
        self.visited[key] = True

    def insert(self, key: str, size: int) -> None:
        self.sizes[key] = size
        self.queue.insert(0, key)
        self.visited[key] = False

    def evict(self) -> None:
        place = len(self.queue) - 1 if self.hand is None else self.queue.index(self.hand)
        while self.visited[self.queue[place]]:
            self.visited[self.queue[place]] = False
            place = place - 1 if place > 0 else len(self.queue) - 1
        victim = self.queue.pop(place)
        self.hand = self.queue[place - 1] if place > 0 else None
        self.drop(victim)


class NaiveS3Fifo(NaiveCache):
    """Algorithm 1 of Yang et al. (SOSP 2023), step for step: S, M and G with tails at the end of the lists."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.small: list[str] = []
        self.main: list[str] = []
        self.ghost: list[tuple[str, int]] = []
        self.freq: dict[str, int] = {}
        self.small_share = capacity // 10

    def bytes_of(self, queue: list[str]) -> int:
        return sum(self.sizes[key] for key in queue)

    def hit(self, key: str) -> None:
        self.freq[key] = min(self.freq[key] + 1, 3)

    def insert(self, key: str, size: int) -> None:
        self.sizes[key] = size
        self.freq[key] = 0
        if key in dict(self.ghost):
            self.ghost = [(other, bytes) for other, bytes in self.ghost if other != key]
            self.main.insert(0, key)
        else:
            self.small.insert(0, key)

    def evict(self) -> None:
        before = len(self.sizes)
        while len(self.sizes) == before:
            if self.small and (self.bytes_of(self.small) >= self.small_share or not self.main):
                self.evict_small()
            else:
                self.evict_main()

    def evict_small(self) -> None:
        evicted = False
        while not evicted and self.small:
            tail = self.small.pop()
            if self.freq[tail] > 1:
                self.main.insert(0, tail)
                if self.bytes_of(self.main) > self.capacity - self.small_share:
                    self.evict_main()
            else:
                self.ghost.insert(0, (tail, self.sizes[tail]))
                self.drop(tail)
                while sum(size for _, size in self.ghost) > self.capacity - self.small_share:
                    self.ghost.pop()
                evicted = True

    def evict_main(self) -> None:
        evicted = False
        while not evicted and self.main:
            tail = self.main.pop()
            if self.freq[tail] > 0:
                self.main.insert(0, tail)
                self.freq[tail] -= 1
            else:
                self.drop(tail)
                evicted = True


NAIVE: dict[str, type[NaiveCache]] = {
    "lru": NaiveLru,
    "lfu": NaiveLfu,
    "fifo": NaiveFifo,
    "s3-fifo": NaiveS3Fifo,
    "sieve": NaiveSieve,
    "gdsf": NaiveGdsf,
}
