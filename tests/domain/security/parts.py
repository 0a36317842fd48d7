"""What tests of security share: an authority over a cheap signer, and a holder."""

from domain.security.audit import AuditTrail
from domain.security.authority import Issuance, TokenAuthority
from domain.security.claims import Claims
from domain.security.ports import Signer
from domain.security.signing import CheapSigner
from domain.security.tokens import Holder
from domain.shared.events import Event

S = 1_000_000
KEY = bytes(range(32))
ISSUANCE = Issuance("windtunnel", "secrets", 60 * S)
ANN = Holder("web", "build")
FORK = Holder("web", "build", trust="untrusted")
CLAIMS = Claims("windtunnel", "secrets", "web", 3, "build", 7, 1, 9, "trusted", ("cache", "deploy"), 10, 70, 1)


class Desk:
    """A token authority, what it published and what it wrote down."""

    def __init__(
        self, signer: Signer | None = None, issuance: Issuance = ISSUANCE, alive=lambda execution: True
    ) -> None:
        self.events: list[Event] = []
        self.audit = AuditTrail()
        self.signer = signer or CheapSigner(KEY)
        self.authority = TokenAuthority(issuance, self.signer, self.audit, self.events.append, alive)

    def issue(self, now, execution, job, holder=ANN, attempt=1):
        return self.authority.issue(now, execution, job, attempt, 3, holder)

    def exchanged(self, now, execution, job, holder=ANN, attempt=1):
        """A token that was issued and exchanged at once."""
        token = self.issue(now, execution, job, holder, attempt)
        return self.authority.exchange(now, job, execution, token.signed, "secrets")
