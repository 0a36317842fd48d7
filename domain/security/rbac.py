"""Roles, permissions and scopes: the policy as people read it, which says yes or no and why."""

from typing import Literal

import msgspec

ANY = "*"
GRANTED = "granted"
OTHER_TENANT, EXPLICIT_DENY, NO_GRANT = "other-tenant", "explicit-deny", "no-grant"


class Scope(msgspec.Struct, frozen=True):
    """Where a right holds, or what is asked for: a tenant, a pool, an environment; `*` is every one of them."""

    tenant: str = ANY
    pool: str = ANY
    environment: str = ANY

    def covers(self, asked: "Scope") -> bool:
        return (
            self.tenant in (ANY, asked.tenant)
            and self.pool in (ANY, asked.pool)
            and self.environment in (ANY, asked.environment)
        )


class Grant(msgspec.Struct, frozen=True):
    """A permission (`*`: every one), within a scope, allowed or denied."""

    permission: str
    scope: Scope = Scope()
    effect: Literal["allow", "deny"] = "allow"


class Role(msgspec.Struct, frozen=True):
    """What somebody is, and the rights that come with it."""

    name: str
    grants: tuple[Grant, ...]


class Principal(msgspec.Struct, frozen=True):
    """Who asks: somebody of a tenant (an empty name is the tenant itself) with these roles."""

    tenant: str
    name: str
    roles: tuple[str, ...] = ()


class RBACPolicy(msgspec.Struct, frozen=True):
    """Deny by default; a denial wins over every permission; nobody acts outside the own tenant, whatever the role."""

    roles: tuple[Role, ...]

    def __post_init__(self) -> None:
        names = [role.name for role in self.roles]
        if len(set(names)) != len(names):
            raise ValueError(f"roles are named once: {', '.join(names)}")

    def decide(self, who: Principal, permission: str, asked: Scope) -> str:
        """`granted`, or the reason why not. A role that the policy does not have gives nothing."""
        if asked.tenant != who.tenant:
            return OTHER_TENANT
        matching = [
            grant.effect
            for role in self.roles
            if role.name in who.roles
            for grant in role.grants
            if grant.permission in (ANY, permission) and grant.scope.covers(asked)
        ]
        if "deny" in matching:
            return EXPLICIT_DENY
        return GRANTED if matching else NO_GRANT
