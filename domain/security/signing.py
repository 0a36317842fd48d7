"""The cheap signer for big simulations: claims in MessagePack under a keyed BLAKE2b (RFC 7693, section 2.9)."""

from hashlib import blake2b
from hmac import compare_digest

import msgspec

from domain.security.claims import Claims
from domain.shared.refusals import Refused

TAG_BYTES = 16


class CheapSigner:
    """A token is 16 bytes of tag and the claims. Who can check it can also make it: issuer and verifier are one."""

    def __init__(self, key: bytes) -> None:
        """`key` has 16 to 64 bytes."""
        if not 16 <= len(key) <= 64:
            raise ValueError(f"the key has {len(key)} bytes, not 16 to 64")
        self._keyed = blake2b(key=key, digest_size=TAG_BYTES)  # copied for each token: the key is read once
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(Claims).decode

    def sign(self, claims: Claims) -> bytes:
        said = self._encode(claims)
        tag = self._keyed.copy()
        tag.update(said)
        return tag.digest() + said

    def read(self, token: bytes) -> Claims | Refused:
        said = token[TAG_BYTES:]
        tag = self._keyed.copy()
        tag.update(said)
        if not compare_digest(tag.digest(), token[:TAG_BYTES]):
            return Refused("bad-signature")
        try:
            return self._decode(said)
        except msgspec.MsgspecError as error:
            return Refused("malformed-token", str(error))
