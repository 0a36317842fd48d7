"""Turns by lottery: each is drawn among the tickets of those who could start something."""

from collections.abc import Callable, Iterator

from domain.scheduling.ranking import ABSENT
from domain.scheduling.turntaking.keeping import KeptTurns

Draws = Callable[[], int]
"""Gives integers from 0 to 2^63 − 1, each as likely as another; a run passes a named random stream."""

GOLDEN = 0x9E3779B97F4A7C15


def evenly() -> Draws:
    """Where nobody passes a random stream: multiples of the golden ratio, which lie evenly between the bounds."""

    def draws() -> Iterator[int]:
        value = 0
        while True:
            value = (value + GOLDEN) % (1 << 64)
            yield value >> 1

    return draws().__next__


class ByLottery(KeptTurns):
    """Keeps partial sums of tickets in a tree, so that a draw and a change cost as much as the tree is high.

    Source: Waldspurger, Weihl, OSDI 1994, section 4.2; the tree is an array (Fenwick, A New Data Structure for
    Cumulative Frequency Tables, 1994).
    """

    draws: Draws

    def first(self) -> int:
        if self._alone:
            return super().first()
        tickets, heads = self._tickets(), self._queue.heads
        for tenant in self._changed:
            now = 0 if heads[tenant] is None else self._allocator(self.accounts[tenant], self._total)
            tickets.put(tenant, now)
        self._changed.clear()
        return tickets.holder(self.draws() * tickets.all >> 63) if tickets.all else ABSENT

    def _tickets(self) -> "Tickets":
        if not hasattr(self, "_drum"):
            self._drum = Tickets(len(self.accounts))
        return self._drum


class Tickets:
    """How many tickets each of `size` holders has, and whose the nth is."""

    __slots__ = ("_held", "_sums", "_top", "all")

    def __init__(self, size: int) -> None:
        self.all = 0
        self._held = [0] * size
        self._sums = [0] * (size + 1)
        self._top = 1 << size.bit_length() - 1

    def put(self, holder: int, tickets: int) -> None:
        change = tickets - self._held[holder]
        self._held[holder] = tickets
        self.all += change
        place, sums = holder + 1, self._sums
        while place < len(sums):
            sums[place] += change
            place += place & -place

    def holder(self, ticket: int) -> int:
        """Who has the ticket of this number, 0 ≤ number < all."""
        place, step, sums = 0, self._top, self._sums
        while step:
            further = place + step
            if further < len(sums) and sums[further] <= ticket:
                place = further
                ticket -= sums[further]
            step >>= 1
        return place
