"""The rules of the `security` section: what it names exists, and what it asks for can happen."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib.util import find_spec

from scenarios.fits import FLEET, can_host, classes
from scenarios.pools import each_pool, pools_of
from scenarios.problems import Finding, Path, choices, listed, show
from scenarios.quantities import DURATION
from scenarios.spec import JobClass, Scenario
from scenarios.spec_security import Right, Security, SecurityUser

SECURITY: Path = ("security",)


def security(scenario: Scenario) -> Iterator[Finding]:
    """Every broken rule about security, and about fields that mean nothing without it."""
    section = scenario.security
    jobs = list(classes(scenario))
    if section is None:
        yield from _without(scenario, jobs)
        return
    tenants, labels = list(scenario.tenants), [path[-1] for path, _ in jobs if path[-1] != "default"]
    open_trace = scenario.workload.trace is not None  # a trace may have labels that the file does not name
    yield from _names((*SECURITY, "members"), section.members, section.roles, "role", ("roles",))
    yield from _names((*SECURITY, "outsiders"), section.outsiders, section.roles, "role", ("roles",))
    if not section.members and not any(user.roles for user in section.users.values()) and not section.outsiders:
        allowed = (
            "members, outsiders or users with roles: whatever no role allows is denied, and nothing would ever run"
        )
        yield Finding(SECURITY, "nobody who may do anything", allowed)
    for name, role in section.roles.items():
        for number, right in enumerate(role):
            yield from _right((*SECURITY, "roles", name, number), right, scenario, section)
    for name, user in section.users.items():
        yield from _user((*SECURITY, "users", name), user, section, tenants)
    for name, environment in section.environments.items():
        where = (*SECURITY, "environments", name, "tenants")
        yield from _names(where, environment.tenants, tenants, "tenant", ())
    for name, secret in section.secrets.items():
        where = (*SECURITY, "secrets", name)
        yield from _name((*where, "tenant"), secret.tenant, tenants, "tenant", ("tenants",))
        yield from _name((*where, "environment"), secret.environment, section.environments, "environment",
                         (*SECURITY, "environments"))  # fmt: skip
        if not open_trace:
            yield from _names((*where, "jobs"), secret.jobs, [str(label) for label in labels], "class of jobs", ())
    for path, job in jobs:
        yield from _job(path, job, section)
        yield from _trust(path, job, scenario, section)
    yield from _limits(section)


def _without(scenario: Scenario, jobs: Sequence[tuple[Path, JobClass]]) -> Iterator[Finding]:
    allowed = "only with a security section"
    for path, job in jobs:
        for field in ("secrets", "environment", "permissions"):
            if getattr(job, field):
                yield Finding((*path, field), show(getattr(job, field)), allowed)
    for provider, name, pool in each_pool(scenario):
        if "trust" in pool.model_fields_set:
            yield Finding((*FLEET, provider, "pools", name, "trust"), show(pool.trust), allowed)


def _right(path: Path, right: Right, scenario: Scenario, section: Security) -> Iterator[Finding]:
    known = dict.fromkeys([*pools_of(scenario), *(name for _, name, _ in each_pool(scenario))])
    yield from _names((*path, "tenants"), right.tenants, scenario.tenants, "tenant", ())
    yield from _names((*path, "pools"), right.pools, known, "pool", ())
    yield from _names((*path, "environments"), right.environments, section.environments, "environment", ())


def _user(path: Path, user: SecurityUser, section: Security, tenants: Collection[str]) -> Iterator[Finding]:
    yield from _name((*path, "tenant"), user.tenant, tenants, "tenant", ("tenants",))
    yield from _names((*path, "roles"), user.roles, section.roles, "role", ("roles",))
    start, end = user.suspended_from, user.suspended_until
    if end is not None and start is None:
        yield Finding((*path, "suspended_until"), DURATION.format(end), "only with suspended_from", (path,))
    elif end is not None and start is not None and end <= start:
        allowed = f"later than suspended_from, which is {DURATION.format(start)}"
        yield Finding((*path, "suspended_until"), DURATION.format(end), allowed, ((*path, "suspended_from"),))


def _job(path: Path, job: JobClass, section: Security) -> Iterator[Finding]:
    """A class names secrets and environments that there are, and secrets that its jobs may have at all."""
    if path[-1] == "default":
        for field in ("secrets", "environment", "permissions"):
            if getattr(job, field):
                found = show(getattr(job, field))
                yield Finding((*path, field), found, "only for labels that are named under workload.trace.jobs")
    yield from _name((*path, "environment"), job.environment, section.environments, "environment",
                     (*SECURITY, "environments"))  # fmt: skip
    yield from _names((*path, "secrets"), job.secrets, section.secrets, "secret", ("secrets",))
    for number, name in enumerate(job.secrets):
        secret = section.secrets.get(name)
        where, depends = (*path, "secrets", number), ((*SECURITY, "secrets", name),)
        if secret is None:
            continue
        if secret.environment is not None and secret.environment != job.environment:
            target = show(job.environment) if job.environment else "none"
            allowed = f"secrets for jobs that deploy to {target}; this one is of environment {show(secret.environment)}"
            yield Finding(where, show(name), allowed, depends)
        if secret.jobs and path[-1] not in secret.jobs:
            yield Finding(where, show(name), f"only in its jobs: {listed(secret.jobs)}", depends)


def _trust(path: Path, job: JobClass, scenario: Scenario, section: Security) -> Iterator[Finding]:
    """Some pool whose trust allows it can take a job; without one it would wait for ever."""
    kinds = []
    if section.members or any(user.roles for user in section.users.values()):
        kinds.append("trusted")
    if section.outsiders and _has_forks(scenario):
        kinds.append("untrusted")
    pools = {full: pool for full, pool in pools_of(scenario).items() if can_host(job, pool)}
    for kind in kinds:
        if pools and not any(pool.trust in ("any", kind) for pool in pools.values()):
            found = f"{kind} code, and no pool for it: {', '.join(f'{name} is {p.trust}' for name, p in pools.items())}"
            allowed = f"with a pool of trust {kind} or any that can take it"
            if kind == "untrusted":
                allowed += ", or without security.outsiders: then pipelines from forks are refused"
            yield Finding(path, found, allowed, (FLEET, (*SECURITY, "outsiders")))


def _has_forks(scenario: Scenario) -> bool:
    synthetic = scenario.workload.synthetic
    if any(pipeline.trigger.fork for pipeline in (scenario.workload.pipelines or {}).values()):
        return True
    return synthetic is not None and synthetic.pushes.forks > 0


def _limits(section: Security) -> Iterator[Finding]:
    if section.signer == "eddsa" and not all(find_spec(name) for name in ("jwt", "cryptography")):
        allowed = "cheap, or eddsa after pip install 'windtunnel[jwt]', which has the PyJWT that is missing here"
        yield Finding((*SECURITY, "signer"), show(section.signer), allowed)
    path = (*SECURITY, "session")
    if section.session.idle > section.session.ttl:
        allowed = f"at most ttl, which is {DURATION.format(section.session.ttl)}"
        yield Finding((*path, "idle"), DURATION.format(section.session.idle), allowed, ((*path, "ttl"),))
    if section.token_ttl % 1_000_000:
        yield Finding(
            (*SECURITY, "token_ttl"), DURATION.format(section.token_ttl), "whole seconds: tokens count in them"
        )
    for where, drawn in (("exchange", section.exchange), ("lost_workers", section.lost_workers)):
        one = drawn if where == "exchange" else getattr(drawn, "after", None)
        uniform = getattr(one, "uniform", None)
        if uniform is not None and uniform.low > uniform.high:
            inner: Path = (where,) if where == "exchange" else (where, "after")
            at = (*SECURITY, *inner, "uniform")
            allowed = f"at most high, which is {DURATION.format(uniform.high)}"
            yield Finding((*at, "low"), DURATION.format(uniform.low), allowed, ((*at, "high"),))


def _names(
    path: Path, names: Sequence[str], known: Collection[str] | Mapping[str, object], what: str, where: Path
) -> Iterator[Finding]:
    """Each of several names exists; `where` in the security section they are listed."""
    depends = ((*SECURITY, *where),) if where else ()
    for number, name in enumerate(names):
        if name not in known:
            yield Finding((*path, number), f"no {what} {show(name)}", choices(name, known), depends)


def _name(path: Path, name: str | None, known: Collection[str], what: str, depends: Path) -> Iterator[Finding]:
    if name is not None and name not in known:
        yield Finding(path, f"no {what} {show(name)}", choices(name, known), (depends,))
