"""What an eviction policy is: it says what goes when a cache is full. The simplest two of them."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

Key = str


class Eviction(Protocol):
    """Obligations: deterministic; hears of every key that comes, is used or goes, with its size in bytes.

    It says who goes; the cache does the accounts and decides when.
    """

    def insert(self, key: Key, size_bytes: int) -> None:
        """A key that it does not have came in."""
        ...

    def use(self, key: Key) -> None:
        """A key that it has was found."""
        ...

    def remove(self, key: Key) -> None:
        """A key that it has went for another reason."""
        ...

    def evict(self) -> list[Key]:
        """Throw out at least one of the keys that it has, and say which; called only while it has some."""
        ...


MakeEviction = Callable[[int], Eviction]
"""An empty policy for a cache of so many bytes."""


class Fifo:
    """First in, first out: the oldest entry goes, used or not."""

    def __init__(self, capacity_bytes: int) -> None:
        self._keys: OrderedDict[Key, None] = OrderedDict()

    def insert(self, key: Key, size_bytes: int) -> None:
        self._keys[key] = None

    def use(self, key: Key) -> None:
        pass

    def remove(self, key: Key) -> None:
        del self._keys[key]

    def evict(self) -> list[Key]:
        return [self._keys.popitem(last=False)[0]]


class Lru(Fifo):
    """Least recently used: the entry goes whose last use is the longest ago."""

    def use(self, key: Key) -> None:
        self._keys.move_to_end(key)
