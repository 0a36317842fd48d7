"""Access: who may start a pipeline, deploy with it, and on which pools it may run."""

from collections.abc import Iterable

import msgspec

from domain.contracts.security import AccessDenied, DeploymentAllowed
from domain.security.audit import AuditTrail
from domain.security.authority import TokenAuthority
from domain.security.compiled import CompiledPolicy
from domain.security.directory import Directory
from domain.security.rbac import ANY, GRANTED
from domain.security.rights import DEPLOY, NO_RIGHTS, RUN, Terms
from domain.security.tokens import Holder, Token
from domain.shared.events import Publish
from domain.shared.ids import ExecutionId, UserId
from domain.shared.refusals import Refused
from domain.shared.triggers import Trigger

NOBODY, NO_EXECUTION = UserId(0), ExecutionId(0)


class Standing(msgspec.Struct, frozen=True, gc=False):
    """As what somebody acts: the user, if one of the tenant's, and the grants of the policy that apply to them."""

    user: UserId
    grants: int


class Access:
    """Decides with the policy, the directory and the protection of environments; keeps a record of every decision."""

    def __init__(
        self, policy: CompiledPolicy, terms: Terms, directory: Directory, authority: TokenAuthority,
        audit: AuditTrail, publish: Publish,
    ) -> None:  # fmt: skip
        self.directory = directory
        self._policy = policy
        self._terms = terms
        self._authority = authority
        self._audit = audit
        self._publish = publish
        self._member = Standing(NOBODY, policy.mask_of(terms.member_roles))
        self._outsider = Standing(NOBODY, policy.mask_of(terms.outsider_roles))
        self._barred: set[UserId] = set()  # who may not act now
        self._pools: dict[tuple[int, str], tuple[str, ...] | None] = {}
        self._holders: dict[tuple[str, str, str, str], Holder] = {}

    def admit(self, now: int, tenant: str, environments: Iterable[str], trigger: Trigger) -> Refused | None:
        """May this trigger start a pipeline of the tenant whose jobs deploy to these environments?

        A user's session is used or opened by it. Refused with the first reason that is found.
        """
        user = NOBODY
        refusal: Refused | None = None
        if trigger.trust == "trusted" and trigger.actor:
            found = self.directory.find(tenant, trigger.actor)
            if isinstance(found, Refused):
                refusal = found
            else:
                user = found.id
                session = self.directory.act(now, found)
                refusal = session if isinstance(session, Refused) else None
        if refusal is None:
            refusal = self._objection(tenant, self.standing(tenant, trigger), environments, trigger)
        self._record(now, "start-pipeline", tenant, user, refusal, trigger.actor)
        return refusal

    def standing(self, tenant: str, trigger: Trigger) -> Standing:
        """As what the sender of a trigger acts: an outsider, the tenant itself, or one of its users."""
        if trigger.trust != "trusted":
            return self._outsider
        if not trigger.actor:
            return self._member
        user = self.directory.users.get((tenant, trigger.actor))
        return self._member if user is None else Standing(user.id, self._policy.mask_of(user.roles))

    def holder(self, tenant: str, label: str, trigger: Trigger) -> Holder | None:
        """For whom the token of a job is: it carries the permissions that the job wants and the sender has.

        None for a sender who has been suspended or deleted since: what they started gets no further token.
        """
        key = (tenant, label, trigger.trust, trigger.actor)
        known = self._holders.get(key)
        if known is None:
            known = self._holders[key] = self._make_holder(tenant, label, trigger)
        return None if self._barred and known.user in self._barred else known

    def _bar(self, now: int, user: UserId, reason: str) -> None:
        self._barred.add(user)
        self._authority.revoke_user(now, user, reason)

    def _make_holder(self, tenant: str, label: str, trigger: Trigger) -> Holder:
        rights = self._terms.jobs.get(label, NO_RIGHTS)
        standing = self.standing(tenant, trigger)
        decide, where = self._policy.decide_masked, rights.environment or ANY
        permissions = tuple(
            one for one in rights.permissions if decide(standing.grants, tenant, one, tenant, ANY, where) == GRANTED
        )
        code = self._audit.name(tenant)
        return Holder(tenant, label, trigger.trust, standing.user, permissions, rights.environment, code)

    def pools(self, tenant: str, trigger: Trigger) -> tuple[str, ...] | None:
        """The pools on which the sender of a trigger may run jobs, by name; None: all of them."""
        grants = self.standing(tenant, trigger).grants
        key = (grants, tenant)
        if key not in self._pools:
            decide = self._policy.decide_masked
            may = tuple(pool for pool in self._terms.pools if decide(grants, tenant, RUN, tenant, pool) == GRANTED)
            self._pools[key] = None if may == self._terms.pools else may
        return self._pools[key]

    def deploy(
        self, now: int, action: str, token: Token, pool: str, trigger: Trigger, refusal: Refused | None = None
    ) -> Refused | None:
        """May an attempt with this token deploy from this pool? The audit calls the question `action`.

        `refusal` is what the token authority had against the token.
        """
        claims, environment = token.claims, token.holder.environment
        if refusal is None:
            grants = self.standing(claims.tenant, trigger).grants
            refusal = self._protected(claims.tenant, grants, environment, trigger, pool)
        execution = claims.execution
        self._record(now, action, claims.tenant, execution, refusal, "", environment, execution)
        if refusal is None and action == DEPLOY:
            self._publish(DeploymentAllowed(now, execution, environment, claims.tenant))
        return refusal

    def suspend(self, now: int, tenant: str, name: str) -> Refused | None:
        """The user may do nothing until reinstated: session and tokens are revoked. Idempotent."""
        found = self.directory.find(tenant, name)
        if isinstance(found, Refused):
            return found
        if self.directory.suspend(now, found):
            self._bar(now, found.id, "suspended-user")
        return None

    def reinstate(self, now: int, tenant: str, name: str) -> Refused | None:
        found = self.directory.find(tenant, name)
        if isinstance(found, Refused):
            return found
        if self.directory.reinstate(now, found):
            self._barred.discard(found.id)
        return None

    def delete(self, now: int, tenant: str, name: str) -> Refused | None:
        """The user is gone for good, with session and tokens. Idempotent."""
        found = self.directory.find(tenant, name)
        if isinstance(found, Refused):
            return found
        if self.directory.delete(now, found):
            self._bar(now, found.id, "deleted-user")
        return None

    def _objection(
        self, tenant: str, standing: Standing, environments: Iterable[str], trigger: Trigger
    ) -> Refused | None:
        if self.pools(tenant, trigger) == ():
            reason = self._policy.decide_masked(standing.grants, tenant, RUN, tenant)
            return Refused("no-pool" if reason == GRANTED else reason, RUN)
        for environment in environments:
            refusal = self._protected(tenant, standing.grants, environment, trigger, ANY)
            if refusal is not None:
                return refusal
        return None

    def _protected(self, tenant: str, grants: int, environment: str, trigger: Trigger, pool: str) -> Refused | None:
        rule = self._terms.environments.get(environment)
        if rule is None:
            return Refused("unknown-environment", environment)
        if trigger.trust != "trusted":
            return Refused("untrusted", environment)
        if rule.tenants and tenant not in rule.tenants:
            return Refused("other-tenant", environment)
        if rule.refs and trigger.ref not in rule.refs:
            return Refused("protected-ref", trigger.ref)
        reason = self._policy.decide_masked(grants, tenant, DEPLOY, tenant, pool, environment)
        return None if reason == GRANTED else Refused(reason, f"{DEPLOY} {environment}")

    def _record(
        self, now: int, action: str, tenant: str, subject: int, refusal: Refused | None, actor: str,
        thing: str = "", execution: ExecutionId = NO_EXECUTION,
    ) -> None:  # fmt: skip
        audit = self._audit
        reason = GRANTED if refusal is None else refusal.reason
        audit.record(now, audit.code(action, reason), audit.name(tenant), subject, audit.name(thing or actor))
        if refusal is not None:
            self._publish(AccessDenied(now, tenant, actor, action, reason, execution))
