"""The audit trail of a stored run: every decision of security, allowed or denied, as JSON, one a line."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from domain.contracts.orchestration import PipelineHeld, PipelineStarted
from domain.contracts.security import (
    AccessDenied,
    DeploymentAllowed,
    JobTokenEnded,
    JobTokenExchanged,
    SecretReleased,
    SessionEnded,
    SessionOpened,
    UserDeleted,
    UserReinstated,
    UserSuspended,
)
from domain.shared.events import Event
from reports.export import Exported, Sink
from reports.otlp import Write


class Line(msgspec.Struct, omit_defaults=True):
    """One decision. `reason` is `granted` or why not; an end (of a session, a token, a user's rights) has its own."""

    at_us: int
    action: str
    reason: str
    tenant: str = ""
    actor: str = ""
    execution: int = 0
    thing: str = ""


LINES: dict[type[Event], Callable[[Any], Line]] = {
    PipelineStarted: lambda e: Line(
        e.at_us, "start-pipeline", "granted", e.tenant, e.actor, 0, f"pipeline:{e.pipeline}"
    ),
    PipelineHeld: lambda e: Line(e.at_us, "start-pipeline", "held", e.tenant, e.actor, 0, f"pipeline:{e.pipeline}"),
    AccessDenied: lambda e: Line(e.at_us, e.action, e.reason, e.tenant, e.actor, e.execution),
    JobTokenExchanged: lambda e: Line(
        e.at_us, "exchange-token", "granted", e.tenant, "", e.execution, f"token:{e.token}"
    ),
    JobTokenEnded: lambda e: Line(e.at_us, "end-token", e.reason, "", "", e.execution, f"token:{e.token}"),
    SecretReleased: lambda e: Line(
        e.at_us, "release-secret", "granted", e.tenant, "", e.execution, f"secret:{e.secret}"
    ),
    DeploymentAllowed: lambda e: Line(
        e.at_us, "deploy", "granted", e.tenant, "", e.execution, f"environment:{e.environment}"
    ),
    SessionOpened: lambda e: Line(e.at_us, "open-session", "granted", e.tenant, e.actor, 0, f"session:{e.session}"),
    SessionEnded: lambda e: Line(e.at_us, "end-session", e.state.lower(), thing=f"session:{e.session}"),
    UserSuspended: lambda e: Line(e.at_us, "suspend-user", "granted", e.tenant, e.actor),
    UserReinstated: lambda e: Line(e.at_us, "reinstate-user", "granted", e.tenant, e.actor),
    UserDeleted: lambda e: Line(e.at_us, "delete-user", "granted", e.tenant, e.actor),
}


class AuditSink(Sink):
    """Hears the events that tell of decisions and writes a line for each."""

    def __init__(self, write: Write) -> None:
        self.kinds = frozenset(LINES)
        self.lines = 0
        self._write = write
        self._encode = msgspec.json.Encoder().encode

    def hear(self, events: Sequence[Event]) -> None:
        for event in events:
            line = LINES.get(type(event))
            if line is not None:
                self._write(self._encode(line(event)) + b"\n")
                self.lines += 1

    def close(self, now: int, done: Exported) -> None:
        """Everything has been written already."""
