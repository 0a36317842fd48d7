"""What a job token says: whose attempt this is, for whom the token is meant, what it allows, and until when."""

import msgspec

from domain.shared.ids import ExecutionId, JobId, PipelineId, TokenId
from domain.shared.refusals import Refused
from domain.shared.units import SECOND_US


class Claims(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The claims of one job token. `execution` is the fencing token; times are whole seconds since the run began.

    The names follow RFC 7519 (JSON Web Token, 2015) where it has them: iss, aud, iat, exp, jti.
    """

    iss: str
    aud: str
    tenant: str
    pipeline: PipelineId
    label: str
    job: JobId
    attempt: int
    execution: ExecutionId
    trust: str
    permissions: tuple[str, ...]
    iat: int
    exp: int
    jti: TokenId

    @property
    def sub(self) -> str:
        """Who holds it, as one text that policies of others can match."""
        return f"tenant:{self.tenant}:pipeline:{self.pipeline}:job:{self.label}"


def judge(claims: Claims, issuer: str, audience: str, now: int) -> Refused | None:
    """What is wrong with genuine claims for this audience at this time (µs); None when nothing is."""
    if claims.iss != issuer:
        return Refused("wrong-issuer", claims.iss)
    if claims.aud != audience:
        return Refused("wrong-audience", claims.aud)
    if now >= claims.exp * SECOND_US:
        return Refused("expired", f"at {claims.exp} s")
    if now < claims.iat * SECOND_US:
        return Refused("not-yet-valid", f"issued at {claims.iat} s")
    return None
