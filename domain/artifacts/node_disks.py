"""Node disks: which image layers and caches lie on which node, within a budget of bytes for each."""

from collections.abc import Iterable, Sequence

import msgspec

from domain.artifacts.cache import Cache
from domain.artifacts.eviction import Lru
from domain.artifacts.links import Link
from domain.contracts.artifacts import NodeCacheEvicted, NodeCacheFilled
from domain.shared.events import Publish
from domain.shared.ids import NodeId


class Image(msgspec.Struct, frozen=True):
    """Layers by name with their sizes; a layer of one name is the same layer in every image."""

    name: str
    layers: tuple[tuple[str, int], ...]


class _Disk:
    """One node: its room, when what it has was or will be there, and which things it has, by name."""

    def __init__(self, budget_bytes: int) -> None:
        self.room = Cache(budget_bytes, Lru)
        self.there_at_us: dict[str, int] = {}
        self.copies: dict[str, int] = {}  # name of a cache → how many of its entries


class NodeDisks:
    """What a node has it does not fetch again. Of two attempts that want the same at once, the second waits.

    `has(node, name)` says whether a node has all layers of the image of that name, or any entry of the cache of that
    name, of whichever tenant. Where `tell` is set, every change of that is an event.
    """

    def __init__(self, budget_bytes: int, images: Iterable[Image], tell: bool, publish: Publish) -> None:
        self.evictions = 0
        self._budget_bytes = budget_bytes
        self._images = {image.name: image for image in images}
        self._layers = {
            image.name: [(_of_layer(layer), size) for layer, size in image.layers] for image in self._images.values()
        }
        self._users: dict[str, list[str]] = {}  # layer → images that have it
        for image in self._images.values():
            for layer, _ in image.layers:
                self._users.setdefault(_of_layer(layer), []).append(image.name)
        self._tell = tell
        self._publish = publish
        self._disks: dict[NodeId, _Disk] = {}
        self._told: dict[tuple[NodeId, str], None] = {}

    def pull(self, now: int, node: NodeId, image: str, link: Link) -> tuple[int, int]:
        """The bytes that a node lacks of an image, and how long it takes until it has all of it."""
        return self._fetch(now, node, self._layers[image], link, (image,))

    def fetch(self, now: int, node: NodeId, name: str, entry: str, size_bytes: int, link: Link) -> tuple[int, int]:
        """The same for an entry of the cache called `name`."""
        return self._fetch(now, node, [(_of_cache(name, entry), size_bytes)], link, (name,))

    def keep(self, now: int, node: NodeId, name: str, entry: str, size_bytes: int) -> None:
        """An entry was made on the node and stays there."""
        key, changed = _of_cache(name, entry), {name: None}
        self._put(now, self._disk(node), key, size_bytes, now, changed)
        self._announce(now, node, changed)

    def has(self, node: NodeId, name: str) -> bool:
        disk = self._disks.get(node)
        if disk is None:
            return False
        image = self._images.get(name)
        if image is not None and all(_of_layer(layer) in disk.room for layer, _ in image.layers):
            return True
        return bool(disk.copies.get(name))

    def forget(self, node: NodeId) -> None:
        """The node is gone, or its disk is; nobody asks for it any more."""
        self._disks.pop(node, None)
        if self._tell:
            self._told = {told: None for told in self._told if told[0] != node}

    def _fetch(
        self, now: int, node: NodeId, items: Sequence[tuple[str, int]], link: Link, names: tuple[str, ...]
    ) -> tuple[int, int]:
        disk = self._disk(node)
        use, there_at_us = disk.room.use, disk.there_at_us
        missing: list[tuple[str, int]] = []
        lacking, ready_us = 0, now
        for item in items:
            if not use(item[0]):
                missing.append(item)
                lacking += item[1]
            elif there_at_us and (at_us := there_at_us.get(item[0], 0)) > ready_us:
                ready_us = at_us
        if not missing:
            return 0, ready_us - now
        took = max(link.transfer_us(lacking), ready_us - now)
        changed = dict.fromkeys(names)
        for key, size in missing:
            self._put(now, disk, key, size, now + took, changed)
        self._announce(now, node, changed)
        return lacking, took

    def _put(self, now: int, disk: _Disk, key: str, size_bytes: int, at_us: int, changed: dict[str, None]) -> None:
        gone = disk.room.put(key, size_bytes)
        if not isinstance(gone, list):
            return  # it is there, or never fits: then it is fetched every time
        for victim, _ in gone:
            self.evictions += 1
            disk.there_at_us.pop(victim, None)
            changed.update(dict.fromkeys(self._names(victim)))
            self._count(disk, victim, -1)
        if at_us > now:
            disk.there_at_us[key] = at_us
        self._count(disk, key, 1)

    def _count(self, disk: _Disk, key: str, by: int) -> None:
        if key not in self._users:
            name = self._names(key)[0]
            disk.copies[name] = disk.copies.get(name, 0) + by

    def _names(self, key: str) -> list[str]:
        """The images that have a layer, or the cache that an entry is of."""
        return self._users.get(key) or [key.split("\0", 2)[1]]

    def _announce(self, now: int, node: NodeId, changed: dict[str, None]) -> None:
        if not self._tell:
            return
        for name in changed:
            told = (node, name) in self._told
            if self.has(node, name) and not told:
                self._told[node, name] = None
                self._publish(NodeCacheFilled(now, node, name))
            elif told and not self.has(node, name):
                del self._told[node, name]
                self._publish(NodeCacheEvicted(now, node, name))

    def _disk(self, node: NodeId) -> _Disk:
        disk = self._disks.get(node)
        if disk is None:
            disk = self._disks[node] = _Disk(self._budget_bytes)
        return disk


def _of_layer(layer: str) -> str:
    return f"layer\0{layer}"


def _of_cache(name: str, entry: str) -> str:
    return f"cache\0{name}\0{entry}"
