"""SIEVE: one first-in-first-out queue and a hand that goes round it, sparing once what has been used."""

from domain.artifacts.eviction import Key


class Sieve:
    """Used entries stay where they are; a hand moves from the oldest to the newest and takes the first unused one.

    Zhang, Yang, Yue, Vigfusson and Rashmi, "SIEVE is simpler than LRU", NSDI 2024. O(1), amortised.
    """

    def __init__(self, capacity_bytes: int) -> None:
        self._newer: dict[Key | None, Key | None] = {None: None}  # a ring through None, which is both ends
        self._older: dict[Key | None, Key | None] = {None: None}
        self._used: dict[Key, bool] = {}
        self._hand: Key | None = None

    def insert(self, key: Key, size_bytes: int) -> None:
        newest = self._older[None]
        self._newer[newest] = self._older[None] = key
        self._older[key], self._newer[key] = newest, None
        self._used[key] = False

    def use(self, key: Key) -> None:
        self._used[key] = True

    def remove(self, key: Key) -> None:
        newer, older = self._newer.pop(key), self._older.pop(key)
        self._newer[older], self._older[newer] = newer, older
        del self._used[key]
        if self._hand == key:
            self._hand = newer

    def evict(self) -> list[Key]:
        hand = self._hand
        while hand is None or self._used[hand]:
            if hand is not None:
                self._used[hand] = False
            hand = self._newer[hand]
        self._hand = hand
        self.remove(hand)
        return [hand]
