"""Events that Security publishes about users, sessions, job tokens, secrets and refusals."""

from domain.shared.events import Event
from domain.shared.ids import ExecutionId, JobId, SessionId, TokenId, UserId


class UserSuspended(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A user may do nothing until reinstated. Consumers: reports."""

    user: UserId
    tenant: str
    actor: str


class UserReinstated(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A suspended user may act again. Consumers: reports."""

    user: UserId
    tenant: str
    actor: str


class UserDeleted(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A user is gone for good. Consumers: reports."""

    user: UserId
    tenant: str
    actor: str


class SessionOpened(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A user logged in; the session ends at `expires_at_us` at the latest. Consumers: telemetry."""

    session: SessionId
    user: UserId
    tenant: str
    actor: str
    expires_at_us: int


class SessionEnded(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A session expired, was revoked or was closed; `state` says which. Consumers: telemetry."""

    session: SessionId
    user: UserId
    state: str


class JobTokenExchanged(Event, frozen=True, gc=False, tag=True, array_like=True):
    """An attempt turned its job token into credentials, once. The token ends with its execution at the latest.

    Consumers: telemetry.
    """

    token: TokenId
    execution: ExecutionId
    job: JobId
    tenant: str
    trust: str
    expires_at_us: int


class JobTokenEnded(Event, frozen=True, gc=False, tag=True, array_like=True):
    """A job token expired or was revoked before its execution ended. Consumers: telemetry."""

    token: TokenId
    execution: ExecutionId
    state: str
    reason: str


class SecretReleased(Event, frozen=True, gc=False, tag=True, array_like=True):
    """An attempt was given a secret. Consumers: telemetry."""

    secret: str
    execution: ExecutionId
    token: TokenId
    tenant: str


class DeploymentAllowed(Event, frozen=True, gc=False, tag=True, array_like=True):
    """An attempt whose work is done may deploy to an environment, and does. Consumers: telemetry."""

    execution: ExecutionId
    environment: str
    tenant: str


class AccessDenied(Event, frozen=True, gc=False, tag=True, array_like=True):
    """Somebody asked for something and got a no. `execution` is 0 where no attempt asked. Consumers: telemetry."""

    tenant: str
    actor: str
    action: str
    reason: str
    execution: ExecutionId
