"""The commands that put an attempt's image and caches in place, and save what it adds: each says how long it takes."""

import msgspec

from domain.artifacts.cache_store import CacheKey, CacheStore
from domain.artifacts.links import Link
from domain.artifacts.node_disks import NodeDisks
from domain.artifacts.tokens import LiveTokens
from domain.contracts.artifacts import CacheRestored, ImagePulled
from domain.shared.events import Publish
from domain.shared.ids import ExecutionId, NodeId
from domain.shared.refusals import Refused


class Restored(msgspec.Struct, frozen=True, gc=False):
    """How it went: `hit` is `exact`, `prefix` or `miss`."""

    hit: str
    size_bytes: int
    took_us: int


class Transfers:
    """Moves bytes between the stores and the nodes; what lies on a node already is not moved."""

    def __init__(
        self, tokens: LiveTokens, caches: CacheStore, disks: NodeDisks, store: Link, registry: Link, publish: Publish
    ) -> None:
        self._tokens = tokens
        self._caches = caches
        self._disks = disks
        self._store = store
        self._registry = registry
        self._publish = publish

    def pull_image(self, now: int, token: ExecutionId, node: NodeId, image: str) -> ImagePulled | Refused:
        """Get the layers that the node lacks; an attempt pulls one image."""
        holder = self._tokens.holder(token)
        if isinstance(holder, Refused):
            return holder
        size, took = self._disks.pull(now, node, image, self._registry)
        pulled = ImagePulled(now, token, node, image, size, took)
        self._publish(pulled)
        return pulled

    def restore(self, now: int, token: ExecutionId, node: NodeId, wanted: CacheKey) -> Restored | Refused:
        """Get what the caches have for this key. A miss costs the question: the latency."""
        holder = self._tokens.holder(token)
        if isinstance(holder, Refused):
            return holder
        found = self._caches.restore(wanted)
        if found is None:
            restored = Restored("miss", 0, self._store.latency_us)
        else:
            entry, exact = found
            size, took = self._disks.fetch(now, node, wanted.name, entry.id, entry.size_bytes, self._store)
            restored = Restored("exact" if exact else "prefix", size, took)
        self._publish(
            CacheRestored(
                now, token, node, wanted.tenant, wanted.name, wanted.key, restored.hit, restored.size_bytes,
                restored.took_us,
            )
        )  # fmt: skip
        return restored

    def save(self, now: int, token: ExecutionId, node: NodeId, wanted: CacheKey, size_bytes: int) -> Refused | None:
        """The bytes of a new entry have arrived; whoever came first with the same key has won."""
        entry = self._caches.save(now, token, wanted, size_bytes)
        if isinstance(entry, Refused):
            return entry
        self._disks.keep(now, node, wanted.name, entry.id, size_bytes)
        return None
