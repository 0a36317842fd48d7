"""Token: the right of one attempt to act, exchanged once and never outliving its attempt."""

from typing import ClassVar

import msgspec

from domain.contracts.security import JobTokenEnded, JobTokenExchanged
from domain.security.claims import Claims
from domain.shared.events import Event
from domain.shared.ids import ExecutionId, TokenId, UserId
from domain.shared.lifecycle import Aggregate, Table
from domain.shared.triggers import TrustLevel
from domain.shared.units import SECOND_US


class Holder(msgspec.Struct, frozen=True):
    """For whom a token is: whose job it is, how far its code is trusted, what it may do. Tokens share equal ones.

    `user` started the pipeline (0: nobody in particular); `tenant_code` is the tenant in the audit trail.
    """

    tenant: str
    label: str
    trust: TrustLevel = "trusted"
    user: UserId = UserId(0)
    permissions: tuple[str, ...] = ()
    environment: str = ""
    tenant_code: int = 0


class Token(Aggregate, eq=False):
    """ISSUED → EXCHANGED → EXPIRED | REVOKED; ISSUED → EXPIRED | REVOKED."""

    INITIAL: ClassVar[str] = "ISSUED"
    MOVES: ClassVar[Table] = {
        "ISSUED": {"exchange": "EXCHANGED", "expire": "EXPIRED", "revoke": "REVOKED"},
        "EXCHANGED": {"expire": "EXPIRED", "revoke": "REVOKED"},
        "EXPIRED": {},
        "REVOKED": {},
    }

    id: TokenId
    claims: Claims
    signed: bytes
    holder: Holder
    state: str = "ISSUED"

    @property
    def execution(self) -> ExecutionId:
        return self.claims.execution

    def exchange(self, now: int) -> Event:
        self.move("exchange")
        claims = self.claims
        return JobTokenExchanged(
            now, self.id, claims.execution, claims.job, claims.tenant, claims.trust, claims.exp * SECOND_US
        )  # fmt: skip

    def end(self, now: int, move: str, reason: str) -> Event:
        """expire or revoke, before the attempt is over."""
        self.move(move)
        return JobTokenEnded(now, self.id, self.execution, self.state, reason)
