"""The token authority: issues one token per attempt, exchanges it once, and lets it end with the attempt."""

from collections.abc import Callable

import msgspec

from domain.contracts.security import AccessDenied
from domain.security.audit import AuditTrail
from domain.security.claims import Claims, judge
from domain.security.ports import Signer
from domain.security.tokens import Holder, Token
from domain.shared.events import Publish
from domain.shared.ids import ExecutionId, JobId, PipelineId, TokenId, UserId, sequence
from domain.shared.refusals import Refused
from domain.shared.units import SECOND_US


class Issuance(msgspec.Struct, frozen=True):
    """What all tokens of one authority share: who issues them, for whom they are meant, and how long they live (µs)."""

    issuer: str
    audience: str
    ttl_us: int


LIVE = ("ISSUED", "EXCHANGED")


class TokenAuthority:
    """Keeps the newest token of every job that executes. An execution's id is its fencing token: the newest one counts.

    News may come twice, late, or in the wrong order: an execution gets one token ever, so one that was cut short stays
    in the book until its execution ends, and none once it has ended.
    """

    def __init__(
        self, issuance: Issuance, signer: Signer, audit: AuditTrail, publish: Publish,
        alive: Callable[[ExecutionId], bool],
    ) -> None:  # fmt: skip
        """`alive` asks Execution itself whether an execution lives: the news of its end may be on its way."""
        self.book: dict[JobId, Token] = {}
        self._ended = {"EXPIRED": 0, "REVOKED": 0}
        self._issuance = issuance
        self._signer = signer
        self._audit = audit
        self._publish = publish
        self._alive = alive
        self._ids = sequence(TokenId)
        self._exchanged = audit.code("exchange-token", "granted")

    @property
    def counts(self) -> dict[str, int]:
        """What became of all tokens ever."""
        exchanged = self._audit.counts[self._exchanged]
        expired, revoked = self._ended["EXPIRED"], self._ended["REVOKED"]
        living = sum(token.state in LIVE for token in self.book.values())
        return {"issued": expired + revoked + living, "exchanged": exchanged, "expired": expired, "revoked": revoked}

    def issue(
        self, now: int, execution: ExecutionId, job: JobId, attempt: int, pipeline: PipelineId, holder: Holder
    ) -> Token | Refused:
        """A token for an attempt that began; the same one when asked again.

        Refused for an execution that has ended, whose token has, or that a newer one of its job has replaced.
        """
        token = self.book.get(job)
        if token is not None and token.claims.execution >= execution:
            if token.claims.execution == execution and token.state in LIVE:
                return token
            return self._refuse(now, "issue-token", "stale-token", execution, holder.tenant)
        if not self._alive(execution):
            return self._refuse(now, "issue-token", "stale-token", execution, holder.tenant)
        if token is not None and token.state in LIVE:
            self._cut_short(now, token, "revoke", "superseded")
        terms = self._issuance
        id = self._ids()
        claims = Claims(
            terms.issuer, terms.audience, holder.tenant, pipeline, holder.label, job, attempt, execution, holder.trust,
            holder.permissions, now // SECOND_US, -(-(now + terms.ttl_us) // SECOND_US), id,
        )  # fmt: skip
        token = self.book[job] = Token(id, claims, self._signer.sign(claims), holder)
        return token

    def held(self, job: JobId, execution: ExecutionId) -> Token | None:
        """The token that an execution of a job holds, if it has not ended."""
        token = self.book.get(job)
        return token if token is not None and token.claims.execution == execution and token.state in LIVE else None

    def exchange(self, now: int, job: JobId, execution: ExecutionId, signed: bytes, audience: str) -> Token | Refused:
        """Turn a token into credentials, once. Whoever shows it, it is checked as if it came from a stranger."""
        token = self._shown(now, job, execution, signed, audience)
        if isinstance(token, Refused):
            return self.deny(now, token.reason, execution)
        if token.state != "ISSUED":
            return self.deny(now, "replayed", execution)
        event = token.exchange(now)
        self._audit.record(now, self._exchanged, token.holder.tenant_code, execution)
        self._publish(event)
        return token

    def present(self, now: int, job: JobId, execution: ExecutionId, signed: bytes, audience: str) -> Token | Refused:
        """The token of a live execution that shows its exchanged token; refused with the first thing that is wrong."""
        token = self._shown(now, job, execution, signed, audience)
        if not isinstance(token, Refused) and token.state != "EXCHANGED":
            return Refused("not-exchanged", f"execution {execution}")
        return token

    def end(self, now: int, job: JobId, execution: ExecutionId) -> None:
        """The attempt is over, and so is its token; ExecutionEnded said so, no further event does."""
        token = self.book.get(job)
        if token is not None and token.claims.execution == execution:
            del self.book[job]
            if token.state in LIVE:
                token.move("expire" if now >= token.claims.exp * SECOND_US else "revoke")
                self._ended[token.state] += 1

    def revoke_user(self, now: int, user: UserId, reason: str) -> None:
        """Every token of pipelines that this user started ends now."""
        for token in list(self.book.values()):
            if token.holder.user == user and token.state in LIVE:
                self._cut_short(now, token, "revoke", reason)

    def deny(self, now: int, reason: str, execution: ExecutionId) -> Refused:
        """An exchange is refused, and everybody hears of it."""
        self._publish(AccessDenied(now, "", "", "exchange-token", reason, execution))
        return self._refuse(now, "exchange-token", reason, execution, "")

    def _shown(self, now: int, job: JobId, execution: ExecutionId, signed: bytes, audience: str) -> Token | Refused:
        """The token in the book that matches what is shown, and is good for this audience now."""
        token = self.book.get(job)
        if token is None or token.claims.execution != execution or not self._alive(execution):
            return Refused("stale-token", f"execution {execution}")
        claims = token.claims
        if token.signed != signed:
            return self._stranger(now, signed, audience)
        if claims.aud != audience:
            return Refused("wrong-audience", claims.aud)
        if token.state not in LIVE:
            return Refused("expired" if token.state == "EXPIRED" else "revoked", f"execution {execution}")
        if now >= claims.exp * SECOND_US:
            self._cut_short(now, token, "expire", "expired")
            return Refused("expired", f"at {claims.exp} s")
        return token

    def _stranger(self, now: int, signed: bytes, audience: str) -> Refused:
        """What is wrong with a token that is not the one in the book."""
        claims = self._signer.read(signed)
        if isinstance(claims, Refused):
            return claims
        return judge(claims, self._issuance.issuer, audience, now) or Refused("not-its-token", claims.sub)

    def _cut_short(self, now: int, token: Token, move: str, reason: str) -> None:
        """The token ends before its execution does."""
        event = token.end(now, move, reason)
        self._ended[token.state] += 1
        self._publish(event)

    def _refuse(self, now: int, action: str, reason: str, execution: int, tenant: str) -> Refused:
        self._audit.record(now, self._audit.code(action, reason), self._audit.name(tenant), execution)
        return Refused(reason, f"execution {execution}")
