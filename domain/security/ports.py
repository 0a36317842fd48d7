"""What Security needs from outside: somebody who signs claims and recognises the own signature."""

from typing import Protocol

from domain.security.claims import Claims
from domain.shared.refusals import Refused


class Signer(Protocol):
    """Pure: the same claims under the same key give the same token."""

    def sign(self, claims: Claims) -> bytes:
        """The claims as a token that shows who made it and that nobody changed it."""
        ...

    def read(self, token: bytes) -> Claims | Refused:
        """The claims of a genuine token; refused as `malformed-token` or `bad-signature`. Says nothing of expiry."""
        ...
