"""The `security` section of a scenario: users and roles, job tokens, secrets, environments."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from scenarios.draws import Distribution, Model, Number, Whole
from scenarios.names import Name
from scenarios.quantities import DurationUs, PositiveDurationUs

PoolTrust = Literal["trusted", "untrusted", "any"]


class Right(Model):
    """One permission, allowed or denied; a list that is left out means everywhere, a denial wins over everything."""

    allow: Name | None = Field(None, description="permission that the role gives: run, deploy, or a name of your own")
    deny: Name | None = Field(None, description="permission that the role takes away")
    tenants: tuple[Name, ...] = Field((), description="only there; nobody ever acts outside the own tenant")
    pools: tuple[Name, ...] = Field((), description="only there: names of pools, or provider/pool")
    environments: tuple[Name, ...] = Field((), description="only there")

    @model_validator(mode="after")
    def either(self) -> Self:
        given = [name for name in ("allow", "deny") if getattr(self, name) is not None]
        if len(given) != 1:
            words = {"found": " and ".join(given) or "none", "allowed": "allow, deny"}
            raise PydanticCustomError("rule", "found {found}, allowed: exactly one of {allowed}", words)
        return self


class SecurityUser(Model):
    """A user by name, as triggers call them; those who are not listed are members of their tenant."""

    tenant: Name = Field(description="whose user this is")
    roles: tuple[Name, ...] = Field((), description="names under `roles`; none: may do nothing")
    suspended_from: DurationUs | None = Field(None, description="may do nothing from then on")
    suspended_until: PositiveDurationUs | None = Field(None, description="may act again from then on")
    deleted_at: DurationUs | None = Field(None, description="gone for good from then on")


class SessionLimits(Model):
    """How long a log-in lasts."""

    ttl: PositiveDurationUs = Field(12 * 3_600_000_000, description="at most, whatever the user does")
    idle: PositiveDurationUs = Field(3_600_000_000, description="without any action")
    expired: Literal["log-in-again", "refuse"] = Field(
        "log-in-again", description="what the next pipeline of its user meets: a new session, or a refusal first"
    )


class Environment(Model):
    """Where jobs deploy to; it takes the permission `deploy` on it, and trusted code."""

    refs: tuple[Name, ...] = Field((), description="only pipelines of these refs; left out: of any")
    tenants: tuple[Name, ...] = Field((), description="only theirs; left out: everybody's")
    refuses: Literal["job", "pipeline"] = Field(
        "job", description="what ends where somebody may not deploy: the job fails, or the pipeline never starts"
    )


class Secret(Model):
    """Who may have a secret; nobody's untrusted code ever gets one."""

    tenant: Name | None = Field(None, description="only its jobs; left out: each tenant has its own of this name")
    environment: Name | None = Field(None, description="only jobs that deploy there")
    jobs: tuple[Name, ...] = Field((), description="only jobs of these labels; left out: of any")


class LostWorkers(Model):
    """Lost attempts whose worker lives on, unaware, and asks for its secrets with a token that is stale."""

    share: Annotated[Number, Field(gt=0, le=1)] = Field(1.0, description="of all lost attempts")
    after: Distribution = Field(Distribution(constant=30_000_000), description="how long after the loss it asks")


class Security(Model):
    """Who may do what. Denied is whatever no role allows, so `members` or `users` are needed for anything to run."""

    signer: Literal["cheap", "eddsa"] = Field(
        "cheap",
        description="of job tokens: a keyed hash, or EdDSA as JSON Web Tokens (needs PyJWT; the same run, slower)",
    )
    issuer: Name = Field("windtunnel", description="who issues job tokens")
    audience: Name = Field("secrets", description="for whom job tokens are meant")
    token_ttl: PositiveDurationUs = Field(
        24 * 3_600_000_000,
        description="how long a job token lives at most, in whole seconds; it never outlives its attempt",
    )
    exchange: Distribution = Field(
        Distribution(constant=0), description="how long an attempt waits for its token, before anything else"
    )
    session: SessionLimits = Field(SessionLimits(), description="how long a log-in lasts")
    roles: dict[Name, tuple[Right, ...]] = Field({}, description="name → what it allows and denies")
    members: tuple[Name, ...] = Field(
        (), description="roles of users who are not listed, and of the tenant itself where a pipeline has no user"
    )
    outsiders: tuple[Name, ...] = Field((), description="roles of whoever sends untrusted code, as from a fork")
    users: dict[Name, SecurityUser] = Field({}, description="name → a user who is not just a member")
    environments: dict[Name, Environment] = Field({}, description="name → where jobs deploy to")
    secrets: dict[Name, Secret] = Field({}, description="name → who may have it")
    refused_secret: Literal["go-on", "fail"] = Field(
        "go-on", description="what an attempt does without a secret that it asked for"
    )
    lost_workers: LostWorkers | None = Field(None, description="left out: a lost worker is really gone")
    audit_keep: Annotated[Whole, Field(ge=1, le=10_000_000)] = Field(
        100_000, description="decisions that are kept one by one; all are counted"
    )
