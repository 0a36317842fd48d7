"""The policy compiled to masks: one bit per grant, so that a decision is a few look-ups and ands."""

from collections.abc import Callable, Iterable

from domain.security.rbac import ANY, EXPLICIT_DENY, GRANTED, NO_GRANT, OTHER_TENANT, Grant, Principal, RBACPolicy


class CompiledPolicy:
    """Answers as `RBACPolicy.decide` does.

    Per dimension (permission, tenant, pool, environment): name → the grants that speak of it, and apart the grants
    that speak of every name, which is the answer for a name that no grant mentions. A grant applies when its bit is
    in the masks of all dimensions and of the roles.
    """

    __slots__ = ("_denials", "_environments", "_of_role", "_of_roles", "_permissions", "_pools", "_tenants")

    def __init__(self, policy: RBACPolicy) -> None:
        grants = [grant for role in policy.roles for grant in role.grants]
        self._denials = _mask(grant.effect == "deny" for grant in grants)
        self._permissions = _masks(grants, lambda grant: grant.permission)
        self._tenants = _masks(grants, lambda grant: grant.scope.tenant)
        self._pools = _masks(grants, lambda grant: grant.scope.pool)
        self._environments = _masks(grants, lambda grant: grant.scope.environment)
        owners = [role.name for role in policy.roles for _ in role.grants]
        self._of_role = {role.name: _mask(owner == role.name for owner in owners) for role in policy.roles}
        self._of_roles: dict[tuple[str, ...], int] = {}

    def mask_of(self, roles: tuple[str, ...]) -> int:
        """The grants of all these roles together, for `decide_masked`."""
        mask = self._of_roles.get(roles)
        if mask is None:
            mask = 0
            for role in roles:
                mask |= self._of_role.get(role, 0)
            self._of_roles[roles] = mask
        return mask

    def decide(self, who: Principal, permission: str, tenant: str, pool: str = ANY, environment: str = ANY) -> str:
        """`granted`, or the reason why not; asking for `*` asks for every one."""
        return self.decide_masked(self.mask_of(who.roles), who.tenant, permission, tenant, pool, environment)

    def decide_masked(
        self, roles: int, home: str, permission: str, tenant: str, pool: str = ANY, environment: str = ANY
    ) -> str:
        """As `decide`, for somebody of the tenant `home` whose roles were turned into a mask before."""
        if tenant != home:
            return OTHER_TENANT
        permissions, every_permission = self._permissions
        tenants, every_tenant = self._tenants
        pools, every_pool = self._pools
        environments, every_environment = self._environments
        applies = (
            roles
            & permissions.get(permission, every_permission)
            & tenants.get(tenant, every_tenant)
            & pools.get(pool, every_pool)
            & environments.get(environment, every_environment)
        )
        if not applies:
            return NO_GRANT
        return EXPLICIT_DENY if applies & self._denials else GRANTED


def _mask(bits: Iterable[bool]) -> int:
    return sum(1 << number for number, bit in enumerate(bits) if bit)


def _masks(grants: list[Grant], name_of: Callable[[Grant], str]) -> tuple[dict[str, int], int]:
    """Name → the grants that speak of it or of every name; and the latter alone."""
    every = _mask(name_of(grant) == ANY for grant in grants)
    names = dict.fromkeys(name_of(grant) for grant in grants)
    return {name: _mask(name_of(grant) in (ANY, name) for grant in grants) for name in names}, every
