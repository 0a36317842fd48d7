"""The event digest: one short name for everything that happened in a run, in order."""

from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from domain.shared.events import Event


class Digest:
    """BLAKE2b over the MessagePack encoding of every event; equal digests mean equal runs, event for event."""

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=16)
        self._encode = msgspec.msgpack.Encoder().encode

    def __call__(self, events: Sequence[Event], causes: Sequence[int]) -> None:
        encoded = self._encode(events)
        header = 1 if len(events) < 16 else 3 if len(events) < 65_536 else 5
        self._hash.update(memoryview(encoded)[header:])  # without the array header: batches may be cut anywhere

    def hex(self) -> str:
        return self._hash.hexdigest()
