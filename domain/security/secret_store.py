"""The secret store: gives a secret to the one execution that may have it, and says why to everybody else."""

from collections.abc import Iterable

import msgspec

from domain.contracts.security import AccessDenied, SecretReleased
from domain.security.audit import AuditTrail
from domain.security.authority import TokenAuthority
from domain.security.tokens import Token
from domain.shared.events import Publish
from domain.shared.ids import ExecutionId, JobId
from domain.shared.refusals import Refused


class Secret(msgspec.Struct, frozen=True):
    """A secret and who may have it; empty fields do not narrow it down. Its value is nobody's business here."""

    name: str
    tenant: str = ""  # empty: every tenant has its own of this name
    environment: str = ""  # only jobs that deploy there
    jobs: tuple[str, ...] = ()  # only jobs of these labels


class SecretStore:
    """Asks the token authority first: only who holds the live fencing token of an attempt is asked anything else."""

    def __init__(
        self, secrets: Iterable[Secret], authority: TokenAuthority, audience: str, audit: AuditTrail, publish: Publish
    ) -> None:
        self.secrets = {secret.name: secret for secret in secrets}
        self.counts = {name: [0, 0] for name in self.secrets}  # released, refused
        self._authority = authority
        self._audience = audience
        self._audit = audit
        self._publish = publish
        self._released = audit.code("release-secret", "granted")

    def release(
        self, now: int, name: str, job: JobId, execution: ExecutionId, signed: bytes, tenant: str
    ) -> Secret | Refused:
        """The secret, for an execution that shows its token; `tenant` is whose execution it says it is."""
        token = self._authority.present(now, job, execution, signed, self._audience)
        if isinstance(token, Refused):
            return self._refuse(now, name, execution, tenant, token)
        secret = self.secrets.get(name)
        refusal = self._objection(secret, token)
        if refusal is not None:
            return self._refuse(now, name, execution, token.claims.tenant, refusal)
        assert secret is not None  # what is unknown was objected to
        tenant = token.claims.tenant
        self.counts[name][0] += 1
        self._audit.record(now, self._released, token.holder.tenant_code, execution, self._audit.name(name))
        self._publish(SecretReleased(now, name, execution, token.id, tenant))
        return secret

    def _objection(self, secret: Secret | None, token: Token) -> Refused | None:
        claims = token.claims
        if claims.trust != "trusted":
            return Refused("untrusted", claims.sub)
        if secret is None:
            return Refused("unknown-secret")
        if secret.tenant and secret.tenant != claims.tenant:
            return Refused("other-tenant", claims.tenant)
        if secret.environment and secret.environment != token.holder.environment:
            return Refused("other-environment", token.holder.environment)
        if secret.jobs and claims.label not in secret.jobs:
            return Refused("other-job", claims.label)
        return None

    def _refuse(self, now: int, name: str, execution: ExecutionId, tenant: str, refusal: Refused) -> Refused:
        audit = self._audit
        if name in self.counts:
            self.counts[name][1] += 1
        audit.record(now, audit.code("release-secret", refusal.reason), audit.name(tenant), execution, audit.name(name))
        self._publish(AccessDenied(now, tenant, "", "release-secret", refusal.reason, execution))
        return refusal
