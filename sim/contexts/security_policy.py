"""From the `security` section of a scenario to the values that the domain decides with."""

from collections.abc import Iterator, Sequence
from itertools import product

from domain.acl.security_to_scheduling import POOL, TRUST
from domain.security.directory import SessionTerms
from domain.security.rbac import ANY, Grant, RBACPolicy, Role, Scope
from domain.security.rights import Environment, JobRights, Terms
from domain.security.secret_store import Secret
from scenarios.fits import classes
from scenarios.pools import each_pool, pools_of
from scenarios.spec import Scenario
from scenarios.spec_security import Right, Security


def policy_of(scenario: Scenario, section: Security) -> RBACPolicy:
    """A right that names several places becomes a grant for each."""
    pools = {f"{provider}/{name}": name for provider, name, _ in each_pool(scenario)}

    def grants(rights: Sequence[Right]) -> Iterator[Grant]:
        for right in rights:
            places = [full for full, name in pools.items() if full in right.pools or name in right.pools]
            for tenant, pool, environment in product(
                right.tenants or (ANY,), places if right.pools else (ANY,), right.environments or (ANY,)
            ):
                scope = Scope(tenant, pool, environment)
                yield Grant(right.allow or right.deny or "", scope, "allow" if right.allow else "deny")

    return RBACPolicy(tuple(Role(name, tuple(grants(rights))) for name, rights in section.roles.items()))


def terms_of(scenario: Scenario, section: Security) -> Terms:
    rights = {
        str(path[-1]): JobRights(job.secrets, job.environment or "", job.permissions) for path, job in classes(scenario)
    }
    return Terms(
        member_roles=section.members,
        outsider_roles=section.outsiders,
        jobs={label: one for label, one in rights.items() if one != JobRights()},
        environments={
            name: Environment(one.refs, one.tenants, one.refuses == "pipeline")
            for name, one in section.environments.items()
        },
        pools=tuple(pools_of(scenario)),
    )


def secrets_of(section: Security) -> list[Secret]:
    return [Secret(name, one.tenant or "", one.environment or "", one.jobs) for name, one in section.secrets.items()]


def session_terms_of(section: Security) -> SessionTerms:
    session = section.session
    return SessionTerms(session.ttl, session.idle, session.expired == "log-in-again")


def trusts_of(scenario: Scenario) -> dict[str, str]:
    """`provider/pool` → whose code it runs."""
    return {full: pool.trust for full, pool in pools_of(scenario).items()}


def node_attributes(scenario: Scenario, pool: str, trust: str) -> tuple[str, ...]:
    """What nodes of `provider/pool` say of themselves, so that constraints can tell; nothing without security."""
    return () if scenario.security is None else (f"{TRUST}={trust}", f"{POOL}={pool}")
