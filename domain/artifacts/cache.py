"""Cache: keys of known size in a bounded number of bytes, with a policy that says what goes."""

from domain.artifacts.eviction import Key, MakeEviction
from domain.shared.refusals import Refused


class Cache:
    """Never holds more than `capacity_bytes`. Counts hits, and the most it ever held."""

    def __init__(self, capacity_bytes: int, eviction: MakeEviction) -> None:
        if capacity_bytes < 0:
            raise ValueError(f"a cache never has less than no room: {capacity_bytes}")
        self.capacity_bytes = capacity_bytes
        self.used_bytes = 0
        self.peak_bytes = 0
        self.hits = 0
        self._sizes: dict[Key, int] = {}
        self._eviction = eviction(capacity_bytes)

    def __len__(self) -> int:
        return len(self._sizes)

    def __contains__(self, key: Key) -> bool:
        """Whether it has the key; looking is not using."""
        return key in self._sizes

    def use(self, key: Key) -> bool:
        """Look a key up; a hit is a use of it."""
        if key not in self._sizes:
            return False
        self.hits += 1
        self._eviction.use(key)
        return True

    def put(self, key: Key, size_bytes: int) -> list[tuple[Key, int]] | Refused:
        """Take a key in; gives what went for it, with sizes. Refused where it is there, or larger than the cache."""
        if key in self._sizes:
            return Refused("already-cached", key)
        if size_bytes > self.capacity_bytes:
            return Refused("larger-than-the-cache", f"{size_bytes} bytes, {self.capacity_bytes} of room")
        gone: list[tuple[Key, int]] = []
        while self.used_bytes + size_bytes > self.capacity_bytes:
            for victim in self._eviction.evict():
                size = self._sizes.pop(victim)
                self.used_bytes -= size
                gone.append((victim, size))
        self._sizes[key] = size_bytes
        self.used_bytes += size_bytes
        self.peak_bytes = max(self.peak_bytes, self.used_bytes)
        self._eviction.insert(key, size_bytes)
        return gone

    def remove(self, key: Key) -> None:
        """Take a key out, if it is there."""
        size = self._sizes.pop(key, None)
        if size is not None:
            self.used_bytes -= size
            self._eviction.remove(key)
