"""The shared cache store: entries by key, found exactly or by prefix, scoped by ref; an entry never changes."""

from bisect import bisect_left, insort

import msgspec

from domain.artifacts.cache import Cache
from domain.artifacts.eviction import MakeEviction
from domain.artifacts.tokens import LiveTokens
from domain.contracts.artifacts import CacheEvicted, CacheSaved
from domain.shared.events import Publish
from domain.shared.ids import ExecutionId
from domain.shared.refusals import Refused


class CacheKey(msgspec.Struct, frozen=True):
    """What a job asks for: its `key` exactly, else the newest that begins with it, else with one of `restore` in turn.

    It looks among entries saved for its own `ref` first, then among those of the default ref, and saves for its own:
    what a branch saves is not seen by others. `name` is what reports call the cache.
    """

    tenant: str
    name: str
    key: str
    restore: tuple[str, ...] = ()
    ref: str = "main"


class CacheEntry(msgspec.Struct, frozen=True):
    """One immutable entry; `number` grows with every save, so the newest of several has the largest."""

    id: str
    tenant: str
    ref: str
    key: str
    size_bytes: int
    number: int


class _Scope:
    """The entries of one tenant and ref, in order of their keys."""

    def __init__(self) -> None:
        self.entries: dict[str, CacheEntry] = {}
        self._keys: list[str] = []

    def add(self, entry: CacheEntry) -> None:
        self.entries[entry.key] = entry
        insort(self._keys, entry.key)

    def remove(self, key: str) -> None:
        del self.entries[key]
        del self._keys[bisect_left(self._keys, key)]

    def newest(self, prefix: str) -> CacheEntry | None:
        """The newest entry whose key begins with `prefix`."""
        best: CacheEntry | None = None
        for position in range(bisect_left(self._keys, prefix), len(self._keys)):
            key = self._keys[position]
            if not key.startswith(prefix):
                break
            entry = self.entries[key]
            if best is None or entry.number > best.number:
                best = entry
        return best


class CacheStore:
    """Entries of all tenants, in one room for each tenant or in one for all of them.

    Finds as GitHub documents it for actions/cache (docs.github.com, "Dependency caching reference", 2026).
    """

    def __init__(
        self, tokens: LiveTokens, capacity_bytes: int, eviction: MakeEviction, per_tenant: bool, default_ref: str,
        publish: Publish,
    ) -> None:  # fmt: skip
        self.rooms: dict[str, Cache] = {}
        self._tokens = tokens
        self._capacity_bytes = capacity_bytes
        self._eviction = eviction
        self._per_tenant = per_tenant
        self._default_ref = default_ref
        self._publish = publish
        self._scopes: dict[tuple[str, str], _Scope] = {}
        self._entries: dict[str, CacheEntry] = {}
        self._saved = 0

    def __len__(self) -> int:
        return len(self._entries)

    def restore(self, wanted: CacheKey) -> tuple[CacheEntry, bool] | None:
        """The entry that fits best, which is thereby used, and whether its key is the one asked for."""
        refs = (wanted.ref,) if wanted.ref == self._default_ref else (wanted.ref, self._default_ref)
        for ref in refs:
            scope = self._scopes.get((wanted.tenant, ref))
            if scope is None:
                continue
            entry = scope.entries.get(wanted.key)
            if entry is not None:
                self._room(wanted.tenant).use(entry.id)
                return entry, True
            for prefix in (wanted.key, *wanted.restore):
                entry = scope.newest(prefix)
                if entry is not None:
                    self._room(wanted.tenant).use(entry.id)
                    return entry, False
        return None

    def save(self, now: int, token: ExecutionId, wanted: CacheKey, size_bytes: int) -> CacheEntry | Refused:
        """Save under the key asked for; refused with a stale token, where the key is taken, and without the room."""
        holder = self._tokens.holder(token)
        if isinstance(holder, Refused):
            return holder
        id = "\0".join((wanted.tenant, wanted.ref, wanted.key))
        gone = self._room(wanted.tenant).put(id, size_bytes)
        if isinstance(gone, Refused):
            return gone
        for victim, _ in gone:
            old = self._entries.pop(victim)
            emptied = self._scopes[old.tenant, old.ref]
            emptied.remove(old.key)
            if not emptied.entries:
                del self._scopes[old.tenant, old.ref]
            self._publish(CacheEvicted(now, old.tenant, old.key, old.ref, old.size_bytes))
        self._saved += 1
        entry = self._entries[id] = CacheEntry(id, wanted.tenant, wanted.ref, wanted.key, size_bytes, self._saved)
        scope = self._scopes.get((wanted.tenant, wanted.ref))
        if scope is None:
            scope = self._scopes[wanted.tenant, wanted.ref] = _Scope()
        scope.add(entry)
        self._publish(CacheSaved(now, token, wanted.tenant, wanted.name, wanted.key, wanted.ref, size_bytes))
        return entry

    def _room(self, tenant: str) -> Cache:
        name = tenant if self._per_tenant else ""
        room = self.rooms.get(name)
        if room is None:
            room = self.rooms[name] = Cache(self._capacity_bytes, self._eviction)
        return room
