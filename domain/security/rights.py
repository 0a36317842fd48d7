"""What a security policy is told about jobs, environments and outsiders: the values that a scenario writes down."""

from collections.abc import Mapping

import msgspec

RUN, DEPLOY = "run", "deploy"
"""The two permissions that admission asks for; job classes may name further ones, which their tokens carry."""


class JobRights(msgspec.Struct, frozen=True):
    """What the jobs of one label want besides a place: secrets, an environment to deploy to, permissions."""

    secrets: tuple[str, ...] = ()
    environment: str = ""
    permissions: tuple[str, ...] = ()


NO_RIGHTS = JobRights()


class Environment(msgspec.Struct, frozen=True):
    """Where jobs deploy to. `refs`: only pipelines of these; `tenants`: only theirs; empty: no such limit.

    `strict` ones refuse the whole pipeline of whoever may not deploy, others only the job.
    """

    refs: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()
    strict: bool = False


class Terms(msgspec.Struct, frozen=True):
    """Who counts as what, and which jobs want what."""

    member_roles: tuple[str, ...] = ()  # of the users of a tenant who are not listed, and of the tenant itself
    outsider_roles: tuple[str, ...] = ()  # of whoever sends untrusted code
    jobs: Mapping[str, JobRights] = {}
    environments: Mapping[str, Environment] = {}
    pools: tuple[str, ...] = ()  # every pool there is
