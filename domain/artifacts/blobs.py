"""Blobs: content by its digest, stored once however many artifacts have it."""

import msgspec

from domain.artifacts.digests import Digest


class Blob(msgspec.Struct, gc=False):
    """Stored bytes and how many artifacts have them."""

    size_bytes: int
    references: int = 1


class Blobs:
    """Reference-counted content. `saved_bytes` is what was uploaded and did not have to be stored again."""

    def __init__(self) -> None:
        self._blobs: dict[Digest, Blob] = {}
        self.stored_bytes = 0
        self.peak_bytes = 0
        self.saved_bytes = 0

    def __len__(self) -> int:
        return len(self._blobs)

    def references(self, digest: Digest) -> int:
        blob = self._blobs.get(digest)
        return blob.references if blob else 0

    def put(self, digest: Digest, size_bytes: int) -> int:
        """One more artifact has this content; gives how many bytes had to be stored for it.

        Raises ValueError where content of that digest is there with another size: a digest names one content.
        """
        blob = self._blobs.get(digest)
        if blob is None:
            self._blobs[digest] = Blob(size_bytes)
            self.stored_bytes += size_bytes
            self.peak_bytes = max(self.peak_bytes, self.stored_bytes)
            return size_bytes
        if blob.size_bytes != size_bytes:
            raise ValueError(f"digest {digest} has {blob.size_bytes} bytes, not {size_bytes}")
        blob.references += 1
        self.saved_bytes += size_bytes
        return 0

    def drop(self, digest: Digest) -> int:
        """One artifact less has this content; gives how many bytes that freed."""
        blob = self._blobs[digest]
        blob.references -= 1
        if blob.references:
            return 0
        del self._blobs[digest]
        self.stored_bytes -= blob.size_bytes
        return blob.size_bytes
