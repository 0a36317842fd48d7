"""Access is denied by default, a denial wins, nobody leaves the own tenant; three engines say so alike."""

from itertools import product

import casbin
import pytest
from casbin.model import Model
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.security.compiled import CompiledPolicy
from domain.security.rbac import (
    ANY,
    EXPLICIT_DENY,
    GRANTED,
    NO_GRANT,
    OTHER_TENANT,
    Grant,
    Principal,
    RBACPolicy,
    Role,
    Scope,
)

TENANTS, POOLS, PLACES = ("web", "app"), ("linux", "gpu"), ("staging", "production")
PERMISSIONS, ROLES = ("run", "deploy", "cache"), ("dev", "lead", "bot")
ASKED = list(product(TENANTS, POOLS, PLACES, PERMISSIONS))

CASBIN_MODEL = """
[request_definition]
r = who, home, permission, tenant, pool, place
[policy_definition]
p = role, permission, tenant, pool, place, eft
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.home == r.tenant && g(r.who, p.role) && (p.permission == "*" || p.permission == r.permission) && \
(p.tenant == "*" || p.tenant == r.tenant) && (p.pool == "*" || p.pool == r.pool) && \
(p.place == "*" || p.place == r.place)
"""


def maybe(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.sampled_from((ANY, *names))


grants = st.builds(
    Grant,
    maybe(PERMISSIONS),
    st.builds(Scope, maybe(TENANTS), maybe(POOLS), maybe(PLACES)),
    st.sampled_from(("allow", "allow", "deny")),
)
policies = st.dictionaries(st.sampled_from(ROLES), st.lists(grants, max_size=5)).map(
    lambda roles: RBACPolicy(tuple(Role(name, tuple(given)) for name, given in roles.items()))
)
principals = st.builds(
    Principal, st.sampled_from(TENANTS), st.just("ann"), st.lists(st.sampled_from((*ROLES, "ghost"))).map(tuple)
)
DEV = RBACPolicy((Role("dev", (Grant("run"), Grant("deploy", Scope(environment="staging")))),))


def casbin_of(policy: RBACPolicy, who: Principal) -> casbin.Enforcer:
    model = Model()
    model.load_model_from_text(CASBIN_MODEL)
    enforcer = casbin.Enforcer(model)
    for role in policy.roles:
        for one in role.grants:
            scope = one.scope
            enforcer.add_policy(role.name, one.permission, scope.tenant, scope.pool, scope.environment, one.effect)
    for role in dict.fromkeys(who.roles):
        enforcer.add_grouping_policy(who.name, role)
    return enforcer


@given(policies, principals, st.data())
@settings(max_examples=150)
def test_the_compiled_policy_says_what_the_readable_one_and_casbin_say(policy, who, data) -> None:
    compiled, oracle = CompiledPolicy(policy), casbin_of(policy, who)
    for tenant, pool, place, permission in data.draw(st.lists(st.sampled_from(ASKED), min_size=1, max_size=6)):
        reason = compiled.decide(who, permission, tenant, pool, place)
        assert reason == policy.decide(who, permission, Scope(tenant, pool, place))
        assert (reason == GRANTED) == oracle.enforce(who.name, who.tenant, permission, tenant, pool, place)


@given(
    policies,
    principals,
    st.sampled_from((*PERMISSIONS, "unheard-of")),
    *(maybe((*names, "new")) for names in (TENANTS, POOLS, PLACES)),
)
@settings(max_examples=400)
def test_also_for_names_that_no_grant_mentions_and_for_everywhere(policy, who, permission, tenant, pool, place) -> None:
    said = CompiledPolicy(policy).decide(who, permission, tenant, pool, place)
    assert said == policy.decide(who, permission, Scope(tenant, pool, place))


@given(principals, st.sampled_from(ASKED))
def test_without_grants_everything_is_denied(who, asked) -> None:
    tenant, pool, place, permission = asked
    reason = CompiledPolicy(RBACPolicy(())).decide(who, permission, tenant, pool, place)
    assert reason == (NO_GRANT if tenant == who.tenant else OTHER_TENANT)


@given(policies, principals, st.sampled_from(ASKED))
def test_no_role_leads_out_of_the_own_tenant(policy, who, asked) -> None:
    tenant, pool, place, permission = asked
    powerful = RBACPolicy((*policy.roles, Role("root", (Grant(ANY),))))
    who = Principal(who.tenant, who.name, (*who.roles, "root"))
    reason = CompiledPolicy(powerful).decide(who, permission, tenant, pool, place)
    assert (reason == OTHER_TENANT) == (tenant != who.tenant)


@given(policies, principals, st.sampled_from(ASKED))
def test_a_denial_wins_whatever_else_is_granted(policy, who, asked) -> None:
    tenant, pool, place, permission = asked
    strict = RBACPolicy((*policy.roles, Role("barred", (Grant(permission, effect="deny"),))))
    who = Principal(tenant, who.name, (*who.roles, "barred"))
    assert CompiledPolicy(strict).decide(who, permission, tenant, pool, place) == EXPLICIT_DENY


@given(policies, principals, st.sampled_from(ASKED), grants)
@example(DEV, Principal("web", "ann", ("dev",)), ("web", "linux", "production", "deploy"), Grant("deploy"))
def test_one_more_permission_never_takes_a_right_away(policy, who, asked, grant) -> None:
    if grant.effect == "deny":
        return
    tenant, pool, place, permission = asked
    more = RBACPolicy((*policy.roles, Role("extra", (grant,))))
    before = policy.decide(who, permission, Scope(tenant, pool, place))
    after = CompiledPolicy(more).decide(
        Principal(who.tenant, who.name, (*who.roles, "extra")), permission, tenant, pool, place
    )
    assert before != GRANTED or after == GRANTED


def test_scopes_bind_to_environment_pool_and_tenant() -> None:
    policy = RBACPolicy((Role("dev", (Grant("deploy", Scope("web", "linux", "staging")),)), Role("idle", ())))
    compiled, ann = CompiledPolicy(policy), Principal("web", "ann", ("dev", "idle"))
    assert compiled.decide(ann, "deploy", "web", "linux", "staging") == GRANTED
    assert compiled.decide(ann, "deploy", "web", "linux", "production") == NO_GRANT
    assert compiled.decide(ann, "deploy", "web", "gpu", "staging") == NO_GRANT
    assert compiled.decide(ann, "run", "web", "linux", "staging") == NO_GRANT
    assert compiled.decide(Principal("app", "bob", ("dev",)), "deploy", "app", "linux", "staging") == NO_GRANT


def test_a_role_is_named_once() -> None:
    with pytest.raises(ValueError, match="named once: dev, dev"):
        RBACPolicy((Role("dev", ()), Role("dev", ())))
