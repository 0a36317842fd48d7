"""Who may start a pipeline, deploy with it, and where its jobs may be placed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.acl.orchestration_to_security import admission
from domain.acl.security_to_scheduling import FOR_TRUSTED, FOR_UNTRUSTED, Placement
from domain.contracts.orchestration import JobQueued
from domain.contracts.security import AccessDenied, DeploymentAllowed, JobTokenEnded, SessionOpened
from domain.orchestration.pipelines import Pipeline
from domain.orchestration.specs import JobSpec, PipelineSpec
from domain.security.access import Access
from domain.security.compiled import CompiledPolicy
from domain.security.directory import Directory, SessionTerms
from domain.security.rbac import Grant, RBACPolicy, Role, Scope
from domain.security.rights import Environment, JobRights, Terms
from domain.shared.requirements import NONE, Constraint, Requirements
from domain.shared.resources import Resources
from domain.shared.triggers import PUSH, Trigger
from tests.domain.security.parts import Desk

RUN = Grant("run")
ROLES = (
    Role("dev", (RUN, Grant("cache"), Grant("deploy", Scope(environment="staging")))),
    Role("lead", (RUN, Grant("deploy"))),
    Role("guest", (Grant("run", Scope(pool="own/forks")),)),
    Role("barred", (RUN, Grant("run", effect="deny"))),
)
ENVIRONMENTS = {
    "staging": Environment(),
    "production": Environment(refs=("main",), strict=True),
    "app-only": Environment(tenants=("app",)),
}
JOBS = {
    "build": JobRights(permissions=("cache", "publish")),
    "ship": JobRights(environment="production"),
    "try": JobRights(environment="staging"),
}
POOLS = {"own/linux": "trusted", "own/forks": "untrusted", "own/all": "any"}
ONE = Resources(1000)
FORK = Trigger("pull_request", "stranger", "patch-1", "untrusted")


def by(actor, ref="main") -> Trigger:
    return Trigger("push", actor, ref)


class Gate(Desk):
    def __init__(self, members=("dev",), outsiders=("guest",), log_in_again=True) -> None:
        super().__init__()
        self.directory = Directory(SessionTerms(100, 50, log_in_again), members, self.events.append)
        self.terms = Terms(members, outsiders, JOBS, ENVIRONMENTS, tuple(POOLS))
        self.access = Access(
            CompiledPolicy(RBACPolicy(ROLES)),
            self.terms,
            self.directory,
            self.authority,
            self.audit,
            self.events.append,
        )
        for name in ("lead", "barred"):
            self.directory.add("web", name, (name,))

    def admit(self, trigger, now=1, tenant="web", labels=("build",)) -> str:
        spec = PipelineSpec(tuple(JobSpec(label, label, ONE) for label in labels))
        said = admission(self.access, self.terms)(now, tenant, spec, trigger)
        return said.reason if said else "granted"


@pytest.mark.parametrize(
    ("trigger", "labels", "reason"),
    [
        (by("ann"), ("build",), "granted"),
        (PUSH, ("build",), "granted"),
        (FORK, ("build",), "granted"),
        (by("barred"), ("build",), "explicit-deny"),
        (by("lead"), ("build", "ship"), "granted"),
        (by("lead", "topic"), ("build", "ship"), "protected-ref"),
        (by("ann"), ("build", "ship"), "no-grant"),
        (FORK, ("ship",), "untrusted"),
        (by("ann", "topic"), ("build", "try"), "granted"),
    ],
)
def test_who_may_start_which_pipeline(trigger, labels, reason) -> None:
    gate = Gate()
    assert gate.admit(trigger, labels=labels) == reason
    assert gate.audit.by_reason() == {("start-pipeline", reason): 1}
    denied = [event for event in gate.events if isinstance(event, AccessDenied)]
    assert [event.reason for event in denied] == ([] if reason == "granted" else [reason])


@given(st.sampled_from((by("ann"), by("lead"), PUSH, FORK)), st.sampled_from(("web", "app")))
def test_with_no_roles_nobody_starts_anything(trigger, tenant) -> None:
    gate = Gate(members=(), outsiders=())
    if trigger.actor == "lead" and tenant == "web":
        return  # the only one who is listed
    assert gate.admit(trigger, tenant=tenant) in ("no-grant", "unknown-user")


def test_a_user_is_suspended_and_comes_back() -> None:
    gate = Gate()
    assert gate.admit(by("ann")) == "granted"
    user = gate.directory.users["web", "ann"]
    token = gate.exchanged(2, 9, 7, gate.access.holder("web", "build", by("ann")))
    assert token.holder.user == user.id
    gate.access.suspend(3, "web", "ann")
    gate.access.suspend(3, "web", "ann")
    assert JobTokenEnded(3, token.id, 9, "REVOKED", "suspended-user") in gate.events
    assert gate.access.holder("web", "build", by("ann")) is None, "a further attempt gets no token"
    assert gate.access.holder("web", "build", by("lead")) is not None
    assert gate.admit(by("ann"), 4) == "suspended-user"
    assert gate.admit(by("ann"), 4, tenant="app") == "granted", "another of the same name, of another tenant"
    gate.access.reinstate(5, "web", "ann")
    assert gate.admit(by("ann"), 6) == "granted"
    assert gate.access.holder("web", "build", by("ann")) is not None
    gate.access.delete(7, "web", "ann")
    gate.access.reinstate(8, "web", "ann")
    assert gate.admit(by("ann"), 9) == "deleted-user"


def test_an_expired_session_means_a_new_one_or_a_refusal() -> None:
    gate = Gate()
    assert [gate.admit(by("ann"), now) for now in (0, 49, 98, 99, 300)] == ["granted"] * 5
    assert sum(isinstance(event, SessionOpened) for event in gate.events) == 2
    strict = Gate(log_in_again=False)
    assert [strict.admit(by("ann"), now) for now in (0, 50, 51)] == ["granted", "session-expired", "granted"]


def test_a_token_carries_what_the_job_wants_and_its_sender_may() -> None:
    access = Gate().access
    assert access.holder("web", "build", by("ann")).permissions == ("cache",)
    assert access.holder("web", "build", by("lead")).permissions == ()
    assert access.holder("web", "build", FORK).permissions == ()
    assert access.holder("web", "ship", by("lead")).environment == "production"
    assert access.holder("web", "other", by("ann")).permissions == ()


@pytest.mark.parametrize(
    ("sender", "label", "reason"),
    [
        (by("ann"), "try", None),
        (by("ann"), "ship", "no-grant"),
        (by("lead"), "ship", None),
        (by("lead", "topic"), "ship", "protected-ref"),
        (FORK, "try", "untrusted"),
    ],
)
def test_a_job_deploys_only_where_its_sender_may(sender, label, reason) -> None:
    gate = Gate()
    gate.admit(sender)
    token = gate.exchanged(1, 9, 7, gate.access.holder("web", label, sender))
    said = gate.access.deploy(2, "deploy", token, "own/linux", sender)
    assert (said.reason if said else None) == reason
    assert gate.audit.by_reason()["deploy", reason or "granted"] == 1


@pytest.mark.parametrize(("action", "sender", "label", "allowed"), [
    ("deploy", by("ann"), "try", True), ("deploy", by("ann"), "ship", False), ("prepare", by("ann"), "try", False),
])  # fmt: skip
def test_it_is_told_that_a_job_may_deploy_only_when_it_asks_to_and_may(action, sender, label, allowed) -> None:
    gate = Gate()
    gate.admit(sender)
    token = gate.exchanged(1, 9, 7, gate.access.holder("web", label, sender))
    gate.access.deploy(2, action, token, "own/linux", sender)
    told = [event for event in gate.events if isinstance(event, DeploymentAllowed)]
    assert told == ([DeploymentAllowed(2, 9, "staging", "web")] if allowed else [])


def test_the_trail_says_who_asked_and_what_it_was_about() -> None:
    gate = Gate()
    gate.admit(by("ann"))
    token = gate.exchanged(2, 9, 7, gate.access.holder("web", "try", by("ann")))
    gate.access.deploy(3, "deploy", token, "own/linux", by("ann"))
    user = gate.directory.users["web", "ann"].id
    lines = [(line.action, line.tenant, line.subject, line.thing) for line in gate.audit]
    assert lines[0] == ("start-pipeline", "web", user, "ann")
    assert lines[-1] == ("deploy", "web", 9, "staging")


def test_a_permission_within_one_environment_is_carried_there_and_nowhere_else() -> None:
    gate = Gate(members=("tester",))
    roles = (Role("tester", (RUN, Grant("cache", Scope(environment="staging")))),)
    jobs = {"try": JobRights(environment="staging", permissions=("cache",)), "build": JobRights(permissions=("cache",))}
    terms = Terms(("tester",), (), jobs, ENVIRONMENTS, tuple(POOLS))
    access = Access(
        CompiledPolicy(RBACPolicy(roles)), terms, gate.directory, gate.authority, gate.audit, gate.events.append
    )
    assert access.holder("web", "try", PUSH).permissions == ("cache",)
    assert access.holder("web", "build", PUSH).permissions == ()


def test_who_is_deleted_takes_session_and_tokens_along_and_nobody_else_can_be() -> None:
    gate = Gate()
    gate.admit(by("ann"))
    holder = gate.access.holder("web", "build", by("ann"))
    token = gate.exchanged(2, 9, 7, holder)
    for _ in range(2):
        assert gate.access.delete(3, "web", "ann") is None
    ended = [event for event in gate.events if isinstance(event, JobTokenEnded)]
    assert ended == [JobTokenEnded(3, token.id, 9, "REVOKED", "deleted-user")]
    assert gate.access.holder("web", "build", by("ann")) is None
    listed = Gate(members=()).access
    for command in (listed.suspend, listed.reinstate, listed.delete):
        assert command(4, "web", "nobody").reason == "unknown-user"


def test_environments_of_others_and_unknown_ones_are_closed() -> None:
    gate = Gate()
    for environment, reason in (("app-only", "other-tenant"), ("nowhere", "unknown-environment")):
        assert gate.access.admit(1, "web", (environment,), by("lead")).reason == reason


def queued(job=1, tenant="web", requirements=NONE) -> JobQueued:
    return JobQueued(0, job, 1, tenant, "build", ONE, (), 1, 0, requirements)


def placement(trigger, pools=POOLS, known=True) -> Placement:
    pipeline = Pipeline(1, "web", PipelineSpec((JobSpec("build", "build", ONE),)), 1, trigger)
    return Placement(Gate().access, pools, lambda job: pipeline if known else None)


def test_trust_and_rights_become_hard_constraints() -> None:
    guests = Constraint("pool", "In", ("own/forks",))
    assert placement(by("ann")).require(queued(), NONE).constraints == (FOR_TRUSTED,)
    assert placement(FORK).require(queued(), NONE).constraints == (FOR_UNTRUSTED, guests)
    gpu = Requirements(constraints=(Constraint("gpu", "Exists"),), priority=3)
    narrowed = placement(FORK).require(queued(), gpu)
    assert narrowed.constraints == (*gpu.constraints, FOR_UNTRUSTED, guests)
    assert narrowed.priority == 3


def test_where_no_pool_is_for_strangers_only_trusted_jobs_demand_nothing_more() -> None:
    pools = {"own/linux": "trusted", "own/all": "any", "own/forks": "any"}
    assert placement(by("ann"), pools).require(queued(), NONE) is NONE


def test_equal_demands_are_one_object() -> None:
    rule = placement(FORK)
    plain = Requirements(priority=3)
    assert rule.require(queued(1), NONE) is rule.require(queued(2), NONE)
    assert rule.require(queued(1), plain) is rule.require(queued(2), Requirements(priority=3))


class Place:
    def __init__(self, pool) -> None:
        self.pool, self.job = pool, 1


@pytest.mark.parametrize(
    ("trigger", "pool", "reason"),
    [
        (by("ann"), "own/linux", None),
        (by("ann"), "own/all", None),
        (by("ann"), "own/forks", "untrusted-pool"),
        (FORK, "own/linux", "untrusted"),
        (FORK, "own/unheard-of", "untrusted"),
        (FORK, "own/all", "other-pool"),
        (FORK, "own/forks", None),
    ],
)
def test_a_wrong_place_is_refused_whoever_chose_it(trigger, pool, reason) -> None:
    said = placement(trigger).admit(Place(pool), Place(pool))
    assert (said.reason if said else None) == reason


def test_a_job_that_nobody_knows_gets_no_place() -> None:
    rule = placement(FORK, known=False)
    assert rule.require(queued(), NONE) is NONE
    assert rule.admit(Place("own/all"), Place("own/all")).reason == "unknown-job"
