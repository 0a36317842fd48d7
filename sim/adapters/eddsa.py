"""Job tokens as JSON Web Tokens signed with EdDSA (RFC 8037) by PyJWT, which the extra `jwt` installs."""

from typing import Any

import msgspec

from domain.security.claims import Claims
from domain.security.ports import Signer
from domain.shared.refusals import Refused

ALGORITHM = "EdDSA"
KEY_BYTES = 32
MISSING = (
    "security.signer: eddsa needs PyJWT with its cryptography: pip install 'windtunnel[jwt]', or use signer: cheap"
)


class SignerMissing(Exception):
    """The scenario asks for a signer whose library is not installed."""


def eddsa_signer(seed: bytes) -> Signer:
    """A signer whose key is these 32 bytes; Ed25519 signs without dice, so the same claims give the same token.

    Raises SignerMissing where PyJWT or its cryptography is not installed.
    """
    try:
        import jwt
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError:
        raise SignerMissing(MISSING) from None
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key()
    # Time is the simulation's: the library must not compare it with the clock of this machine.
    options: Any = {f"verify_{name}": False for name in ("exp", "iat", "nbf", "aud", "iss", "sub", "jti")}

    class EdDsa:
        """Who verifies needs the public key only, and cannot sign."""

        def sign(self, claims: Claims) -> bytes:
            said = {name: getattr(claims, name) for name in Claims.__struct_fields__}
            return jwt.encode({**said, "sub": claims.sub}, private, algorithm=ALGORITHM).encode("ascii")

        def read(self, token: bytes) -> Claims | Refused:
            try:
                said = jwt.decode(token, public, algorithms=[ALGORITHM], options=options)
                fields = [said[name] for name in Claims.__struct_fields__]
                return msgspec.convert(fields, Claims)
            except jwt.InvalidSignatureError:
                return Refused("bad-signature")
            except (jwt.PyJWTError, msgspec.MsgspecError, KeyError, UnicodeError) as error:
                return Refused("malformed-token", str(error))

    return EdDsa()
