"""Digests: the address of content is computed from the content, so equal content has one address."""

from hashlib import blake2b
from typing import NewType

Digest = NewType("Digest", str)
"""128 bits of BLAKE2b (RFC 7693) as 32 hexadecimal digits."""


def digest_of(content: str) -> Digest:
    """The address of `content`: of the bytes themselves, or of words that name them without ambiguity."""
    return Digest(blake2b(content.encode(), digest_size=16).hexdigest())
