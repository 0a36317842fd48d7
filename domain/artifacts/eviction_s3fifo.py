"""S3-FIFO: three first-in-first-out queues, of which the small one lets only what is used again reach the main one."""

from collections import OrderedDict

from domain.artifacts.eviction import Key

MOST_USES = 3


class S3Fifo:
    """New entries go through a small queue; those used twice there move on to the main one, the rest leave a ghost.

    Yang, Zhang, Qiu, Yue and Vinayak, "FIFO queues are all you need for cache eviction", SOSP 2023, with its
    constants: a tenth of the bytes for the small queue, uses counted up to 3, and ghosts of as many bytes as the main
    queue has. Every step is O(1), amortised.
    """

    def __init__(self, capacity_bytes: int) -> None:
        self._small_share = capacity_bytes // 10
        self._main_share = capacity_bytes - self._small_share
        self._small: OrderedDict[Key, int] = OrderedDict()
        self._main: OrderedDict[Key, int] = OrderedDict()
        self._ghosts: OrderedDict[Key, int] = OrderedDict()
        self._uses: dict[Key, int] = {}
        self._small_bytes = self._main_bytes = self._ghost_bytes = 0

    def insert(self, key: Key, size_bytes: int) -> None:
        self._uses[key] = 0
        ghost = self._ghosts.pop(key, None)
        if ghost is None:
            self._small[key] = size_bytes
            self._small_bytes += size_bytes
        else:
            self._ghost_bytes -= ghost
            self._main[key] = size_bytes
            self._main_bytes += size_bytes

    def use(self, key: Key) -> None:
        uses = self._uses[key]
        if uses < MOST_USES:
            self._uses[key] = uses + 1

    def remove(self, key: Key) -> None:
        del self._uses[key]
        if key in self._small:
            self._small_bytes -= self._small.pop(key)
        else:
            self._main_bytes -= self._main.pop(key)

    def evict(self) -> list[Key]:
        gone: list[Key] = []
        while not gone:  # the small queue may send all that it has on to the main one
            if self._small and (self._small_bytes >= self._small_share or not self._main):
                self._evict_small(gone)
            else:
                self._evict_main(gone)
        return gone

    def _evict_small(self, gone: list[Key]) -> None:
        """From the tail of the small queue: what was used twice moves on, the first that was not goes."""
        small = self._small
        while small:
            key, size = small.popitem(last=False)
            self._small_bytes -= size
            if self._uses[key] <= 1:
                del self._uses[key]
                gone.append(key)
                self._haunt(key, size)
                return
            self._main[key] = size
            self._main_bytes += size
            if self._main_bytes > self._main_share:
                self._evict_main(gone)

    def _evict_main(self, gone: list[Key]) -> None:
        """From the tail of the main queue: what was used goes round once more, the first that was not goes."""
        main, uses = self._main, self._uses
        while main:
            key, size = next(iter(main.items()))
            if not uses[key]:
                del main[key], uses[key]
                self._main_bytes -= size
                gone.append(key)
                return
            uses[key] -= 1
            main.move_to_end(key)

    def _haunt(self, key: Key, size_bytes: int) -> None:
        ghosts = self._ghosts
        ghosts[key] = size_bytes
        self._ghost_bytes += size_bytes
        while self._ghost_bytes > self._main_share:
            self._ghost_bytes -= ghosts.popitem(last=False)[1]
